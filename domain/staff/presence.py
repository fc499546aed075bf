"""Who is there at a moment, and when they come back: by their shifts and absences."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from domain.sla.hours import hours_of
from domain.staff.directory import Directory

PresenceState = Literal["on_shift", "off_shift", "away"]


class Presence(NamedTuple):
    """Whether somebody is there; `back_at`: when they are on shift again, None: they are, or nobody knows."""

    state: PresenceState
    back_at: datetime | None = None


def is_away(directory: Directory, member: str, at: datetime) -> bool:
    """Whether somebody is away; who is no member any more never comes back."""
    return member not in directory.members or directory.absence(member, at) is not None


def is_on_shift(directory: Directory, member: str, at: datetime) -> bool:
    """Whether a moment lies in one of their shifts; away or not."""
    return any(hours_of(calendar).works_at(at) for calendar in directory.shifts_of(member))


def next_on_shift(directory: Directory, member: str, at: datetime) -> datetime | None:
    """The first moment from `at` on at which they work; None for one who has no shifts."""
    starts = (hours_of(calendar).next_work(at) for calendar in directory.shifts_of(member))
    return min(starts, default=None)


def first_of_team(directory: Directory, team: str, at: datetime) -> datetime:
    """The first moment from `at` on at which the team works."""
    return hours_of(directory.shifts[directory.team(team).hours]).next_work(at.astimezone(UTC))


def local(directory: Directory, team: str, at: datetime) -> str:
    """A moment as the team's clock shows it, for a reason: `2026-11-20 09:00 +08:00`."""
    zone = ZoneInfo(directory.shifts[directory.team(team).hours].timezone)
    text = at.astimezone(zone).isoformat(" ", "minutes")
    return f"{text[:-6]} {text[-6:]}"


def presence_of(directory: Directory, member: str, at: datetime) -> Presence:
    """Whether somebody is there at a moment, and if not, when they are."""
    at = at.astimezone(UTC)
    ends = _end_of_absences(directory, member, at)
    if ends is None:
        return Presence("away")
    if ends > at:
        return Presence("away", next_on_shift(directory, member, ends))
    if is_on_shift(directory, member, at):
        return Presence("on_shift")
    return Presence("off_shift", next_on_shift(directory, member, at))


def _end_of_absences(directory: Directory, member: str, at: datetime) -> datetime | None:
    """When absences that follow one another are over; the moment itself for who is not away."""
    while (absence := directory.absence(member, at)) is not None:
        if absence.until is None:
            return None
        at = absence.until
    return at
