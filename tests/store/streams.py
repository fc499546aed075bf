"""Streams for the store's tests: event n happens n minutes after the opening and says some words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.records import Batch, CaseSummary, Recorded, UnitRange

OPENED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CASE = "return:m1:1"
FIRST = "first telling"


def make_events(first: int, last: int, words: str = FIRST) -> list[Recorded]:
    """Consecutive events; other words make other content."""
    return [
        Recorded(
            seq=seq,
            type="return.noted",
            at=OPENED_AT + timedelta(minutes=seq),
            actor="agent:a1",
            data={"words": words, "seq": seq},
        )
        for seq in range(first, last + 1)
    ]


def make_summary(case_id: str, last_seq: int, **changes: Any) -> CaseSummary:
    """The read-model row of an open return of order SO-1."""
    kind, merchant, number = case_id.split(":", 2)
    row: dict[str, Any] = {
        "case_id": case_id,
        "kind": kind,
        "merchant": merchant,
        "number": number,
        "order_id": "SO-1",
        "customer_id": "c1",
        "stage": "review",
        "open": True,
        "priority": "P3",
        "tier": "ordinary",
        "channel": "app",
        "language": "zh-CN",
        "policy": "standard",
        "policy_hash": "p0",
        "calendar_revision": "r0",
        "opened_at": OPENED_AT,
        "last_seq": last_seq,
        "last_event_at": OPENED_AT + timedelta(minutes=last_seq),
        "currency": "CNY",
    }
    return CaseSummary.model_validate(row | changes)


def units(*ranges: tuple[int, int]) -> list[UnitRange]:
    """Unit ranges from pairs of first and last."""
    return [UnitRange(first=first, last=last) for first, last in ranges]


def make_batch(
    first: int,
    last: int,
    words: str = FIRST,
    *,
    case_id: str = CASE,
    with_summary: bool = True,
    summary: Mapping[str, Any] | None = None,
    held: Mapping[str, Sequence[UnitRange]] | None = None,
    **changes: Any,
) -> Batch:
    """Events `first` to `last` of one stream, with the summary that belongs to them."""
    return Batch(
        case_id=case_id,
        first_seq=first,
        events=make_events(first, last, words),
        summary=make_summary(case_id, last, **(summary or {})) if with_summary else None,
        held=None if held is None else {line: list(ranges) for line, ranges in held.items()},
        **changes,
    )
