"""Whether it helped: asked by time, answered by figures (sop C16, L6)."""

from datetime import datetime

from domain.improvements import events as facts
from domain.improvements.opening import Recurrence, wanted_count
from domain.improvements.state import ImprovementState

Events = list[facts.ImprovementEvent]


def next_deadline(state: ImprovementState) -> tuple[datetime, str] | None:
    """When time alone changes the improvement next, and what for; None while it waits for somebody."""
    if state.stage == "objection" and state.insist_by is not None:
        return state.insist_by, "silence agrees to the no"
    if state.stage == "observation" and state.check_at is not None:
        return state.check_at, "effectiveness check"
    return None


def decide_due(state: ImprovementState, now: datetime) -> Events:
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    due = next_deadline(state)
    if due is None or due[0] > now:
        return []
    if state.stage == "objection":
        return [facts.Closed(outcome="declined")]
    return [facts.CheckDue()]


def decide_checked(state: ImprovementState, recurrence: Recurrence) -> Events:
    """Effective where it came up no more than tolerated; else another round, after the last one the head."""
    asked = wanted_count(state)
    checked = facts.Checked(
        round=state.round,
        since=asked.since,
        until=asked.until,
        found=recurrence.found,
        tolerated=state.tolerated,
    )
    if recurrence.found <= state.tolerated:
        return [checked, facts.Closed(outcome="effective")]
    recurred = facts.Recurred(round=state.round, cases=recurrence.cases)
    if state.round < state.terms.improvements.rounds_max:
        return [checked, recurred, facts.RoundBegun(round=state.round + 1)]
    return [checked, recurred, facts.Escalated(because="recurs")]
