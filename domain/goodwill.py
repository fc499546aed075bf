"""What a merchant gives beyond the price, and how much of it: compensation and vouchers (sop C10, L7)."""

from typing import Literal

from domain.base import AmountMinor, Model, Slug
from domain.errors import OverBudget
from domain.sla.quantities import Duration

Purpose = Literal["refund", "compensation", "voucher"]
"""What money is for: goods and freight that the customer paid, or what the merchant gives."""


class GoodwillBounds(Model):
    """The most that an order, and a customer within a time, may be given for one purpose."""

    customer_id: Slug
    per_order_minor: AmountMinor
    per_customer_minor: AmountMinor
    within: Duration


class Given(Model):
    """What was given before, or is on its way: for the order, and to the customer within the time."""

    order_minor: int = 0
    customer_minor: int = 0


def check_goodwill(bounds: GoodwillBounds, given: Given, amount_minor: int) -> None:
    """Raise `OverBudget` when so much more would be too much."""
    left = {
        "order": bounds.per_order_minor - given.order_minor,
        "customer": bounds.per_customer_minor - given.customer_minor,
    }
    for whose, left_minor in left.items():
        if amount_minor > left_minor:
            raise OverBudget(
                f"{amount_minor} exceeds the {max(0, left_minor)} left of the {whose}'s budget",
                of=whose,
                left_minor=max(0, left_minor),
            )
