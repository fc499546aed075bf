"""What others see of any case: the read model's row, the whole state, what it must not miss."""

from datetime import datetime
from typing import Any

from domain.cases.kind import Kind
from domain.cases.readings import clock_rows, known_at, nearest_clock, sla_state
from domain.cases.state import AnyState, S
from domain.records import CaseSummary
from domain.sla import next_clock

Moment = tuple[datetime, str]
"""An instant, and what it is about."""


def next_due(kind: Kind[S], state: S) -> Moment | None:
    """The earliest instant that the case must not miss, and what it is."""
    if not state.open or state.stage == "opening":
        return None
    moments = [moment for moment in (_next_instant(state), kind.next_deadline(state)) if moment]
    return min(moments) if moments else None


def _next_instant(state: AnyState) -> Moment | None:
    upcoming = next_clock(state.clocks, state.clock_spec, known_at(state))
    return (upcoming[0], f"{upcoming[1]} clock") if upcoming else None


def summarise(kind: Kind[S], state: S) -> CaseSummary:
    """The read model's row. It says the same whenever it is made from the same events."""
    order = state.order
    assert state.opened_at is not None
    assert state.last_event_at is not None
    clocks = clock_rows(state, known_at(state))
    nearest = nearest_clock(clocks) if state.open else None
    due = next_due(kind, state)
    return CaseSummary(
        case_id=state.case_id,
        kind=kind.name,
        merchant=state.merchant,
        number=state.number,
        order_id=order.order_id if order else None,
        customer_id=state.customer_id,
        stage=state.stage,
        open=state.open,
        outcome=state.outcome,
        waiting_for=kind.waiting_for(state),
        waiting_since=state.stage_since if state.open else None,
        priority=state.priority,
        tier=state.tier,
        channel=state.channel,
        language=state.language,
        policy=state.policy,
        policy_hash=state.policy_hash,
        calendar_revision=state.calendar_revision,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        last_seq=state.seq,
        last_event_at=state.last_event_at,
        sla_state=sla_state(clocks),
        due_metric=nearest.name if nearest else None,
        due_at=nearest.due_at if nearest else None,
        next_instant_at=due[0] if due else None,
        refund_minor=state.refunded_minor,
        currency=order.currency if order else None,
        clocks=[row.model_dump(mode="json", exclude_none=True) for row in clocks],
        team=state.team,
        assignee=state.assignee,
        facets=kind.facets(state),
        links=[{"case_id": link.case_id, "relation": link.relation} for link in state.links],
    )


def whole(kind: Kind[S], state: S, as_of: datetime) -> dict[str, Any]:
    """The whole state as JSON, for staff and systems; without the pinned policy, which its hash names."""
    return {
        **state.model_dump(mode="json", exclude={"terms", "clocks"}, exclude_none=True),
        "waiting_for": kind.waiting_for(state),
        "clocks": [row.model_dump(mode="json", exclude_none=True) for row in clock_rows(state, as_of)],
    }
