"""The end: the customer's word, another look, who decides in their stead, withdrawal (sop C12)."""

from datetime import datetime

from domain.complaints import events as facts
from domain.complaints import requests as ask
from domain.complaints.decisions.staging import refuse_open_children, require_stage
from domain.complaints.state import ComplaintState
from domain.errors import ApprovalNeeded
from domain.staff.roles import may_as


def decide_confirm(
    state: ComplaintState, command: ask.ConfirmSolution, now: datetime
) -> list[facts.ComplaintEvent]:
    """Satisfied closes it. Not satisfied: another look, or, after as many as the policy has, a lead."""
    require_stage(state, "the customer's word on the answer", "confirmation", "decision")
    if command.satisfied:
        refuse_open_children(state)
        outcome = "not_valid" if state.rejection is not None else "resolved"
        return [
            facts.Confirmed(by=command.by, said_in=command.said_in),
            facts.Closed(outcome=outcome),
        ]
    require_stage(state, "asking for another look", "confirmation")
    assert command.words is not None
    if state.round >= state.terms.complaints.confirm.rounds_at_most:
        return [facts.FinalAsked(reason="rounds", words=command.words)]
    return [facts.EvaluatedAgain(round=state.round + 1, words=command.words)]


def decide_final(
    state: ComplaintState, command: ask.DecideFinal, now: datetime
) -> list[facts.ComplaintEvent]:
    """Who may decide does, with reasons; closing waits for what is under way."""
    require_stage(state, "a final decision", "decision")
    allowed = state.terms.complaints.confirm.final_by
    if not may_as(command.role, "decide_final", allowed):
        raise ApprovalNeeded(f"a final decision is made by {' or '.join(allowed)}, not by {command.role}")
    decided = facts.FinalDecided(decision=command.decision, role=command.role, reason=command.reason)
    if command.decision == "evaluate_again":
        return [decided, facts.EvaluatedAgain(round=state.round + 1, words=command.reason)]
    refuse_open_children(state)
    return [decided, facts.Closed(outcome="decided")]


def decide_withdraw(
    state: ComplaintState, command: ask.WithdrawComplaint, now: datetime
) -> list[facts.ComplaintEvent]:
    """The customer's word too; what was set going must end first."""
    refuse_open_children(state)
    return [
        facts.Withdrawn(reason=command.reason, said_in=command.said_in),
        facts.Closed(outcome="withdrawn"),
    ]
