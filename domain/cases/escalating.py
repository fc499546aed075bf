"""From a rung that fired to the members who are told, each once, and to whom the case is given."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from domain.cases.events import Assigned, CaseEvent, ClockChanged
from domain.cases.kind import Kind
from domain.cases.state import AnyState, S
from domain.notices import Notice, notice_id
from domain.staff.ladder import Climbed, Given, NewOwner, RungFired
from domain.staff.roles import LadderRole


def rung_of(kind: Kind[S], state: S, event: CaseEvent, now: datetime) -> RungFired | None:
    """What the staff is asked about an event; None for one that is no rung of a ladder."""
    if not isinstance(event, ClockChanged) or event.rung is None or not (event.tell or event.reassign):
        return None
    return RungFired(
        kind=kind.name,
        category=kind.facets(state).get("category"),
        team=state.team,
        assignee=state.assignee,
        language=state.language,
        clock=event.metric,
        rung=event.rung,
        tell=cast("tuple[LadderRole, ...]", tuple(event.tell)),
        reassign=cast("NewOwner | None", event.reassign),
        at=now,
    )


def addressed(notices: Iterable[Notice], seq: int, climbed: Climbed) -> Iterator[Notice]:
    """The rung's notices, by role, as they go out: to members, to each one once.

    A role that reaches nobody keeps its address. Who gets the case by this rung hears of it as its owner.
    """
    told: set[str] = set()
    first: Notice | None = None
    for notice in notices:
        first = first or notice
        member = climbed.readers.get(cast("LadderRole", notice.role))
        if member is None:
            yield notice
        elif member not in told:
            told.add(member)
            yield _to(notice, seq, notice.role, member)
    owner = climbed.given.member if climbed.given else None
    if first is not None and owner is not None and owner not in told:
        yield _to(first, seq, "agent", owner)


def _to(notice: Notice, seq: int, role: str | None, member: str) -> Notice:
    name = notice_id(notice.case_id, notice.kind, seq, role, member)
    return notice.model_copy(update={"notice_id": name, "role": role, "member": member})


def decide_given(
    state: AnyState, given: Given | None, *, team: str | None, assignee: str | None
) -> list[Assigned]:
    """The case as somebody's, unless it went on since the staff was asked: `team` and `assignee` are then.

    A team that the case's policy does not name, as where the staff was written for another one, gets nothing.
    """
    if given is None or not state.open or (state.team, state.assignee) != (team, assignee):
        return []
    to_team = state.team or given.team
    if to_team is not None and state.terms.teams and to_team not in state.terms.teams:
        return []
    return [Assigned(team=to_team, assignee=given.member, reason=given.reason)]
