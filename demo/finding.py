"""Which order a return belongs to, as a desk finds it out; and which returns are none. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from demo.day import TIMEZONE, BookedOrder, BookedReturn

CORRECTED_WITHIN = timedelta(hours=1)
"""Goods that are given back so soon were never on their way."""
FAR_DEARER = 10
"""So many times an invoice's mean price, and the article was not on it."""


def find_orders(
    returns: Sequence[BookedReturn], orders: Sequence[BookedOrder], window_days: int
) -> dict[str, BookedOrder]:
    """The order of each return, by return id; none for a return that no order can have been.

    Taken in the order of booking: what one return takes of an invoice is gone for the next.
    """
    left = {order.order_id: order.quantity for order in orders}
    found: dict[str, BookedOrder] = {}
    for asked in sorted(returns, key=lambda asked: asked.requested_at):
        order = best_order(asked, [o for o in orders if left[o.order_id] >= asked.quantity], window_days)
        if order is not None:
            left[order.order_id] -= asked.quantity
            found[asked.return_id] = order
    return found


def best_order(asked: BookedReturn, orders: Sequence[BookedOrder], window_days: int) -> BookedOrder | None:
    """The customer's earlier order that the goods most likely came from.

    The customer has the benefit of the doubt: an order that may still go back comes before one that may not,
    because an invoice's mean price is only a hint. Then the nearest price, then the most recent order.
    """
    own = [
        order
        for order in orders
        if order.customer_id == asked.customer_id and order.ordered_at < asked.requested_at
    ]

    def likelihood(order: BookedOrder) -> tuple[bool, Decimal, float]:
        price_apart = abs(order.unit_price_gbp - asked.unit_price_gbp)
        return _is_late(asked, order, window_days), price_apart, -order.ordered_at.timestamp()

    return min(own, key=likelihood, default=None)


def _is_late(asked: BookedReturn, order: BookedOrder, window_days: int) -> bool:
    """Whether the window had closed; its first day is the one after the goods arrived (CPL 25)."""
    return days_since_delivery(asked, order) > window_days


def days_since_delivery(asked: BookedReturn, order: BookedOrder) -> int:
    """Calendar days from the goods' arrival to the return; negative when they are still on their way."""
    zone = ZoneInfo(TIMEZONE)
    return (asked.requested_at.astimezone(zone).date() - order.delivered_at.astimezone(zone).date()).days


def is_correction(asked: BookedReturn, order: BookedOrder) -> bool:
    """Whether the books were put right rather than goods given back: a person has to refuse it."""
    at_once = asked.requested_at - order.ordered_at < CORRECTED_WITHIN
    return at_once or asked.unit_price_gbp > FAR_DEARER * order.unit_price_gbp
