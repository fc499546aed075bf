"""Which order a return belongs to: the desk's rule, and the real day by it."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from demo.day import BookedOrder, BookedReturn, read_orders, read_returns
from demo.finding import best_order, days_since_delivery, find_orders, is_correction

ASKED_AT = datetime.fromisoformat("2011-11-10T12:00:00+00:00")
WINDOW_DAYS = 7


def order(order_id: str, days_before: float, **changes: Any) -> BookedOrder:
    booked: dict[str, Any] = {
        "order_id": order_id,
        "ordered_at": ASKED_AT - timedelta(days=days_before),
        "customer_id": "c1",
        "country": "United Kingdom",
        "quantity": 10,
        "unit_price_gbp": Decimal("2.50"),
    }
    return BookedOrder.model_validate(booked | changes)


def asked(return_id: str = "r1", **changes: Any) -> BookedReturn:
    booked: dict[str, Any] = {
        "return_id": return_id,
        "requested_at": ASKED_AT,
        "customer_id": "c1",
        "country": "United Kingdom",
        "quantity": 2,
        "unit_price_gbp": Decimal("2.50"),
    }
    return BookedReturn.model_validate(booked | changes)


def found(*orders: BookedOrder, **changes: Any) -> str | None:
    best = best_order(asked(**changes), orders, WINDOW_DAYS)
    return best.order_id if best else None


def test_the_order_is_an_earlier_one_of_the_same_customer() -> None:
    theirs, later = order("theirs", 2, customer_id="c2"), order("later", -0.1)
    assert found(theirs, later) is None
    assert found(theirs, later, order("own", 3, unit_price_gbp=Decimal(9))) == "own"


def test_an_order_that_may_still_go_back_comes_before_a_nearer_price() -> None:
    late = order("late", 9)
    assert found(late, order("in-time", 8, unit_price_gbp=Decimal(9))) == "in-time"
    assert found(late, order("late-dearer", 9, unit_price_gbp=Decimal(9))) == "late"


def test_then_the_nearest_price_and_then_the_most_recent() -> None:
    near, same = (
        order("near", 5, unit_price_gbp=Decimal("2.40")),
        order("as-near", 3, unit_price_gbp=Decimal("2.60")),
    )
    far = order("far", 2, unit_price_gbp=Decimal("2.70"))
    assert found(near, far) == "near"
    assert found(near, same, far) == "as-near"


def test_what_one_return_took_is_gone_for_the_next() -> None:
    small, other = order("small", 2, quantity=3), order("other", 5, unit_price_gbp=Decimal(9))
    later = ASKED_AT + timedelta(minutes=1)
    # the second is listed first: the order of booking counts, not that of the list
    returns = [
        asked("second", requested_at=later),
        asked("first"),
        asked("third", requested_at=later, quantity=50),
    ]
    by_return = find_orders(returns, [small, other], WINDOW_DAYS)
    assert {name: booked.order_id for name, booked in by_return.items()} == {
        "first": "small",
        "second": "other",
    }


@pytest.mark.parametrize(("days_before", "days"), [(1.4, 0), (2, 1), (8, 7), (0.5, -1)])
def test_the_first_day_is_the_one_after_the_goods_arrived(days_before: float, days: int) -> None:
    """Goods arrive a day after they were ordered (CPL 25: the day of receipt does not count)."""
    assert days_since_delivery(asked(), order("o", days_before)) == days


@pytest.mark.parametrize(
    ("booked", "price", "corrected"),
    [
        (order("old", 20), "24.99", False),
        (order("old", 20), "25.01", True),
        (order("just-now", 0.03), "2.50", True),
        (order("this-morning", 0.05), "2.50", False),
    ],
)
def test_a_correction_of_the_books_is_no_return_of_goods(
    booked: BookedOrder, price: str, corrected: bool
) -> None:
    """Goods that were far dearer than anything on the invoice, or taken back before they can have left."""
    assert is_correction(asked(unit_price_gbp=Decimal(price)), booked) is corrected


def test_every_real_return_has_an_order_with_enough_goods() -> None:
    returns, orders = read_returns(), read_orders()
    assert (len(returns), len(orders)) == (36, 161)
    by_return = find_orders(returns, orders, WINDOW_DAYS)
    assert set(by_return) == {booked.return_id for booked in returns}
    taken: Counter[str] = Counter()
    for booked in returns:
        taken[by_return[booked.return_id].order_id] += booked.quantity
        assert by_return[booked.return_id].ordered_at < booked.requested_at
    assert all(taken[booked.order_id] <= booked.quantity for booked in orders)


def test_three_entries_of_the_real_day_are_corrections_and_thirteen_come_late() -> None:
    by_return = find_orders(read_returns(), read_orders(), WINDOW_DAYS)
    pairs = [(booked, by_return[booked.return_id]) for booked in read_returns()]
    corrections = [booked.return_id for booked, order in pairs if is_correction(booked, order)]
    assert corrections == ["C575606", "C575635", "C575638"]
    assert sum(days_since_delivery(*pair) > WINDOW_DAYS for pair in pairs) == 13
