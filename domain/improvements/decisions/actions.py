"""What the department does about it, until all is done (sop C16, L6)."""

from datetime import datetime

from domain.errors import InvalidRequest, NotFound, Refused
from domain.improvements import events as facts
from domain.improvements import messages as ask
from domain.improvements.decisions.staging import require
from domain.improvements.state import ActionState, ImprovementState

Events = list[facts.ImprovementEvent]

ACTIONS_MAX = 100
"""A case carries its actions through its whole life."""


def decide_add(state: ImprovementState, command: ask.AddAction, now: datetime) -> Events:
    """One more thing to do, by its number."""
    require(state, "adding an action", "actions")
    if command.due_by is not None and command.due_by <= now:
        raise InvalidRequest("due_by: lies in the past; name a moment to come", field="due_by")
    if len(state.actions) >= ACTIONS_MAX:
        raise Refused(f"{state.case_id} has {ACTIONS_MAX} actions already; open another improvement")
    return [
        facts.ActionAdded(
            action=len(state.actions) + 1, what=command.what, owner=command.owner, due_by=command.due_by
        )
    ]


def decide_finish_action(state: ImprovementState, command: ask.FinishAction, now: datetime) -> Events:
    """Done, with what shows it."""
    del now
    action = _open_action(state, command.action)
    return [facts.ActionDone(action=action.action, evidence=command.evidence)]


def decide_drop(state: ImprovementState, command: ask.DropAction, now: datetime) -> Events:
    """Not to be done after all."""
    del now
    action = _open_action(state, command.action)
    return [facts.ActionDropped(action=action.action, reason=command.reason)]


def decide_finish(state: ImprovementState, command: ask.FinishImprovement, now: datetime) -> Events:
    """All is done, and something was: the figures show from now on whether it helped."""
    require(state, "finishing", "actions")
    if still := [each.action for each in state.actions if each.open]:
        numbers = ", ".join(map(str, still))
        raise Refused(f"still to be done: {numbers}; finish or drop what is open", actions=still)
    if not any(each.round == state.round and each.done_at for each in state.actions):
        raise Refused(f"nothing was done in round {state.round}; add an action and finish it")
    return [
        facts.Done(
            root_cause=command.root_cause,
            prevention=command.prevention,
            check_at=state.terms.end_of(state.rules.observe, now),
        )
    ]


def _open_action(state: ImprovementState, number: int) -> ActionState:
    require(state, "working on an action", "actions")
    action = state.action(number)
    if action is None:
        raise NotFound(f"{state.case_id} has no action {number}; it has {len(state.actions)}", action=number)
    if not action.open:
        how = "done" if action.done_at else "dropped"
        raise Refused(f"action {number} is {how} already", action=number)
    return action
