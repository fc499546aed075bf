"""A refund over several payments of its order: what is taken from which, and what it comes to as a whole."""

from collections.abc import Sequence

from domain.base import Model
from domain.errors import OverCap
from domain.refunds import RefundOutcome


class PaymentLeft(Model):
    """A payment of an order, and what may still be refunded of it."""

    payment_id: str
    rail: str | None = None
    left_minor: int


class Share(Model):
    """What a refund takes from one payment."""

    part: int
    payment_id: str
    rail: str | None = None
    amount_minor: int


def split(amount_minor: int, payments: Sequence[PaymentLeft]) -> list[Share]:
    """The shares of a refund: each payment until it is exhausted, in the order in which they are given.

    Raises `OverCap` where all of them together have less left.
    """
    shares: list[Share] = []
    missing = amount_minor
    for payment in payments:
        taken = min(missing, max(0, payment.left_minor))
        if taken:
            shares.append(
                Share(
                    part=len(shares) + 1,
                    payment_id=payment.payment_id,
                    rail=payment.rail,
                    amount_minor=taken,
                )
            )
            missing -= taken
    if missing:
        left_minor = amount_minor - missing
        raise OverCap(
            f"{amount_minor} exceeds the {left_minor} left of the order's payments", left_minor=left_minor
        )
    return shares


WORST_FIRST = ("held", "failed", "returned", "settled")


def together(parts: Sequence[tuple[int, RefundOutcome]]) -> RefundOutcome:
    """What a refund comes to, of its parts' amounts and ends: the worst of them, settled when all are.

    `paid_minor` then says how much was paid nevertheless.
    """
    if len(parts) == 1:
        return parts[0][1]
    ends = {outcome.state: outcome for _, outcome in reversed(parts)}
    worst = next(ends[state] for state in WORST_FIRST if state in ends)
    paid_minor = sum(amount for amount, outcome in parts if outcome.state == "settled")
    return worst.model_copy(
        update={
            "at": max(outcome.at for _, outcome in parts),
            "paid_minor": 0 if worst.state == "settled" else paid_minor,
        }
    )
