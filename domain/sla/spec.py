"""What a policy says about clocks: calendars of working time, metrics, ladders (contracts §1)."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from domain.base import Model
from domain.sla.quantities import Day, Duration, ShareText, ShiftText, TargetText, parse_shift

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "all"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Reopen = Literal["continue", "restart", "new"]
Roll = Literal["nonworking"]
SAME_RUNG = 'rung "{rung}" is there twice; put everyone to tell into one'


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # missing, malformed, or a folder of zones such as "America"
        raise ValueError(f'"{name}" is no time zone; take a name like "Asia/Shanghai" or "UTC"') from None
    return name


def _apart(shifts: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted(shifts, key=parse_shift)
    for early, late in pairwise(ordered):
        if parse_shift(late)[0] < parse_shift(early)[1]:
            raise ValueError(f'shifts "{early}" and "{late}" overlap')
    return tuple(ordered)


def _starts_somewhere(event_types: tuple[str, ...]) -> tuple[str, ...]:
    if not event_types:
        raise ValueError("a clock must start somewhere: name at least one event type")
    return event_types


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]
Shifts = Annotated[tuple[ShiftText, ...], AfterValidator(_apart)]
"""A day's working time; empty: a day off."""


class Calendar(Model):
    """Working time: local shifts per weekday, and dates on which it is otherwise.

    `all` stands for every weekday that is not named itself; without it, a weekday that is not named is off.
    Past `valid_through` nobody has published the holidays yet: answers are provisional.
    """

    timezone: TimeZoneName
    week: dict[Weekday, Shifts]
    days: dict[Day, Shifts] = {}
    valid_through: Day | None = None

    def shifts_of(self, weekday: int) -> Shifts:
        """The usual shifts of a weekday, 0 = Monday."""
        return self.week.get(WEEKDAYS[weekday], self.week.get("all", ()))

    @cached_property
    def fingerprint(self) -> int:
        """Hash of the content, so that compiled calendars can be shared by all who mean the same."""
        week = tuple(self.shifts_of(weekday) for weekday in range(7))
        return hash((self.timezone, week, tuple(sorted(self.days.items())), self.valid_through))

    def __hash__(self) -> int:
        return self.fingerprint


class Rung(Model):
    """A step of the escalation ladder: at a share of the target, or after the deadline.

    `tell` has roles; `reassign` says who gets the case at this step, if anybody.
    """

    at: ShareText | None = None
    after: Duration | None = None
    tell: tuple[str, ...] = ()
    reassign: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.at is None) == (self.after is None):
            raise ValueError('a rung has either "at" or "after"')
        return self

    @property
    def text(self) -> str:
        """How the contract names the rung: the text of its `at` or `after`."""
        return self.at or self.after or ""


class Metric(Model):
    """One promise about time: what starts, stops, pauses, resumes and cancels its clock; when it is due."""

    name: Annotated[str, Field(min_length=1)]
    calendar: str
    target: TargetText
    roll: Roll | None = None
    legal: TargetText | None = None
    legal_calendar: str | None = None
    legal_roll: Roll | None = None
    start: Annotated[tuple[str, ...], AfterValidator(_starts_somewhere)]
    stop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    reopen: Reopen = "continue"
    ladder: tuple[Rung, ...] = ()

    @model_validator(mode="after")
    def _rungs_differ(self) -> Self:
        if twice := _twice(rung.text for rung in self.ladder):
            raise ValueError(f"ladder: {SAME_RUNG.format(rung=twice)}")
        return self

    @cached_property
    def event_types(self) -> frozenset[str]:
        """Every event type that this clock listens to."""
        return frozenset(self.start + self.stop + self.pause + self.resume + self.cancel)


class ClockSpec(Model):
    """The metrics of a case and the calendars that they name."""

    calendars: dict[str, Calendar]
    metrics: tuple[Metric, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_metrics(self.calendars, self.metrics)
        return self

    @cached_property
    def fingerprint(self) -> int:
        """Hash of the content."""
        return hash((tuple(sorted(self.calendars.items(), key=lambda item: item[0])), self.metrics))

    def __hash__(self) -> int:
        return self.fingerprint

    @cached_property
    def event_types(self) -> frozenset[str]:
        """Every event type that some clock listens to."""
        return frozenset[str]().union(*(metric.event_types for metric in self.metrics))


def check_metrics(calendars: Mapping[str, Calendar] | None, metrics: Iterable[Metric]) -> None:
    """Names are unique and every calendar that is named exists. Raises ValueError that says where."""
    metrics = tuple(metrics)
    if twice := _twice(metric.name for metric in metrics):
        raise ValueError(f'metrics: the name "{twice}" is there twice')
    for index, metric in enumerate(metrics):
        for field, name in (("calendar", metric.calendar), ("legal_calendar", metric.legal_calendar)):
            if name is not None and name not in (calendars or {}):
                known = ", ".join(calendars or {}) or "none"
                raise ValueError(
                    f'metrics.{index}.{field}: there is no calendar "{name}" (there is: {known})'
                )


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
