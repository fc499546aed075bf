"""The staff as it is written down: shifts, teams, members, how they are reached (`deploy/staff.yaml`)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Self, get_args

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.base import Model, Slug
from domain.calendars import CalendarRules, Snapshot, calendar_of
from domain.orders import Language
from domain.sla.spec import TimeZoneName
from domain.staff.directory import Absence, Directory, Member, Team
from domain.staff.roles import may
from domain.staff.surges import Surge, changed

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


class StaffContact(Model):
    """How a member is reached and written to. It stays in the store: no event and no history has it."""

    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    language: Language = "zh-CN"
    timezone: TimeZoneName = "Asia/Shanghai"


class Roster(Model):
    """Everything about the staff but who is away, which changes by the hour."""

    shifts: dict[Slug, CalendarRules] = Field(min_length=1)
    teams: dict[Slug, Team] = Field(min_length=1)
    members: dict[Slug, Member] = Field(min_length=1)
    contacts: dict[Slug, StaffContact] = {}
    """Who is not in it is reached by the address of their role."""
    surges: dict[Slug, Surge] = {}
    """Peaks by name, and what is otherwise while they last (sop E1); never two at once."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [
            InitErrorDetails(
                type=PydanticCustomError("staff", "{why}", {"why": why}), loc=place, input=place[-1]
            )
            for place, why in self._problems()
        ]
        if problems:
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self

    def in_force(self, at: datetime) -> Self:
        """The staff as it works at a moment: as usual, or as in the surge that is in force then."""
        surge = next((surge for surge in self.surges.values() if surge.holds(at)), None)
        return self if surge is None else self._under(surge)

    def _under(self, surge: Surge) -> Self:
        return self.model_copy(
            update={
                "teams": changed(self.teams, surge.teams),
                "members": changed(self.members, surge.members),
            }
        )

    def directory(self, snapshots: Mapping[str, Snapshot], absences: Iterable[Absence] = ()) -> Directory:
        """The usual staff with its hours worked out. Absences of who is no member any more are left out.

        Raises `UnknownCalendar` for holidays that nobody has shipped, `InvalidRequest` for missing `makeup`.
        """
        return Directory(
            shifts={name: calendar_of(rules, snapshots) for name, rules in self.shifts.items()},
            teams=self.teams,
            members=self.members,
            absences=tuple(absence for absence in absences if absence.member in self.members),
        )

    def _problems(self) -> Iterator[Problem]:
        for name, rules in self.shifts.items():
            if not any(rules.week.values()):
                yield ("shifts", name, "week"), "there is no shift in the week; give some day one"
        for name, team in self.teams.items():
            yield from self._problems_of_team(("teams", name), team)
        for name, member in self.members.items():
            yield from self._problems_of_member(("members", name), member)
        yield from self._unknown(("contacts",), self.contacts, self.members, "member")
        for name in self.surges:
            yield from self._problems_of_surge(name)

    def _problems_of_surge(self, name: str) -> Iterator[Problem]:
        """What fits together usually must fit together then."""
        place, surge = ("surges", name), self.surges[name]
        yield from self._unknown((*place, "teams"), surge.teams, self.teams, "team")
        yield from self._unknown((*place, "members"), surge.members, self.members, "member")
        for other in self.surges:
            if other < name and surge.overlaps(self.surges[other]):
                yield place, f"{other} is in force at the same time"
        then = self._under(surge)
        for team in surge.teams.keys() & self.teams.keys():
            yield from then._problems_of_team((*place, "teams", team), then.teams[team])
        for member in surge.members.keys() & self.members.keys():
            yield from then._problems_of_member((*place, "members", member), then.members[member])

    def _problems_of_team(self, place: Place, team: Team) -> Iterator[Problem]:
        if missing := [language for language in get_args(Language) if language not in team.title]:
            yield (*place, "title"), f"the title in {missing[0]} is missing"
        yield from self._unknown((*place, "hours"), (team.hours,), self.shifts, "shift")
        yield from self._unknown((*place, "leads"), team.leads, self.members, "member")
        for index, name in enumerate(team.leads):
            if name in self.members and not may(self.members[name].roles, "manage_staff"):
                yield (*place, "leads", index), f"{name} is neither supervisor nor head"
        if team.on_call is not None:
            named = (*team.on_call.members, *(swap.member for swap in team.on_call.swaps))
            yield from self._unknown((*place, "on_call"), named, self.members, "member")

    def _problems_of_member(self, place: Place, member: Member) -> Iterator[Problem]:
        yield from self._unknown((*place, "team"), (member.team,) if member.team else (), self.teams, "team")
        yield from self._unknown((*place, "shifts"), member.shifts, self.shifts, "shift")
        if member.team is None and not member.shifts:
            yield (*place, "shifts"), "who is in no team needs shifts of their own"
        if member.team is None and member.capacity:
            yield (*place, "capacity"), "who is in no team gets no cases; give them a team, or no capacity"
        if member.capacity and not may(member.roles, "handle"):
            yield (*place, "capacity"), f"a {_words(member.roles)} works on no cases; leave it out"

    @staticmethod
    def _unknown(
        place: Place, named: Iterable[str], known: Mapping[str, object], what: str
    ) -> Iterator[Problem]:
        for name in named:
            if name not in known:
                yield place, f"there is no {what} {name}"


def _words(roles: Iterable[str]) -> str:
    return " and ".join(role.replace("_", " ") for role in roles)
