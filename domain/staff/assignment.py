"""Who gets a case: by skill, language, shift and load, with a reason that fits an event (sop A3, C5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal

from domain.base import Model, Slug
from domain.orders import Language
from domain.records import CaseKind
from domain.staff.directory import Directory
from domain.staff.escalation import Reader, resolve
from domain.staff.presence import is_away, is_on_shift, local, next_on_shift

AssignmentCode = Literal[
    "assigned",
    "not_responsible",
    "nobody_in_team",
    "no_skill",
    "no_language",
    "all_away",
    "off_shift",
    "all_full",
]


class Wanted(Model):
    """What a case asks of who works on it."""

    team: Slug
    kind: CaseKind | None = None
    """None: it is the team's already, so nobody asks whether the team answers for it."""
    category: Slug | None = None
    skills: tuple[Slug, ...] = ()
    language: Language | None = None


class Assignment(Model):
    """Who gets it, and why; nobody: why not, and who is told that it waits in the team's queue."""

    team: Slug
    member: Slug | None = None
    code: AssignmentCode
    reason: str
    tell: tuple[Reader, ...] = ()


Load = Mapping[str, int]
"""Open cases by member; who is not in it has none."""


@dataclass(frozen=True)
class _Step:
    """A condition, and what is said when nobody who met those before meets it."""

    code: AssignmentCode
    met: Callable[[str], bool]
    otherwise: str


def assign(
    directory: Directory,
    wanted: Wanted,
    load: Load,
    now: datetime,
    *,
    but: frozenset[str] = frozenset(),
) -> Assignment:
    """The member of the team with the lowest load for their capacity; of equals the first by name.

    `but` names members who do not count, such as the one who gives the case away. Raises `UnknownTeam`.
    """
    now = now.astimezone(UTC)
    team = directory.team(wanted.team)
    if wanted.kind is not None and not team.answers_for(wanted.kind, wanted.category):
        about = f"{wanted.kind} cases" + (f" about {wanted.category}" if wanted.category else "")
        return _nobody(
            directory, wanted, "not_responsible", f"{wanted.team} does not answer for {about}", now
        )
    left = directory.of_team(wanted.team)
    for step in _steps(directory, wanted, load, now, but):
        met = [member for member in left if step.met(member)]
        if not met:
            reason = step.otherwise
            if step.code == "off_shift":
                reason += _until(directory, wanted.team, left, now)
            return _nobody(directory, wanted, step.code, reason, now)
        left = met
    chosen = min(left, key=lambda member: (_share(directory, member, load), member))
    reason = _reason(directory, wanted, load, chosen, len(left))
    return Assignment(team=wanted.team, member=chosen, code="assigned", reason=reason)


def _steps(
    directory: Directory, wanted: Wanted, load: Load, now: datetime, but: frozenset[str]
) -> tuple[_Step, ...]:
    members, team = directory.members, wanted.team
    needed = ", ".join(wanted.skills)
    return (
        _Step(
            "nobody_in_team",
            lambda name: members[name].takes_cases and name not in but,
            f"nobody {'else ' if but else ''}in {team} takes cases",
        ),
        _Step(
            "no_skill",
            lambda name: set(wanted.skills) <= set(members[name].skills),
            f"nobody in {team} knows {needed}",
        ),
        _Step(
            "no_language",
            lambda name: wanted.language in (None, *members[name].languages),
            f"nobody in {team} who knows it speaks {wanted.language}"
            if needed
            else f"nobody in {team} speaks {wanted.language}",
        ),
        _Step(
            "all_away",
            lambda name: not is_away(directory, name, now),
            f"everybody in {team} who could take it is away",
        ),
        _Step(
            "off_shift",
            lambda name: is_on_shift(directory, name, now),
            f"nobody in {team} who could take it is on shift",
        ),
        _Step(
            "all_full",
            lambda name: load.get(name, 0) < members[name].capacity,
            f"everybody in {team} who could take it has their full load",
        ),
    )


def _share(directory: Directory, member: str, load: Load) -> Fraction:
    return Fraction(load.get(member, 0), directory.members[member].capacity)


def _reason(directory: Directory, wanted: Wanted, load: Load, chosen: str, among: int) -> str:
    parts = ["on shift"]
    if wanted.skills:
        parts.append(f"knows {', '.join(wanted.skills)}")
    if wanted.language:
        parts.append(f"speaks {wanted.language}")
    parts.append(f"has {load.get(chosen, 0)} of {directory.members[chosen].capacity} cases")
    rank = f"the lowest load of {among} in {wanted.team}" if among > 1 else f"the only one in {wanted.team}"
    return ", ".join([*parts, rank])


def _until(directory: Directory, team: str, members: list[str], now: datetime) -> str:
    """When the first of them begins, if any ever does."""
    begins = (next_on_shift(directory, member, now) for member in members)
    first = min((at for at in begins if at is not None), default=None)
    return f" before {local(directory, team, first)}" if first else ""


def _nobody(
    directory: Directory, wanted: Wanted, code: AssignmentCode, reason: str, now: datetime
) -> Assignment:
    tell = resolve(directory, "on_call", team=wanted.team, assignee=None, at=now)
    return Assignment(team=wanted.team, code=code, reason=reason, tell=tell)
