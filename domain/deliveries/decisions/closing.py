"""Closing: feedback, the customer's word on it, withdrawal (sop L5)."""

from datetime import datetime

from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.decisions.staging import BEFORE_REMEDY, require_stage
from domain.deliveries.state import DeliveryState


def decide_feedback(
    state: DeliveryState, command: ask.GiveFeedback, now: datetime
) -> list[facts.DeliveryEvent]:
    """A person tells the customer what was done and why."""
    del now
    require_stage(state, "feedback", "feedback")
    told = facts.FeedbackGiven(done=command.done, cause=command.cause, prevention=command.prevention)
    return [told]


def decide_confirm(
    state: DeliveryState, command: ask.ConfirmDelivery, now: datetime
) -> list[facts.DeliveryEvent]:
    """The customer is content; the case closes. A claim against the carrier goes on by itself."""
    del now
    require_stage(state, "confirming", "confirmation")
    return [facts.Confirmed(), facts.Closed(outcome=state.outcome_so_far)]


def decide_object(state: DeliveryState, command: ask.Object, now: datetime) -> list[facts.DeliveryEvent]:
    """The customer is not content; a person looks again."""
    del now
    require_stage(state, "objecting", "confirmation")
    return [
        facts.Objected(reason=command.reason),
        facts.Referred(code="customer_objects", reason=command.reason),
    ]


def decide_call_off(state: DeliveryState, command: ask.CallOff, now: datetime) -> list[facts.DeliveryEvent]:
    """Withdraw, as long as nothing was granted."""
    del now
    require_stage(state, "withdrawing", *BEFORE_REMEDY)
    outcome = state.outcome_so_far if state.grants else "cancelled"
    return [facts.Cancelled(reason=command.reason), facts.Closed(outcome=outcome)]
