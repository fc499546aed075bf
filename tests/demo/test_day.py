"""The real day moved to today: ages, money and tiers stay what they were."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from demo.day import BookedOrder, as_order, days_between, moved, read_orders, read_returns, tiers

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
DAYS = days_between(date(2011, 11, 10), NOW.date())


def booked(order_id: str) -> BookedOrder:
    return next(order for order in read_orders() if order.order_id == order_id)


def test_an_order_is_as_many_days_old_today_as_it_was() -> None:
    order = as_order(booked("574301"), "ordinary", DAYS, NOW)
    assert order.placed_at.isoformat() == "2026-03-23T16:15:00+00:00"
    assert order.received_at is not None
    assert order.received_at - order.placed_at == timedelta(days=1)


def test_the_time_of_day_stays_over_a_clock_change() -> None:
    """On 29 March 2026 the clocks in London went forward."""
    at = moved(datetime.fromisoformat("2011-11-10T10:33:00+00:00"), DAYS)
    assert at.isoformat() == "2026-03-30T10:33:00+01:00"


def test_nothing_was_ordered_or_received_in_the_future() -> None:
    early = datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    orders = [as_order(order, "ordinary", DAYS, early) for order in read_orders()]
    assert all(order.placed_at <= early for order in orders)
    assert all(order.received_at is None or order.received_at <= early for order in orders)
    on_their_way = {order.order_id for order in orders if order.received_at is None}
    assert {"575342", "575632", "575725"} <= on_their_way


def test_an_invoice_is_paid_in_whole_pence() -> None:
    """415 × 2.9138 is 1209.227 pounds; half a penny goes up."""
    order = booked("573937").model_copy(update={"quantity": 1, "unit_price_gbp": Decimal("0.005")})
    assert booked("573937").paid_minor == 120923
    assert order.paid_minor == 1


@pytest.mark.parametrize(
    ("customer_id", "tier"), [("14096", "key"), ("12473", "potential"), ("12544", "ordinary")]
)
def test_what_customers_spent_makes_their_tier(customer_id: str, tier: str) -> None:
    """sop K1."""
    assert tiers(read_orders())[customer_id] == tier


def test_one_customer_returns_twice_within_minutes() -> None:
    customers = [booked.customer_id for booked in read_returns()]
    assert {name for name in customers if customers.count(name) > 1} == {"12473"}
