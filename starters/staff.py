"""Staff for programs: who is there, on call, how busy; away and back; moving cases to others (sop A3)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from domain.base import Model, UtcInstant
from domain.calendars import Snapshot
from domain.cases.messages import Assign
from domain.digests import digest
from domain.errors import CaseworkError
from domain.records import CaseKind
from domain.staff.assignment import Assignment, Wanted, assign
from domain.staff.directory import Absence, Directory
from domain.staff.escalation import OnCall, Reader, on_call, resolve
from domain.staff.moves import Move, MovePlan, QueuePlan, plan_moves, plan_queue
from domain.staff.presence import PresenceState, presence_of
from domain.staff.roles import LadderRole, StaffRole, check_may
from domain.staff.roster import Roster
from starters.client import Cases
from starters.settings import Settings
from store.policy_library import PolicyLibrary
from store.pool import Pool
from store.staff import Seeded, Staff
from store.staff_file import read_roster


class MemberNow(Model):
    """A member at a moment. `back_at`: when they are on shift again; None: nobody knows, or they are."""

    member: str
    team: str | None
    roles: tuple[StaffRole, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    presence: PresenceState
    back_at: UtcInstant | None = None
    cases: int
    capacity: int


class TeamOnCall(Model):
    """Who is on call for a team, and who hears what the ladder tells them: without them, who stands in."""

    team: str
    on_call: OnCall | None
    told: Reader | None


class TeamLoad(Model):
    """A team's open cases: with its members, and waiting for one."""

    team: str
    waiting: int
    members: tuple[MemberNow, ...]


class Moved(Model):
    """What became of one move of a plan; `code` and `message` say why it was not made."""

    case_id: str
    assignee: str | None = None
    moved: bool
    code: str | None = None
    message: str | None = None


class StaffDesk:
    """The staff by the store. All calls raise `StoreUnavailable`, and `NotReady` before there is a staff."""

    def __init__(self, pool: Pool, snapshots: Mapping[str, Snapshot]) -> None:
        self._staff = Staff(pool)
        self._snapshots = snapshots

    async def seed(self, roster: Roster) -> Seeded:
        """Make the staff what the roster says; absences of those who stay are kept."""
        return await self._staff.seed(roster)

    async def directory(self, at: datetime) -> Directory:
        """The staff as the rules see it, with the absences that are not over then."""
        return await self._staff.directory(self._snapshots, at)

    async def members(self, at: datetime, team: str | None = None) -> list[MemberNow]:
        """Everybody, or a team, at a moment. Raises `UnknownTeam`."""
        directory = await self.directory(at)
        loads = await self._staff.loads()
        names = directory.members if team is None else _of_team(directory, team)
        return [_member_now(directory, name, loads, at) for name in names]

    async def on_call(self, at: datetime, team: str | None = None) -> list[TeamOnCall]:
        """Who is on call at a moment, for every team or one. Raises `UnknownTeam`."""
        directory = await self.directory(at)
        teams = directory.teams if team is None else (team,)
        return [_team_on_call(directory, name, at) for name in teams]

    async def load(self, at: datetime, team: str | None = None) -> list[TeamLoad]:
        """Open cases by team and member. Raises `UnknownTeam`."""
        directory = await self.directory(at)
        loads, queues = await self._staff.loads(), await self._staff.queues()
        teams = directory.teams if team is None else (team,)
        return [
            TeamLoad(
                team=name,
                waiting=queues.get(name, 0),
                members=tuple(
                    _member_now(directory, member, loads, at)
                    for member in _of_team(directory, name)
                    if directory.members[member].takes_cases or loads.get(member)
                ),
            )
            for name in teams
        ]

    async def propose(self, wanted: Wanted, at: datetime) -> Assignment:
        """Who would get such a case now. Raises `UnknownTeam`."""
        return assign(await self.directory(at), wanted, await self._staff.loads(), at)

    async def readers(
        self, role: LadderRole, *, team: str | None, assignee: str | None, at: datetime
    ) -> tuple[Reader, ...]:
        """Whom a rung of a ladder reaches at a moment."""
        return resolve(await self.directory(at), role, team=team, assignee=assignee, at=at)

    async def away(self, absence: Absence, *, by: str, now: datetime) -> MovePlan:
        """Mark somebody away, and plan what becomes of their open cases. `move_cases` carries the plan out.

        Everybody may say so of themselves. Raises `Forbidden`, `UnknownMember`.
        """
        directory = await self.directory(now)
        _check_may_say(directory, absence.member, by)
        await self._staff.mark_away(absence)
        held = await self._staff.held_by(absence.member)
        return plan_moves(directory, absence, held, await self._staff.loads(), now)

    async def plan_queue(self, team: str, *, by: str, now: datetime) -> QueuePlan:
        """Who would get what waits for somebody of a team. `move_cases` carries the plan out.

        Raises `Forbidden`, `UnknownMember`, `UnknownTeam`.
        """
        directory = await self.directory(now)
        check_may(directory.member(by).roles, "assign")
        waiting = await self._staff.queue_of(team, kinds_alone(directory, team))
        return plan_queue(directory, team, waiting, await self._staff.loads(), now)

    async def kinds_of(self, team: str) -> list[CaseKind]:
        """The kinds of cases that only this team answers for. Raises `UnknownTeam`."""
        return kinds_alone(await self.directory(datetime.now(UTC)), team)

    async def back(self, member: str, *, by: str, now: datetime) -> int:
        """Say that somebody is back; how many absences that ended. Raises `Forbidden`, `UnknownMember`."""
        _check_may_say(await self.directory(now), member, by)
        return await self._staff.mark_back(member, now)


def kinds_alone(directory: Directory, team: str) -> list[CaseKind]:
    """The kinds of cases that only this team answers for. Raises `UnknownTeam`."""
    return [kind for kind in directory.team(team).handles if directory.teams_for(kind) == [team]]


def written_staff(settings: Settings) -> Roster:
    """The staff as this installation's file has it. Raises as `read_roster` does."""
    library = PolicyLibrary(settings.policies_dir, settings.calendars_dir)
    return read_roster(settings.staff_file, library.snapshots)


async def move_cases(cases: Cases, plan: MovePlan | QueuePlan, *, by: str) -> list[Moved]:
    """Send each move of a plan as the update `assign`; one that is refused leaves the others alone.

    The same plan sent again does nothing twice.
    """
    return [await _moved(cases, plan, move, by) for move in plan.moves]


async def _moved(cases: Cases, plan: MovePlan | QueuePlan, move: Move, by: str) -> Moved:
    if move.code is None:
        return Moved(case_id=move.case_id, moved=False, code="unknown_team", message=move.reason)
    request = Assign(by=by, team=move.team, assignee=move.assignee, reason=move.reason)
    key = f"{plan.key}-{digest(request)}"
    try:
        await cases.act(move.case_id, request, key)
    except CaseworkError as error:
        return Moved(case_id=move.case_id, moved=False, code=error.code, message=error.message)
    return Moved(case_id=move.case_id, assignee=move.assignee, moved=True)


def _check_may_say(directory: Directory, member: str, by: str) -> None:
    directory.member(member)
    if by != member:
        check_may(directory.member(by).roles, "manage_staff")


def _of_team(directory: Directory, team: str) -> list[str]:
    directory.team(team)
    return directory.of_team(team)


def _member_now(directory: Directory, name: str, loads: Mapping[str, int], at: datetime) -> MemberNow:
    member = directory.members[name]
    there = presence_of(directory, name, at)
    return MemberNow(
        member=name,
        team=member.team,
        roles=member.roles,
        languages=member.languages,
        skills=member.skills,
        presence=there.state,
        back_at=there.back_at,
        cases=loads.get(name, 0),
        capacity=member.capacity,
    )


def _team_on_call(directory: Directory, team: str, at: datetime) -> TeamOnCall:
    found = on_call(directory, team, at)
    told = resolve(directory, "on_call", team=team, assignee=None, at=at)
    return TeamOnCall(team=team, on_call=found, told=told[0] if told else None)
