"""`decide_shared(state, command, now)`: what may be asked of every kind of case."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from domain.cases.events import Assigned, CaseEvent, Linked
from domain.cases.messages import Assign, Link, Nudge, Retarget
from domain.cases.state import AnyState
from domain.errors import CaseChanged, CaseClosed, LinkRefused, UnknownTeam

SHARED_COMMANDS: dict[str, type[BaseModel]] = {
    "assign": Assign,
    "link": Link,
    "retarget": Retarget,
    "nudge": Nudge,
}
"""Update name to message."""


def refuse_closed(state: AnyState) -> None:
    """Raise `CaseClosed` for a case that is over."""
    if not state.open:
        raise CaseClosed(
            f"{state.case_id} is closed ({state.outcome}); open a new {state.case_id.partition(':')[0]} "
            "or reopen this one",
            case_id=state.case_id,
            outcome=state.outcome,
        )


def check_unchanged(state: AnyState, expected_seqs: Sequence[int] | None, unread: int = 0) -> None:
    """Raise `CaseChanged` unless the case's last event is one of these; None asks for no certain one.

    `unread`: so many events at the end nobody can have read yet, because they are stored with the next one.
    """
    if expected_seqs is None:
        return
    if not any(state.seq - unread <= seq <= state.seq for seq in expected_seqs):
        raise CaseChanged(f"{state.case_id} has gone on: its last event is {state.seq}", seq=state.seq)


def refuse_unknown_team(state: AnyState, team: str | None) -> None:
    """Raise `UnknownTeam` for a team that the case's policy does not name."""
    known = state.terms.teams
    if team is not None and known and team not in known:
        raise UnknownTeam(f"there is no team {team}; the policy has {', '.join(known)}", team=team)


def decide_shared(state: AnyState, command: BaseModel, now: datetime) -> Sequence[CaseEvent]:
    """The events that follow. A nudge is nobody's decision: what is due is looked at all the same.

    A retarget is only judged here; what follows needs the terms (`decide_retarget`).
    """
    del now
    refuse_closed(state)
    match command:
        case Assign():
            return _assign(state, command)
        case Link():
            return _link(state, command)
        case _:
            return []


def actor_of_shared(command: BaseModel) -> str:
    """`role:id` of whoever sent the request."""
    return f"staff:{command.by}" if isinstance(command, Assign | Link | Retarget) else "watchdog"


def _assign(state: AnyState, command: Assign) -> Sequence[CaseEvent]:
    refuse_unknown_team(state, command.team)
    team = command.team or state.team
    return [Assigned(team=team, assignee=command.assignee, reason=command.reason)]


def _link(state: AnyState, command: Link) -> Sequence[CaseEvent]:
    if command.case_id == state.case_id:
        raise LinkRefused(f"{state.case_id} cannot be linked to itself")
    known = state.link(command.case_id)
    if known is not None and known.relation != command.relation:
        raise LinkRefused(f"{command.case_id} is linked already, as {known.relation}")
    return [] if known else [Linked(case_id=command.case_id, relation=command.relation)]
