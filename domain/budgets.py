"""What a refund is taken from: what was captured for its order, and by which payments. Pure (design §5)."""

from collections.abc import Callable, Sequence
from typing import Any

from domain.base import Model
from domain.errors import CurrencyMismatch, IdempotencyConflict, OverCap
from domain.refund_parts import PaymentLeft, Share, split
from domain.refunds import RefundIntent

PartOf = Callable[[RefundIntent, Share], RefundIntent]
"""What of a refund is taken from one payment; may refuse."""


class Budget(Model):
    """What may still be refunded of an order: captured less reserved less settled, plus what came back."""

    merchant: str
    order_id: str
    currency: str
    captured_minor: int
    reserved_minor: int
    settled_minor: int
    recovered_minor: int = 0
    """What customers paid back of money that they had in advance."""
    payments: int = 0
    """How many payments the shop named; none: one that is named as the order."""

    @property
    def left_minor(self) -> int:
        """What a new refund may take at most."""
        return self.captured_minor - self.committed_minor

    @property
    def committed_minor(self) -> int:
        """What was paid and has not come back, and what is on its way."""
        return self.reserved_minor + self.settled_minor - self.recovered_minor


def check_currency(budget: Budget, currency: str) -> None:
    """Raise `CurrencyMismatch` for another than the order was paid in."""
    if budget.currency != currency:
        raise CurrencyMismatch(
            f"order {budget.order_id} was paid in {budget.currency}, so {currency} cannot be refunded",
            currency=budget.currency,
        )


def check_budget(budget: Budget, intent: RefundIntent) -> None:
    """Raise `CurrencyMismatch`, or `OverCap` for more than is left of what was captured."""
    check_currency(budget, intent.currency)
    if intent.from_captured and intent.amount_minor > budget.left_minor:
        raise OverCap(
            f"refund {intent.key} of {intent.amount_minor} exceeds the {budget.left_minor} left of order "
            f"{intent.order_id}",
            left_minor=budget.left_minor,
        )


def parts_of(
    intent: RefundIntent, payments: Sequence[PaymentLeft], part_of: PartOf | None
) -> list[RefundIntent]:
    """What is taken from each payment that the order names, in order of capture.

    What is not taken from what was captured is only paid beside the first. Raises `OverCap`, and what
    `part_of` raises.
    """
    if not payments or part_of is None:
        return [intent]
    if not intent.from_captured:
        return [intent.model_copy(update={"payment_id": payments[0].payment_id})]
    return [part_of(intent, share) for share in split(intent.amount_minor, payments)]


def check_same(parts: Sequence[RefundIntent], intent: RefundIntent) -> None:
    """Raise `IdempotencyConflict` unless a refund that was fixed before, by its parts, is this one."""
    by_rails = {"provider"} if parts[0].payment_id else set[str]()
    if _whole(parts, by_rails) != _whole([intent], by_rails):
        raise IdempotencyConflict(
            f"refund {intent.key} was fixed with other content; a changed refund needs the next number",
            key=intent.key,
        )


_INTENT = set(RefundIntent.model_fields)


def _whole(parts: Sequence[RefundIntent], by_rails: set[str]) -> dict[str, Any]:
    """What was asked for, whatever payments it is taken from; `by_rails`: what these have a say in."""
    content = parts[0].model_dump(include=_INTENT - {"payment_id", "part"} - by_rails)
    return content | {"amount_minor": sum(part.amount_minor for part in parts)}
