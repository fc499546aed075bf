"""The budgets' rows: of an order's payments, and of what the merchant gives."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import OverBudget, OverCap
from domain.goodwill import Given, GoodwillBounds, check_goodwill
from domain.orders import OrderPayment
from domain.refund_parts import PaymentLeft
from domain.refunds import RefundIntent
from domain.sla import parse_duration
from store.pool import Connection
from store.sql import load

Q = load("ledger")


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


async def payments_left(conn: Connection, merchant: str, order_id: str) -> list[PaymentLeft]:
    """What the payments of an order have left, in order of capture; none where the shop named none."""
    rows = await conn.fetch(Q["payments_left"], merchant, order_id)
    return [PaymentLeft.model_validate(dict(row)) for row in rows]


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
