"""Published holidays and make-up workdays, and how they become a calendar of working time (design §4)."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal, Self

from pydantic import model_validator

from domain.base import Model, Slug
from domain.errors import EndlessCalendar, InvalidRequest, UnknownCalendar
from domain.sla.quantities import Day
from domain.sla.spec import Calendar, Shifts, TimeZoneName, Weekday

DayKind = Literal["holiday", "workday"]
"""A day off that would be worked, or a make-up workday (调休) that would be off."""

NO_HOLIDAYS = "none"


class Snapshot(Model):
    """A country's published days at a revision. Days outside `valid_from`…`valid_through` are not known."""

    name: Slug
    source: str
    revision: str
    valid_from: Day
    valid_through: Day
    days: dict[Day, DayKind]

    @model_validator(mode="after")
    def _revision_fits(self) -> Self:
        outside = [day for day in self.days if not self.valid_from <= day <= self.valid_through]
        if outside:
            raise ValueError(f"days.{min(outside)}: outside {self.valid_from}…{self.valid_through}")
        expected = revision_of(self.valid_from, self.valid_through, self.days)
        if self.revision != expected:
            raise ValueError(f'revision: the content is "{expected}"; was the file edited by hand?')
        return self


class CalendarRules(Model):
    """A policy's calendar: usual shifts, whose holidays it keeps, and dates that the desk itself has changed.

    `makeup`: the shifts of make-up workdays (empty: the desk keeps them off). `days` beat the holidays.
    """

    timezone: TimeZoneName
    week: dict[Weekday, Shifts]
    holidays: str = NO_HOLIDAYS
    makeup: Shifts | None = None
    days: dict[Day, Shifts] = {}


def revision_of(valid_from: date, valid_through: date, days: Mapping[date, str]) -> str:
    """The short content hash of what is published: same days, same revision, whatever the source."""
    content = {day.isoformat(): kind for day, kind in sorted(days.items())}
    text = json.dumps([valid_from.isoformat(), valid_through.isoformat(), content], separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:12]


def calendar_of(rules: CalendarRules, snapshots: Mapping[str, Snapshot]) -> Calendar:
    """The calendar of working time: the usual week, and the dates that differ from it.

    Raises UnknownCalendar for holidays that nobody has shipped, InvalidRequest if `makeup` is not said, and
    EndlessCalendar for a week without any shift.
    """
    plain = Calendar(timezone=rules.timezone, week=rules.week, days=rules.days)
    if not any(plain.shifts_of(weekday) for weekday in range(7)):
        raise EndlessCalendar("week: no day of it has a shift, so that a deadline would never come")
    if rules.holidays == NO_HOLIDAYS:
        return plain
    snapshot = snapshots.get(rules.holidays)
    if snapshot is None:
        known = ", ".join([*sorted(snapshots), NO_HOLIDAYS])
        raise UnknownCalendar(f'holidays: there is no snapshot "{rules.holidays}" (there is: {known})')
    days = {day: _shifts(day, kind, rules, plain) for day, kind in snapshot.days.items()} | rules.days
    differing = {
        day: shifts for day, shifts in sorted(days.items()) if shifts != plain.shifts_of(day.weekday())
    }
    return plain.model_copy(update={"days": differing, "valid_through": snapshot.valid_through})


def trim(calendar: Calendar, first: date, last: date) -> Calendar:
    """The calendar without the special days outside a window, so that it is small enough to be carried along.

    What is cut off at the end is no longer known: `valid_through` says so.
    """
    kept = {day: shifts for day, shifts in calendar.days.items() if first <= day <= last}
    cut = min((day for day in calendar.days if day > last), default=None)
    valid_through = calendar.valid_through
    if cut is not None:
        valid_through = min(cut - timedelta(days=1), valid_through or cut)
    return calendar.model_copy(update={"days": kept, "valid_through": valid_through})


def _shifts(day: date, kind: DayKind, rules: CalendarRules, plain: Calendar) -> Shifts:
    usual = plain.shifts_of(day.weekday())
    if kind == "holiday":
        return ()
    if rules.makeup is None and not usual:
        raise InvalidRequest(
            f'makeup: the holidays "{rules.holidays}" have make-up workdays, such as {day}; '
            "give their shifts, or [] if the desk does not work them"
        )
    return rules.makeup or usual
