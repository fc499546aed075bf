"""What becomes of a proposal: the department's word, whoever asked, and the head's (sop C16)."""

from datetime import datetime

from domain.errors import WrongStage
from domain.improvements import events as facts
from domain.improvements import messages as ask
from domain.improvements.decisions.staging import require
from domain.improvements.state import ImprovementState

Events = list[facts.ImprovementEvent]


def decide_accept(state: ImprovementState, command: ask.AcceptImprovement, now: datetime) -> Events:
    """The department takes it on; its first round begins."""
    del now
    require(state, "accepting", "proposal")
    return [facts.Accepted(note=command.note), *_next_round(state)]


def decide_decline(state: ImprovementState, command: ask.DeclineImprovement, now: datetime) -> Events:
    """Back to whoever asked."""
    require(state, "declining", "proposal")
    insist_by = state.terms.end_of(state.terms.improvements.insist_within, now)
    return [facts.Declined(reason=command.reason, insist_by=insist_by)]


def decide_insist(state: ImprovementState, command: ask.InsistOnImprovement, now: datetime) -> Events:
    """The head decides between them."""
    del now
    require(state, "insisting", "objection")
    return [facts.Escalated(because="insisted", reason=command.reason)]


def decide_rule(state: ImprovementState, command: ask.RuleOnImprovement, now: datetime) -> Events:
    """The head's word is the last one."""
    del now
    require(state, "a ruling", "ruling")
    ruled = facts.Ruled(go_on=command.go_on, reason=command.reason)
    if command.go_on:
        return [ruled, *_next_round(state)]
    return [ruled, facts.Closed(outcome="dismissed" if state.because == "insisted" else "not_effective")]


def decide_withdraw(state: ImprovementState, command: ask.WithdrawImprovement, now: datetime) -> Events:
    """Whoever asked asks no more; what is done already is checked all the same."""
    del now
    if state.stage in ("observation", "check"):
        raise WrongStage(f"all is done; {state.case_id} is only watched until the check", stage=state.stage)
    return [facts.Withdrawn(reason=command.reason), facts.Closed(outcome="withdrawn")]


def _next_round(state: ImprovementState) -> Events:
    """The first one begins with what whoever asked wants done."""
    begun = facts.RoundBegun(round=state.round + 1)
    if state.wants is None or state.actions:
        return [begun]
    return [begun, facts.ActionAdded(action=1, what=state.wants.what, due_by=state.wants.due_by)]
