"""What time alone brings about: reminders, expiry, a parcel that never comes, silence that confirms."""

from datetime import datetime

from domain.policy.periods import period_end
from domain.returns import advances, repairs
from domain.returns import events as facts
from domain.returns.state import ReturnState
from domain.sla import parse_duration


def ship_back_by(state: ReturnState, now: datetime) -> datetime:
    """Until when the goods must be on their way, counted from now (sop R5)."""
    return period_end(state.terms.returns.ship_back.within, now, state.bought.timezone)


def choose_by(state: ReturnState, now: datetime) -> datetime:
    """Until when the customer may choose: to wait, other goods or money."""
    return period_end(state.terms.returns.exchange.choose_within, now, state.bought.timezone)


def wait_until(state: ReturnState, now: datetime) -> datetime:
    """How long one waits for stock at most."""
    return period_end(state.terms.returns.exchange.wait_at_most, now, state.bought.timezone)


def next_deadline(state: ReturnState) -> tuple[datetime, str] | None:
    """When time alone changes the case next, and what for; None while it waits for somebody."""
    if state.stage == "ship_back":
        return _ship_back_deadline(state)
    if state.stage == "settlement":
        return _settlement_deadline(state)
    if state.stage == "confirmation" and state.settled_at is not None and not state.open_children:
        return _confirm_by(state, state.settled_at), "silence confirms"
    return None


def decide_due(state: ReturnState, now: datetime) -> list[facts.ReturnEvent]:
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    due = next_deadline(state)
    if due is None or due[0] > now:
        return []
    if state.stage == "ship_back":
        return _ship_back_due(state, now)
    if state.stage == "settlement":
        return _settlement_due(state, now)
    return [facts.Confirmed(automatic=True), facts.Closed(outcome=state.settled_outcome)]


def _settlement_deadline(state: ReturnState) -> tuple[datetime, str] | None:
    if state.choose_by is None:
        return repairs.deadline(state)
    is_repair = repairs.has_failed(state)
    return state.choose_by, f"choice between {'exchange' if is_repair else 'waiting'} and refund"


def _settlement_due(state: ReturnState, now: datetime) -> list[facts.ReturnEvent]:
    """The workshop has taken too long, or the customer has not chosen: then the policy does."""
    if state.choose_by is None:
        return repairs.decide_overdue(choose_by(state, now))
    if repairs.has_failed(state):
        return [facts.ChoiceMade(choice=repairs.rules(state).no_answer_means, automatic=True)]
    choice = state.terms.returns.exchange.no_answer_means
    until = wait_until(state, now) if choice == "wait" else None
    return [facts.ChoiceMade(choice=choice, automatic=True, wait_until=until)]


def _confirm_by(state: ReturnState, settled_at: datetime) -> datetime:
    return period_end(state.terms.returns.confirm_within, settled_at, state.bought.timezone)


def _ship_back_deadline(state: ReturnState) -> tuple[datetime, str] | None:
    moments = (_sending_deadline(state), advances.clawback_deadline(state))
    return min((moment for moment in moments if moment), default=None)


def _sending_deadline(state: ReturnState) -> tuple[datetime, str] | None:
    parcel = state.parcel
    if parcel is not None and parcel.shipped_at is not None:
        return None
    assert state.ship_back_by is not None
    reminders = _reminders_left(state)
    if reminders:
        return reminders[0], "reminder to send the goods"
    # Who was paid in advance owes the goods or the money; the case does not just end.
    return None if state.open_advance else (state.ship_back_by, "expiry")


def _reminders_left(state: ReturnState) -> list[datetime]:
    assert state.ship_back_by is not None
    before = state.terms.returns.ship_back.remind_before[state.reminders :]
    return [state.ship_back_by - parse_duration(span) for span in before]


def _ship_back_due(state: ReturnState, now: datetime) -> list[facts.ReturnEvent]:
    sending = _sending_deadline(state)
    if sending is None or sending[0] > now:
        return advances.decide_clawback_due(state, now)
    assert state.ship_back_by is not None
    if _reminders_left(state):
        return [facts.Reminded(ship_back_by=state.ship_back_by)]
    return [facts.Expired(), facts.Closed(outcome="expired")]


def lost_unseen_at(state: ReturnState) -> datetime | None:
    """When a parcel whose carrier cannot be asked counts as missing; None where that is no matter."""
    parcel = state.parcel
    if parcel is None or parcel.shipped_at is None or parcel.missing_since is not None:
        return None
    return parcel.shipped_at + parse_duration(state.terms.returns.ship_back.presumed_lost_after)


def presumed_lost(state: ReturnState, last_seen_at: datetime) -> list[facts.ReturnEvent]:
    """With our label it is our risk and the customer is paid; a parcel of their own is looked into."""
    if state.parcel is None or state.parcel.missing_since is not None:
        return []
    missing = facts.ParcelMissing(last_seen_at=last_seen_at)
    if state.parcel.label_url is None:
        return [missing]
    return [missing, facts.ParcelLost(refund=True, reason="a parcel with our label is lost")]
