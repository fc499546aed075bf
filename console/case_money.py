"""The money of a case's page: each refund with its state and key, and what the order may still pay."""

from dataclasses import dataclass
from datetime import datetime

from domain.cases.state import AnyState, RefundPart
from domain.refunds import RefundRow
from starters.order_report import OrderMoney, order_money
from store.ledger import Ledger
from store.pool import Pool


@dataclass(frozen=True)
class RefundLine:
    """A refund: what the case knows of it, and what the ledger does of each of its parts."""

    seq: int
    amount_minor: int
    paid_minor: int
    purpose: str
    way: str
    state: str
    tone: str
    since: datetime
    requested_by: str | None
    approval: str | None
    refund_id: str
    parts: list[RefundRow]


@dataclass(frozen=True)
class CaseMoney:
    """All of it. `order` None: nothing was ever to be paid back of the order, or there is none."""

    currency: str | None
    refunds: list[RefundLine]
    refunded_minor: int
    order: OrderMoney | None


TONES = {"settled": "green", "failed": "red", "held": "red", "returned": "red", "unknown": "amber"}


async def money_of(pool: Pool, state: AnyState) -> CaseMoney:
    """From the case and the ledger. Raises `StoreUnavailable`."""
    ledger = Ledger(pool)
    rows = await ledger.for_case(state.case_id)
    order = state.order
    return CaseMoney(
        currency=order.currency if order else None,
        refunds=[
            _line(part, [row for row in rows if row.seq == part.seq]) for part in reversed(state.refunds)
        ],
        refunded_minor=state.refunded_minor,
        order=await order_money(ledger, state.merchant, order.order_id) if order else None,
    )


def _line(part: RefundPart, rows: list[RefundRow]) -> RefundLine:
    """Where the case has not heard of the end, the ledger knows better."""
    is_on_its_way = part.state == "started" and bool(rows)
    now = rows[0].state if is_on_its_way else part.state
    return RefundLine(
        seq=part.seq,
        amount_minor=part.amount_minor,
        paid_minor=part.settled_minor,
        purpose=part.purpose,
        way=part.way,
        state="approval" if part.approval == "asked" else now,
        tone="amber" if part.approval == "asked" else TONES.get(now, "slate"),
        since=rows[0].state_since if is_on_its_way else part.since,
        requested_by=part.requested_by,
        approval=part.approval,
        refund_id=rows[0].refund_id if rows else "",
        parts=rows,
    )
