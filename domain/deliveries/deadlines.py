"""What time alone brings about: a carrier's silence, a choice not made, silence that confirms, a calm sky."""

from collections.abc import Sequence
from datetime import datetime

from domain.cases.events import CaseEvent
from domain.cases.relief import relief_deadline, relief_due
from domain.deliveries import events as facts
from domain.deliveries.decisions.handling import chosen
from domain.deliveries.decisions.policy_way import go_on
from domain.deliveries.state import DeliveryState
from domain.policy.periods import period_end

Moment = tuple[datetime, str]


def next_deadline(state: DeliveryState) -> Moment | None:
    """When time alone changes the case next, and what for; None while it waits for somebody."""
    moments = [moment for moment in (_of_stage(state), relief_deadline(state)) if moment and state.open]
    return min(moments) if moments else None


def _of_stage(state: DeliveryState) -> Moment | None:
    """While the weather rages the carrier is given the time until it ends."""
    if state.stage == "investigation":
        assert state.investigate_until is not None
        rests_until = [relief.until for relief in state.reliefs]
        return max([state.investigate_until, *rests_until]), "the carrier's silence"
    if state.choose_by is not None:
        return state.choose_by, "choice of what makes up for it"
    if state.stage == "confirmation" and state.feedback_at is not None:
        within = state.terms.deliveries.confirm_within
        return period_end(within, state.feedback_at, state.timezone), "silence confirms"
    return None


def decide_due(state: DeliveryState, now: datetime) -> Sequence[CaseEvent]:
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    over = relief_due(state, now, facts.ReliefEnded)
    due = _of_stage(state) if state.open else None
    if over or due is None or due[0] > now:
        return over if state.open else []
    if state.stage == "investigation":
        return go_on(state, [facts.CarrierSilent()], now)
    if state.choose_by is not None:
        assert state.no_answer_means is not None
        return chosen(state, state.no_answer_means, now, automatic=True)
    return [facts.Confirmed(automatic=True), facts.Closed(outcome=state.outcome_so_far)]
