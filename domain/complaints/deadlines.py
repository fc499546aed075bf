"""What time alone brings about: the customer is asked again, then a lead decides (sop C12)."""

from datetime import datetime

from domain.complaints import events as facts
from domain.complaints.state import ComplaintState
from domain.policy.periods import period_end


def next_deadline(state: ComplaintState) -> tuple[datetime, str] | None:
    """When time alone changes the case next, and what for; None while it waits for somebody."""
    if state.stage != "confirmation" or state.asked_at is None:
        return None
    rules = state.terms.complaints.confirm
    at = period_end(rules.remind_every, state.asked_at, state.timezone)
    return (
        at,
        "the customer is asked again" if state.reminders < rules.reminders else "silence: a lead decides",
    )


def decide_due(state: ComplaintState, now: datetime) -> list[facts.ComplaintEvent]:
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    due = next_deadline(state)
    if due is None or due[0] > now:
        return []
    if state.reminders < state.terms.complaints.confirm.reminders:
        return [facts.Reminded(reminder=state.reminders + 1)]
    return [facts.FinalAsked(reason="silence")]
