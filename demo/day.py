"""The real day: what a shop's books say of 10 November 2011, and the same day moved to today."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain.base import Instant, Model, Quantity, Slug
from domain.orders import Order, OrderLine, Tier

DATA = Path(__file__).resolve().parents[1] / "sandbox" / "data" / "online-retail"
MERCHANT = "gifts"
TIMEZONE = "Europe/London"
CURRENCY = "GBP"
LINE = "1"
DELIVERED_AFTER = timedelta(days=1)
"""The books do not say when goods arrived."""

TIERS_FROM_POUNDS: tuple[tuple[Tier, int], ...] = (("key", 10_000), ("potential", 3_000))
"""What a customer spent in the 90 days before makes the tier (sop K1); the figures are the demo's."""


class Booking(Model):
    """What an order and a return have in common: so many goods at a mean price."""

    customer_id: Slug
    country: str
    quantity: Quantity
    unit_price_gbp: Decimal


class BookedOrder(Booking):
    """An invoice: its total quantity and the mean price over its lines."""

    order_id: Slug
    ordered_at: Instant

    @property
    def delivered_at(self) -> datetime:
        """When the goods are taken to have arrived."""
        return self.ordered_at + DELIVERED_AFTER

    @property
    def paid_minor(self) -> int:
        """The invoice in pence: quantity × mean price, half a penny rounded up."""
        return int((self.unit_price_gbp * self.quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))


class BookedReturn(Booking):
    """Goods that a customer wanted to give back; the order is not said."""

    return_id: Slug
    requested_at: Instant


B = TypeVar("B", bound=Booking)


def read_orders() -> list[BookedOrder]:
    """The 161 orders, oldest first."""
    return _read(DATA / "orders.csv", BookedOrder)


def read_returns() -> list[BookedReturn]:
    """The 36 returns, in the order in which they were booked."""
    return _read(DATA / "returns.csv", BookedReturn)


def _read(path: Path, model: type[B]) -> list[B]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{**row, "quantity": int(row["quantity"])} for row in csv.DictReader(file)]
    return [model.model_validate(row) for row in rows]


def tiers(orders: Iterable[BookedOrder]) -> dict[Slug, Tier]:
    """Each customer's tier by what they spent."""
    spent_minor: dict[Slug, int] = defaultdict(int)
    for order in orders:
        spent_minor[order.customer_id] += order.paid_minor
    return {customer: _tier(minor) for customer, minor in spent_minor.items()}


def _tier(spent_minor: int) -> Tier:
    for tier, pounds in TIERS_FROM_POUNDS:
        if spent_minor >= pounds * 100:
            return tier
    return "ordinary"


def moved(at: datetime, days: int) -> datetime:
    """The same wall-clock time in London so many days later, so that ages in days stay what they were."""
    local = at.astimezone(ZoneInfo(TIMEZONE)).replace(tzinfo=None)
    return (local + timedelta(days=days)).replace(tzinfo=ZoneInfo(TIMEZONE))


def days_between(day_of_returns: date, today: date) -> int:
    """By how many days the real day is moved."""
    return (today - day_of_returns).days


def as_order(booked: BookedOrder, tier: Tier, days: int, now: datetime, *, travels: bool = False) -> Order:
    """The order as the shop tells it today: placed as many days ago as it was then, and never after `now`.

    One that travels was not received yet.
    """
    delivered_at = moved(booked.delivered_at, days)
    is_received = delivered_at <= now and not travels
    return Order(
        order_id=booked.order_id,
        merchant=MERCHANT,
        customer_id=booked.customer_id,
        customer_tier=tier,
        currency=CURRENCY,
        placed_at=min(moved(booked.ordered_at, days), now),
        received_at=delivered_at if is_received else None,
        timezone=TIMEZONE,
        lines=[
            OrderLine(
                line=LINE,
                sku=sku_of(booked.order_id),
                title=f"Goods of invoice {booked.order_id}",
                quantity=booked.quantity,
                paid_minor=booked.paid_minor,
            )
        ],
    )


def sku_of(order_id: str) -> str:
    """The books do not say which goods: an invoice's are one article."""
    return f"GIFT-{order_id}"
