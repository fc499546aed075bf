"""What a refund is taken from: its order's budget, the order's payments, and what the merchant gives."""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.base import Model
from domain.errors import OverBudget, OverCap
from domain.goodwill import Given, GoodwillBounds, check_goodwill
from domain.orders import OrderPayment
from domain.refund_parts import PaymentLeft, Share, split
from domain.refunds import RefundIntent
from domain.sla import parse_duration
from store.pool import Connection
from store.sql import load

Q = load("ledger")

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


async def open_payments(
    conn: Connection, merchant: str, order_id: str, payments: Sequence[OrderPayment]
) -> None:
    """The order's payments as the shop names them now."""
    for position, payment in enumerate(payments):
        opened = await conn.fetchval(
            Q["open_payment"],
            merchant,
            order_id,
            payment.payment_id,
            position,
            payment.rail,
            payment.amount_minor,
        )
        if opened is None:
            raise OverCap(f"more of payment {payment.payment_id} is committed than {payment.amount_minor}")


async def parts_of(
    conn: Connection,
    budget: Budget,
    intent: RefundIntent,
    part_of: PartOf | None,
) -> list[RefundIntent]:
    """What is taken from each payment. What is not taken from them is only paid beside the first."""
    if not budget.payments or part_of is None:
        return [intent]
    rows = await conn.fetch(Q["payments_left"], intent.merchant, intent.order_id)
    payments = [PaymentLeft.model_validate(dict(row)) for row in rows]
    if not intent.from_captured:
        return [intent.model_copy(update={"payment_id": payments[0].payment_id})]
    return [part_of(intent, share) for share in split(intent.amount_minor, payments)]


async def give(
    conn: Connection, intent: RefundIntent, bounds: GoodwillBounds | None, at: datetime | None
) -> None:
    """Make room for what the merchant gives within the policy's bounds; a voucher needs some."""
    if bounds is None:
        if intent.purpose == "voucher":
            raise OverBudget("the case's policy has no budget for vouchers")
        return
    await conn.execute(Q["lock_customer"], intent.merchant, bounds.customer_id)
    given = await conn.fetchrow(
        Q["given"],
        intent.merchant,
        intent.order_id,
        intent.purpose,
        intent.currency,
        bounds.customer_id,
        parse_duration(bounds.within),
        at,
    )
    check_goodwill(bounds, Given.model_validate(dict(given or {})), intent.amount_minor)
    await conn.execute(
        Q["open_goodwill"],
        intent.merchant,
        intent.order_id,
        intent.purpose,
        intent.currency,
        bounds.per_order_minor,
    )


async def move(conn: Connection, refund: RefundIntent, reserved_minor: int, settled_minor: int) -> None:
    """Move the budgets that the refund is taken from."""
    whose = refund.merchant, refund.order_id
    if refund.from_captured:
        await conn.execute(Q["move_budget"], *whose, reserved_minor, settled_minor)
        if refund.payment_id is not None:
            await conn.execute(Q["move_payment"], *whose, reserved_minor, settled_minor, refund.payment_id)
    if refund.customer_id is not None:
        await conn.execute(Q["move_goodwill"], *whose, reserved_minor, settled_minor, refund.purpose)
