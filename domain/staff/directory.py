"""The staff as rules see it: teams and members by id, their hours, who is away. No names, no addresses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Model, Slug, UtcInstant
from domain.errors import UnknownMember, UnknownTeam
from domain.orders import Language
from domain.records import CaseKind
from domain.sla.spec import Calendar
from domain.staff.roles import StaffRole, may
from domain.staff.rota import Rota

Slugs = tuple[Slug, ...]


class Team(Model):
    """A team: when it works, what it answers for, who leads it and who is on call for it."""

    title: dict[Language, str]
    hours: Slug
    """The shift in which somebody of the team works; members may have shorter ones."""
    handles: dict[CaseKind, Slugs] = {}
    """Kinds of cases, each with its categories; none named: all. Without kinds: whatever is passed on."""
    leads: Slugs = ()
    """Supervisors; the first leads, the next stand in."""
    on_call: Rota | None = None

    def answers_for(self, kind: CaseKind, category: str | None = None) -> bool:
        """Whether such a case belongs here. One that is not classified yet belongs to all of its kind."""
        if not self.handles:
            return True
        categories = self.handles.get(kind)
        if categories is None:
            return False
        return not categories or category is None or category in categories


class Member(Model):
    """Somebody of the desk, by id. `capacity` is how many open cases they have at most; 0: none."""

    team: Slug | None = None
    """Without one they belong to the whole desk."""
    roles: Annotated[tuple[StaffRole, ...], Field(min_length=1)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    skills: Slugs = ()
    capacity: Annotated[int, Field(strict=True, ge=0)] = 0
    shifts: Slugs = ()
    """When they work; without, when their team does."""

    @property
    def takes_cases(self) -> bool:
        """Whether cases may be given to them at all."""
        return self.capacity > 0 and may(self.roles, "handle")


class Absence(Model):
    """When somebody is away: from `since`, before `until`; without `until`, until they are back.

    Why is nobody's business here.
    """

    member: Slug
    since: UtcInstant
    until: UtcInstant | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("`until` must be later than `since`")
        return self

    def covers(self, at: datetime) -> bool:
        """Whether they are away at that moment."""
        return self.since <= at and (self.until is None or at < self.until)


class Directory(Model):
    """All of it, consistent: made by `Roster.directory`, with the holidays and absences that are known."""

    shifts: dict[Slug, Calendar]
    teams: dict[Slug, Team]
    members: dict[Slug, Member]
    absences: tuple[Absence, ...] = ()

    def team(self, name: str) -> Team:
        """Raises `UnknownTeam` that names those there are."""
        if name not in self.teams:
            raise UnknownTeam(f"there is no team {name}; there is: {', '.join(self.teams)}", team=name)
        return self.teams[name]

    def member(self, name: str) -> Member:
        """Raises `UnknownMember`."""
        if name not in self.members:
            raise UnknownMember(f"the staff has no member {name}", member=name)
        return self.members[name]

    def of_team(self, team: str) -> list[str]:
        """The members of a team by name."""
        return sorted(name for name, member in self.members.items() if member.team == team)

    def with_role(self, role: StaffRole) -> list[str]:
        """The members who have a role, by name."""
        return sorted(name for name, member in self.members.items() if role in member.roles)

    def teams_for(self, kind: CaseKind, category: str | None = None) -> list[str]:
        """The teams that name such a case as theirs, by name; teams that take whatever comes are left out."""
        return sorted(
            name for name, team in self.teams.items() if team.handles and team.answers_for(kind, category)
        )

    def shifts_of(self, member: str) -> Iterator[Calendar]:
        """The shifts in which somebody works."""
        found = self.member(member)
        team = self.teams.get(found.team or "")
        names = found.shifts or ((team.hours,) if team else ())
        return (self.shifts[name] for name in names)

    def absence(self, member: str, at: datetime) -> Absence | None:
        """Why somebody is not there at a moment; None while they are not away."""
        return next(
            (away for away in self.absences if away.member == member and away.covers(at)),
            None,
        )

    def with_absence(self, absence: Absence) -> Self:
        """The staff when somebody is away as well."""
        return self.model_copy(update={"absences": (*self.absences, absence)})
