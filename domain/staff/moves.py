"""Which open cases get another member, or a first one, and whom; planned here, moved by updates."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from domain.base import Model, Slug, UtcInstant
from domain.digests import digest
from domain.orders import Language
from domain.staff.assignment import Assignment, AssignmentCode, Load, Wanted, assign
from domain.staff.directory import Absence, Directory
from domain.staff.escalation import Reader
from domain.staff.presence import first_of_team


class HeldCase(Model):
    """An open case that somebody has, as the read model knows it."""

    case_id: str
    team: Slug | None = None
    language: Language
    due_at: UtcInstant | None = None


class Move(Model):
    """A case that gets another member; without one, the team's queue has it and `tell` hear of it."""

    case_id: str
    team: Slug | None = None
    assignee: Slug | None = None
    code: AssignmentCode | None = None
    """None: the case is in no team that the staff has, so that a person must look."""
    reason: str
    tell: tuple[Reader, ...] = ()


class Stay(Model):
    """A case that can wait for who has it."""

    case_id: str
    reason: str


class MovePlan(Model):
    """What becomes of somebody's open cases while they are away."""

    absence: Absence
    moves: tuple[Move, ...] = ()
    stays: tuple[Stay, ...] = ()

    @property
    def key(self) -> str:
        """What the same plan is known by when it is carried out again."""
        return f"away-{digest(self.absence)}"


class QueuePlan(Model):
    """Who gets what waits for somebody of a team, and what goes on waiting."""

    team: Slug
    at: UtcInstant
    moves: tuple[Move, ...] = ()
    stays: tuple[Stay, ...] = ()

    @property
    def key(self) -> str:
        """What the same plan is known by when it is carried out again."""
        return f"queue-{digest(self)}"


def plan_queue(
    directory: Directory, team: str, cases: Iterable[HeldCase], load: Load, now: datetime
) -> QueuePlan:
    """Give what waits for somebody of a team to who can take it now, the most urgent first.

    What each new owner gets counts at once. Raises `UnknownTeam`.
    """
    loads = Counter(load)
    moves: list[Move] = []
    stays: list[Stay] = []
    for case in sorted(cases, key=_urgency):
        found = assign(directory, Wanted(team=team, language=case.language), loads, now)
        if found.member is None:
            stays.append(Stay(case_id=case.case_id, reason=found.reason))
            continue
        moves.append(
            Move(
                case_id=case.case_id,
                team=team,
                assignee=found.member,
                code=found.code,
                reason=found.reason,
            )
        )
        loads.update([found.member])
    return QueuePlan(team=team, at=now, moves=tuple(moves), stays=tuple(stays))


def plan_moves(
    directory: Directory, absence: Absence, cases: Iterable[HeldCase], load: Load, now: datetime
) -> MovePlan:
    """Give each case that is due before they are back to somebody else of its team, the most urgent first.

    What each new owner gets counts at once. A case without a deadline moves too: what it waits for may come.
    Who can take it is looked at when the absence begins or, if the team is off then, when it works again.
    """
    absent = directory.with_absence(absence)
    loads = Counter(load)
    since = max(now.astimezone(UTC), absence.since)
    moves: list[Move] = []
    stays: list[Stay] = []
    for case in sorted(cases, key=_urgency):
        if _can_wait(case, absence):
            stays.append(Stay(case_id=case.case_id, reason=f"due after {absence.member} is back"))
            continue
        move = _move(absent, absence, case, loads, since)
        moves.append(move)
        loads.update([move.assignee] if move.assignee else [])
    return MovePlan(absence=absence, moves=tuple(moves), stays=tuple(stays))


def _move(directory: Directory, absence: Absence, case: HeldCase, load: Load, since: datetime) -> Move:
    team = case.team or directory.member(absence.member).team
    if team not in directory.teams:
        why = f"the staff has no team {team}" if team else "it has no team"
        return Move(case_id=case.case_id, team=case.team, reason=f"{absence.member} is away; {why}")
    wanted = Wanted(team=team, language=case.language)
    at = first_of_team(directory, team, since)
    found = assign(directory, wanted, load, at, but=frozenset({absence.member}))
    return _moved(absence, case, found)


def _moved(absence: Absence, case: HeldCase, found: Assignment) -> Move:
    return Move(
        case_id=case.case_id,
        team=found.team,
        assignee=found.member,
        code=found.code,
        reason=f"{absence.member} is away; {found.reason}",
        tell=found.tell,
    )


def _can_wait(case: HeldCase, absence: Absence) -> bool:
    return absence.until is not None and case.due_at is not None and case.due_at > absence.until


def _urgency(case: HeldCase) -> tuple[bool, float, str]:
    return case.due_at is None, case.due_at.timestamp() if case.due_at else 0.0, case.case_id
