"""The words for amounts of time in policies and contracts: "4h", "3 workdays", "7 days", "75%"."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator

TargetUnit = Literal["time", "workdays", "days"]

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_DAYS = re.compile(r"([0-9]{1,4}) (day|days|workday|workdays)")
_SHARE = re.compile(r"([0-9]{1,4})%")
_SHIFT = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

LONGEST = timedelta(days=3660)
"""Ten years: whoever writes more has mistyped."""


class Target(NamedTuple):
    """A deadline's length: working time for `time`, else a count of (working) days."""

    unit: TargetUnit
    time: timedelta
    days: int


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> timedelta:
    """Read "90s", "3m", "4h" or "2d" (a day is 24 h). Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f'"{text}" must be a whole number and a unit, like "90s", "3m", "4h" or "2d"')
    duration = int(match[1]) * _UNITS[match[2]]
    if duration > LONGEST:
        raise ValueError(f'"{text}" is longer than ten years')
    return duration


@lru_cache(maxsize=1024)
def parse_target(text: str) -> Target:
    """Read "4h", "3 workdays" or "7 days". Raises ValueError."""
    if match := _DAYS.fullmatch(text):
        unit: TargetUnit = "workdays" if match[2].startswith("work") else "days"
        target = Target(unit, timedelta(0), int(match[1]))
    elif _DURATION.fullmatch(text):
        target = Target("time", parse_duration(text), 0)
    else:
        raise ValueError(f'"{text}" must be a whole number like "4h", "3 workdays" or "7 days"')
    if not target.time and not target.days:
        raise ValueError(f'"{text}" must be more than nothing')
    if target.days > LONGEST.days:
        raise ValueError(f'"{text}" is longer than ten years')
    return target


@lru_cache(maxsize=1024)
def parse_share(text: str) -> int:
    """Read "75%" as 75. Raises ValueError."""
    match = _SHARE.fullmatch(text)
    if not match or not int(match[1]):
        raise ValueError(f'"{text}" must be a whole percentage above zero, like "75%"')
    return int(match[1])


@lru_cache(maxsize=1024)
def parse_shift(text: str) -> tuple[int, int]:
    """Read "09:00-17:30" as minutes of the local day; "24:00" is its end. Raises ValueError."""
    match = _SHIFT.fullmatch(text)
    if not match:
        raise ValueError(f'shift "{text}" must look like "09:00-17:30"')
    hours_minutes = [int(part) for part in match.groups()]
    begin, end = hours_minutes[0] * 60 + hours_minutes[1], hours_minutes[2] * 60 + hours_minutes[3]
    if max(hours_minutes[1], hours_minutes[3]) > 59 or max(begin, end) > 24 * 60:
        raise ValueError(f'shift "{text}" has a time that no day has')
    if begin >= end:
        raise ValueError(f'shift "{text}" ends before it begins or crosses midnight; split it at 24:00')
    return begin, end


def _checked_by(parse: Callable[[str], object]) -> AfterValidator:
    def keep_text(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(keep_text)


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError(f'"{value}" must be a date like "2026-10-01"')
    return value


Duration = Annotated[str, _checked_by(parse_duration)]
TargetText = Annotated[str, _checked_by(parse_target)]
ShareText = Annotated[str, _checked_by(parse_share)]
ShiftText = Annotated[str, _checked_by(parse_shift)]
Day = Annotated[date, BeforeValidator(_iso_day)]
"""A calendar date; as text only `YYYY-MM-DD`."""
