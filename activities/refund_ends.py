"""How the parts of a refund end: what was told, what the ledger says, and writing it down once."""

from collections.abc import Sequence
from typing import Literal, get_args

from activities.clock import scheduled_at
from domain.refund_parts import together
from domain.refunds import PayRefund, RefundOutcome, RefundRow, ended
from providers.ports import PaymentReply
from store.ledger import Ledger

Certain = Literal["settled", "failed"]
End = Literal["settled", "failed", "returned"]
FINAL: tuple[Certain, ...] = get_args(Certain)
ENDS: tuple[End, ...] = get_args(End)


def told_by(reply: PaymentReply, row: RefundRow, state: End) -> RefundOutcome:
    """A provider's answer as this part's end."""
    said = reply.model_dump(include={"provider_ref", "reason"})
    return RefundOutcome(state=state, at=scheduled_at(), part=row.part, **said)


def outcome_of(row: RefundRow) -> RefundOutcome:
    """What the ledger says of it; one without an end is for a person by then."""
    return RefundOutcome.model_validate(
        {
            "state": row.state if row.state in ENDS else "held",
            "part": row.part,
            "at": row.state_since,
            "provider_ref": row.provider_ref,
            "reason": row.reason if row.state in ENDS else row.last_error,
        }
    )


def as_a_whole(rows: Sequence[RefundRow]) -> RefundOutcome:
    """What the ledger says of a refund by all its parts."""
    return together([(row.amount_minor, outcome_of(row)) for row in rows])


async def write_end(
    ledger: Ledger,
    order: PayRefund,
    row: RefundRow,
    outcome: RefundOutcome,
    *,
    actor: str = "system",
    if_attempts: int | None = None,
) -> RefundRow:
    """Write a certain end down, or that what had settled came back; `if_attempts` as the ledger has it."""
    assert outcome.state in ENDS
    seq = row.end_seq + (outcome.state == "returned")
    return await ledger.record(
        row.key,
        outcome.state,
        outcome.at,
        provider_ref=outcome.provider_ref,
        reason=outcome.reason,
        batch=ended(order, seq, outcome, actor, row),
        if_attempts=if_attempts,
    )
