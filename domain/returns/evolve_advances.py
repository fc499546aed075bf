"""How money in advance changes a return; `evolve.py` takes these steps in."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.steps import Step
from domain.returns import advance_events as facts
from domain.returns.state import AdvanceState, ReturnState

Change = dict[str, Any]


def _picked_up(state: ReturnState, event: facts.PickedUp, at: datetime) -> Change:
    assert state.parcel is not None
    return {"parcel": state.parcel.model_copy(update={"picked_up_at": event.scanned_at})}


def _advanced(state: ReturnState, event: facts.Advanced, at: datetime) -> Change:
    return {"advance": AdvanceState(amount_minor=event.amount_minor, goods_by=event.goods_by)}


def _advance_declined(state: ReturnState, event: facts.AdvanceDeclined, at: datetime) -> Change:
    return {"advance_declined": event.reason}


def _clawback_due(state: ReturnState, event: facts.ClawbackDue, at: datetime) -> Change:
    return _advance(state, due_at=at)


def _clawback_reminded(state: ReturnState, event: facts.ClawbackReminded, at: datetime) -> Change:
    assert state.advance is not None
    return _advance(state, reminders=state.advance.reminders + 1)


def _clawback_asked(state: ReturnState, event: facts.ClawbackAsked, at: datetime) -> Change:
    return _advance(state, asked_minor=event.amount_minor)


def _clawback_answered(state: ReturnState, event: facts.ClawbackAnswered, at: datetime) -> Change:
    return _advance(state, answer=event.outcome, recovered_minor=event.recovered_minor)


def _advance_ended(state: ReturnState, event: facts.AdvanceEnded, at: datetime) -> Change:
    return _advance(state, outcome=event.outcome, recovered_minor=event.recovered_minor)


def _advance(state: ReturnState, **changes: Any) -> Change:
    assert state.advance is not None
    return {"advance": state.advance.model_copy(update=changes)}


STEPS: dict[type[CaseEvent], Step] = {
    facts.PickedUp: _picked_up,
    facts.Advanced: _advanced,
    facts.AdvanceDeclined: _advance_declined,
    facts.ClawbackDue: _clawback_due,
    facts.ClawbackReminded: _clawback_reminded,
    facts.ClawbackAsked: _clawback_asked,
    facts.ClawbackAnswered: _clawback_answered,
    facts.AdvanceEnded: _advance_ended,
}
