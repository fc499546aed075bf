"""A rung of a case's clock: which members it tells, and to whom it gives the case (design §4, sop A3)."""

from typing import Literal

from domain.base import Model, Slug, UtcInstant
from domain.orders import Language
from domain.records import CaseKind
from domain.staff.assignment import Assignment, Load, Wanted, assign
from domain.staff.directory import Directory
from domain.staff.escalation import resolve
from domain.staff.roles import LadderRole

NewOwner = Literal["team", "lead", "head", "on_call"]
"""Who gets the case: somebody else of its team, by skill and load, or whoever a rung of that role reaches."""


class RungFired(Model):
    """A rung that has fired, and what the case was at that moment."""

    kind: CaseKind
    category: Slug | None = None
    team: Slug | None = None
    assignee: Slug | None = None
    language: Language
    clock: Slug
    rung: str
    tell: tuple[LadderRole, ...] = ()
    reassign: NewOwner | None = None
    at: UtcInstant


class Given(Model):
    """Who gets the case, and why, in words that fit an event."""

    team: Slug | None = None
    member: Slug
    reason: str


class OwnerWanted(Wanted):
    """A case that a team has got and nobody of it has."""

    at: UtcInstant


class Climbed(Model):
    """Whom the rung reaches by role: a role that is not in it reaches nobody, so that its address is left."""

    readers: dict[LadderRole, Slug] = {}
    given: Given | None = None


def climb(directory: Directory, fired: RungFired, load: Load) -> Climbed:
    """The members whom the rung means at the moment it fired, or who stand in for them."""
    team = home_team(directory, fired)
    readers: dict[LadderRole, Slug] = {}
    for role in fired.tell:
        for reader in resolve(directory, role, team=team, assignee=fired.assignee, at=fired.at):
            readers[role] = reader.member
    return Climbed(readers=readers, given=_given(directory, fired, team, load))


def find_owner(directory: Directory, wanted: OwnerWanted, load: Load) -> Given | None:
    """Who gets a case that its team has just got; None where nobody can: the team's queue has it."""
    if wanted.team not in directory.teams:
        return None
    return _taken(assign(directory, wanted, load, wanted.at))


def home_team(directory: Directory, fired: RungFired) -> str | None:
    """The team whose case it is: its own, its owner's, the only one that answers for such cases.

    Where several do, as for a complaint without a class, it is the team that takes whatever comes.
    """
    if fired.team in directory.teams:
        return fired.team
    owner = directory.members.get(fired.assignee or "")
    if owner is not None and owner.team is not None:
        return owner.team
    answering = directory.teams_for(fired.kind, fired.category)
    if len(answering) == 1:
        return answering[0]
    return min((name for name, team in directory.teams.items() if not team.handles), default=None)


def _given(directory: Directory, fired: RungFired, team: str | None, load: Load) -> Given | None:
    """Nobody where nobody can take it, or where the case is theirs already: it stays where it is."""
    if fired.reassign is None:
        return None
    why = f"{fired.clock} reached {fired.rung}"
    if fired.reassign == "team":
        if team is None:
            return None
        wanted = Wanted(team=team, language=fired.language)
        but = frozenset({fired.assignee} if fired.assignee else ())
        found = assign(directory, wanted, load, fired.at, but=but)
        return _taken(found, f"{why}; ")
    for reader in resolve(directory, fired.reassign, team=team, assignee=None, at=fired.at):
        if reader.member != fired.assignee:
            return Given(team=team, member=reader.member, reason=f"{why}; {reader.reason}")
    return None


def _taken(found: Assignment, why: str = "") -> Given | None:
    if found.member is None:
        return None
    return Given(team=found.team, member=found.member, reason=why + found.reason)
