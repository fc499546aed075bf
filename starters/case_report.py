"""Where a case is, why it is there, what is next, who owes it and until when: one answer from all sources."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.base import Instant, Model
from domain.cases.links import CaseLink
from domain.cases.readings import clock_rows
from domain.cases.state import AnyState
from domain.kinds import kind_of
from domain.notices import NoticeRecord
from domain.records import Recorded
from domain.refund_ways import Way
from domain.refunds import OPEN_STATES, RefundRow
from domain.returns.state import LineState, ParcelState, ReturnState
from domain.sla import ClockRow
from starters.moments import moment
from starters.words import BACKGROUND, say


class RefundNow(Model):
    """A refund of the case: what the case knows, and what the ledger does."""

    seq: int
    amount_minor: int
    currency: str
    state: str
    since: Instant
    way: Way = "original"
    customer_says: str | None = None
    provider: str | None = None
    attempts: int = 0
    said: str


class NoticeNow(Model):
    """A notice: its kind, and by which channel it got through."""

    kind: str
    state: str
    channel: str | None = None


class PendingWork(Model):
    """An activity that has not succeeded yet."""

    what: str
    since: Instant
    attempt: int
    last_failure: str | None = None


class CaseReport(Model):
    """The whole answer. Times are in the zone of the case's order; goods and parcel only a return has."""

    case_id: str
    order_id: str | None
    kind: str
    timezone: str
    priority: str
    channel: str
    opened_at: Instant
    closed_at: Instant | None = None
    where: str
    why: str
    next: str | None = None
    owed_by: str | None = None
    waiting_since: Instant | None = None
    until: Instant | None = None
    until_what: str | None = None
    team: str | None = None
    assignee: str | None = None
    links: list[CaseLink] = []
    facets: dict[str, str] = {}
    lines: list[LineState] = []
    parcel: ParcelState | None = None
    would_refund_minor: int | None = None
    refunded_minor: int
    currency: str | None
    refunds: list[RefundNow]
    clocks: list[ClockRow]
    notices: list[NoticeNow]
    pending: list[PendingWork] = []
    policy: str
    policy_hash: str
    calendar_revision: str


def report_case(
    state: AnyState,
    events: Sequence[Recorded],
    ledger: Sequence[RefundRow],
    notices: Sequence[NoticeRecord],
    as_of: datetime,
) -> CaseReport:
    """Put together what the store knows."""
    assert state.opened_at is not None
    kind, timezone = kind_of(state.case_id), state.timezone
    moved = [event for event in events if event.type not in BACKGROUND and not event.type.endswith(".closed")]
    deadline = kind.next_deadline(state) if state.open else None
    owed_by = kind.waiting_for(state)
    stage = state.stage.replace("_", " ")
    return CaseReport(
        case_id=state.case_id,
        order_id=state.order.order_id if state.order else None,
        kind=state.kind if isinstance(state, ReturnState) else kind.name,
        timezone=timezone,
        priority=state.priority,
        channel=state.channel,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        where=stage if state.open else f"closed: {(state.outcome or '').replace('_', ' ')}",
        why=say(moved[-1], timezone),
        next=kind.next_steps[owed_by] if owed_by else None,
        owed_by=owed_by,
        waiting_since=state.stage_since if state.open else None,
        until=deadline[0] if deadline else None,
        until_what=deadline[1] if deadline else None,
        team=state.team,
        assignee=state.assignee,
        links=state.links,
        facets=kind.facets(state),
        **_goods(state),
        refunded_minor=state.refunded_minor,
        currency=state.order.currency if state.order else None,
        refunds=_refunds(state, {row.seq: row for row in reversed(ledger)}),
        clocks=list(clock_rows(state, as_of)),
        notices=[NoticeNow(kind=each.kind, state=each.state, channel=each.channel) for each in notices],
        policy=state.policy,
        policy_hash=state.policy_hash,
        calendar_revision=state.calendar_revision,
    )


def _goods(state: AnyState) -> dict[str, Any]:
    if not isinstance(state, ReturnState):
        return {}
    return {
        "lines": list(state.lines.values()),
        "parcel": state.parcel,
        "would_refund_minor": state.preview_minor,
    }


def _refunds(state: AnyState, ledger: dict[int, RefundRow]) -> list[RefundNow]:
    found: list[RefundNow] = []
    for part in state.refunds:
        row = ledger.get(part.seq)
        now: dict[str, Any] = {"state": part.state, "since": part.since, "said": part.reason or part.state}
        if row is not None and part.state == "started":
            said = _of_ledger(row, state.timezone)
            now = {"state": row.state, "since": row.state_since, "said": said}
        if row is not None:
            now |= {"provider": row.provider, "attempts": row.attempts}
        asked = part.model_dump(include={"seq", "amount_minor", "way", "customer_says"})
        found.append(RefundNow(**asked, currency=state.bought.currency, **now))
    return found


def _of_ledger(row: RefundRow, timezone: str) -> str:
    """What is known of a refund that is on its way, in words."""
    if row.state not in OPEN_STATES:
        return row.state
    since = moment(row.state_since, timezone)
    match row.state:
        case "intent" if row.approval == "asked":
            return f"waits for a second person since {since}"
        case "intent":
            return f"reserved since {since}, not sent yet"
        case "unknown":
            why = f" ({row.last_error})" if row.last_error else ""
            return f"the payment gateway has not answered since {since}{why}; it is asked again"
        case "pending":
            return f"pending at the gateway since {since}"
        case _:
            return f"sent, no answer since {since}"
