"""A metric with its calendars compiled: when is it due? (contracts §1, "Targets" and "A pause")"""

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.sla.hours import Hours, hours_of
from domain.sla.quantities import Target, parse_duration, parse_share, parse_target
from domain.sla.spec import ClockSpec, Metric, Rung

INSTANT = timedelta(microseconds=1)
"""The grain of time: "later than the deadline" begins one grain after it."""

_ENDLESS_PAUSE_DAYS = 732  # working day follows working day, round the clock: after two years, say never


class Step(NamedTuple):
    """A rung, parsed: a share of the target in percent, or working time past due."""

    rung: Rung
    share: int | None
    past_due: timedelta


class Promise:
    """The deadlines of one metric."""

    def __init__(self, metric: Metric, spec: ClockSpec) -> None:
        self.metric = metric
        self.hours = hours_of(spec.calendars[metric.calendar])
        self.legal_hours = hours_of(spec.calendars[metric.legal_calendar or metric.calendar])
        self.target = parse_target(metric.target)
        self.legal = parse_target(metric.legal) if metric.legal else None
        self.in_days = self.target.unit != "time"
        self.steps = tuple(_step(rung) for rung in metric.ladder)

    def target_due(self, started_at: datetime, moved_days: int) -> datetime:
        """The deadline of a target in (work)days that pauses have moved by so many of them."""
        return _end_of_days(self.target, self.hours, self.metric.roll, started_at, moved_days)

    def legal_due(self, started_at: datetime) -> datetime | None:
        """The legal limit, which nothing moves."""
        if self.legal is None:
            return None
        if self.legal.unit == "time":
            return self.legal_hours.after(started_at, self.legal.time)
        return _end_of_days(self.legal, self.legal_hours, self.metric.legal_roll, started_at, 0)

    def days_begun(self, begin: datetime, end: datetime) -> int:
        """By how many days a pause moves the deadline: those (working) days that start inside it."""
        if not self.in_days:
            return 0
        return self.hours.days_begun(begin, end, working=self.target.unit == "workdays")

    def missed_in_pause(self, started_at: datetime, moved_days: int, since: datetime) -> datetime | None:
        """The deadline that goes by although the clock is paused since then; None: it moves along with time.

        A deadline that lies on a later day than the pause's first stays ahead of it for ever. One of the very
        day falls due, unless that is the instant at which the next (working) day starts and moves it on; and
        one that has rolled over days off falls due, because those days are already counted.
        """
        if not self.in_days:
            return None
        moved_days += self.days_begun(since, since + INSTANT)
        due_day = _last_day(self.target, self.hours, started_at, moved_days)
        today = self.hours.day_of(since)
        if due_day > today or (due_day == today and self.target.unit == "days"):
            return None
        if self.target.unit == "days":
            return _end_of(self.target, self.hours, self.metric.roll, due_day)
        while self.hours.works_through(due_day):
            due_day += 1
            if due_day - today > _ENDLESS_PAUSE_DAYS:
                return None
        return _end_of(self.target, self.hours, None, due_day)


def _end_of_days(
    target: Target, hours: Hours, roll: str | None, started_at: datetime, moved: int
) -> datetime:
    return _end_of(target, hours, roll, _last_day(target, hours, started_at, moved))


def _last_day(target: Target, hours: Hours, started_at: datetime, moved: int) -> int:
    first, count = hours.day_of(started_at), target.days + moved
    return hours.working_day(first, count) if target.unit == "workdays" else first + count


def _end_of(target: Target, hours: Hours, roll: str | None, day: int) -> datetime:
    if target.unit == "workdays":
        return hours.shifts_end(day)
    return hours.day_start((hours.rolled(day) if roll else day) + 1)


def _step(rung: Rung) -> Step:
    if rung.at:
        return Step(rung, parse_share(rung.at), timedelta(0))
    return Step(rung, None, parse_duration(rung.text))
