"""Working time on the real time line: what a calendar's local shifts are in UTC, and counting with them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.errors import EndlessCalendar
from domain.sla.quantities import parse_shift
from domain.sla.spec import Calendar

ZERO = timedelta(0)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_INSTANT = timedelta.resolution
_FAR = date(9000, 1, 1)
_BLOCK_DAYS = 32
_LAST_BLOCK = date.max.toordinal() // _BLOCK_DAYS - 1


class _Block(NamedTuple):
    """32 days, compiled: their shifts in UTC, the working time before each, and which days have any."""

    begins: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    total: timedelta
    working_days: tuple[int, ...]


class Hours:
    """A compiled calendar. Takes and gives UTC instants; blocks of days are made when first asked for."""

    def __init__(self, calendar: Calendar) -> None:
        self._zone = ZoneInfo(calendar.timezone)
        self._week = tuple(_minutes(calendar.shifts_of(weekday)) for weekday in range(7))
        self._days = {day.toordinal(): _minutes(shifts) for day, shifts in calendar.days.items()}
        self._starts: dict[int, datetime] = {}
        self._blocks: dict[int, _Block] = {}
        working = (day for day, shifts in self._days.items() if shifts)
        self._last_working_day = max(working, default=0)
        known_through = calendar.valid_through
        self.known_until = known_through and self.day_start(min(known_through, _FAR).toordinal() + 1)
        """Where the published days end; None: nothing is missing that could still change."""

    def day_of(self, at: datetime) -> int:
        """The local date that an instant falls on, as a proleptic ordinal."""
        return at.astimezone(self._zone).toordinal()

    def day_start(self, day: int) -> datetime:
        """The first instant of a local date."""
        start = self._starts.get(day)
        if start is None:
            start = self._starts[day] = self._instant(day, 0)
        return start

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """Working time between two instants; none if they are the wrong way round."""
        if end <= begin:
            return ZERO
        first, last = self.day_of(begin) // _BLOCK_DAYS, self.day_of(end) // _BLOCK_DAYS
        whole = sum((self._block(number).total for number in range(first, last)), ZERO)
        return whole + _into(self._block(last), end) - _into(self._block(first), begin)

    def after(self, at: datetime, work: timedelta) -> datetime:
        """The first instant by which so much working time has passed since `at`. Raises EndlessCalendar."""
        if work <= ZERO:
            return at
        number = self.day_of(at) // _BLOCK_DAYS
        block = self._block(number)
        missing = _into(block, at) + work
        while missing > block.total:
            missing -= block.total
            number = self._next_block(number)
            block = self._block(number)
        shift = bisect_left(block.before, missing) - 1
        return block.begins[shift] + (missing - block.before[shift])

    def is_working(self, day: int) -> bool:
        """Whether a local date has any shift."""
        return bool(self._shifts(day))

    def rolled(self, day: int) -> int:
        """The local date itself if it has a shift, else the next that has one. Raises EndlessCalendar."""
        return day if self.is_working(day) else self.working_day(day, 1)

    def working_day(self, day: int, count: int) -> int:
        """The `count`-th working day after a local date. Raises EndlessCalendar."""
        number = day // _BLOCK_DAYS
        days = self._block(number).working_days
        index = bisect_right(days, day) + count - 1
        while index >= len(days):
            index -= len(days)
            number = self._next_block(number)
            days = self._block(number).working_days
        return days[index]

    def works_through(self, day: int) -> bool:
        """Whether a working day ends at midnight and the next one is a working day too."""
        return self.is_working(day + 1) and self.shifts_end(day) == self.day_start(day + 1)

    def shifts_end(self, day: int) -> datetime:
        """The end of a working day's last shift."""
        return self._instant(day, self._shifts(day)[-1][1])

    def days_begun(self, begin: datetime, end: datetime, *, working: bool) -> int:
        """How many (working) days start at or after `begin` and before `end`."""
        if end <= begin:
            return 0
        first, last = self._first_start_from(begin), self._first_start_from(end)
        if not working:
            return last - first
        return sum(self._working_days_between(number, first, last) for number in _blocks(first, last))

    def _first_start_from(self, at: datetime) -> int:
        day = self.day_of(at)
        return day if self.day_start(day) >= at else day + 1

    def _working_days_between(self, number: int, first: int, last: int) -> int:
        days = self._block(number).working_days
        return bisect_left(days, last) - bisect_left(days, first)

    def _shifts(self, day: int) -> tuple[tuple[int, int], ...]:
        return self._days.get(day, self._week[(day - 1) % 7])

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._compile(number)
        return block

    def _next_block(self, number: int) -> int:
        following = number + 1
        endless = not any(self._week) and self._last_working_day < following * _BLOCK_DAYS
        if endless or following > _LAST_BLOCK:
            raise EndlessCalendar(
                "the calendar has no shift left after "
                f"{date.fromordinal(number * _BLOCK_DAYS).isoformat()}; give its week or its days some shifts"
            )
        return following

    def _compile(self, number: int) -> _Block:
        begins: list[datetime] = []
        ends: list[datetime] = []
        before: list[timedelta] = []
        working_days: list[int] = []
        total = ZERO
        for day in range(max(number * _BLOCK_DAYS, 1), (number + 1) * _BLOCK_DAYS):
            shifts = self._shifts(day)
            if shifts:
                working_days.append(day)
            for begin, end in self._in_utc(day, shifts):
                begins.append(begin)
                ends.append(end)
                before.append(total)
                total += end - begin
        return _Block(tuple(begins), tuple(ends), tuple(before), total, tuple(working_days))

    def _in_utc(self, day: int, shifts: tuple[tuple[int, int], ...]) -> Iterator[tuple[datetime, datetime]]:
        start = self.day_start(day)
        plain = self.day_start(day + 1) - start == _DAY
        for begin, end in shifts:
            if plain:  # no clock change: spare the zone look-ups
                yield start + timedelta(minutes=begin), start + timedelta(minutes=end)
            elif (begins := self._instant(day, begin)) < (ends := self._instant(day, end)):
                yield begins, ends

    def works_at(self, at: datetime) -> bool:
        """Whether an instant lies in a shift: its begin does, its end does not."""
        return self.worked(at, at + _INSTANT) > ZERO

    def next_work(self, at: datetime) -> datetime:
        """The first instant from `at` on that lies in a shift. Raises EndlessCalendar."""
        return at if self.works_at(at) else self.after(at, _INSTANT) - _INSTANT

    def _instant(self, day: int, minute: int) -> datetime:
        return local_instant(self._zone, day, minute)


def local_instant(zone: ZoneInfo, day: int, minute: int) -> datetime:
    """When the local clock first shows the minute of a date (a proleptic ordinal), or jumps over it.

    A time that comes twice counts when it first comes: shifts that meet on paper meet on the time line.
    """
    local = datetime.combine(date.fromordinal(day), time()) + timedelta(minutes=minute)
    at = local.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local:
        return at
    early, late = local.replace(tzinfo=zone, fold=1).astimezone(UTC), at
    while late - early > _SECOND:  # clock changes come at whole seconds
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        shown = middle.astimezone(zone).replace(tzinfo=None)
        early, late = (early, middle) if shown > local else (middle, late)
    return late


@lru_cache(maxsize=256)
def hours_of(calendar: Calendar) -> Hours:
    """The calendar compiled; cases that carry the same calendar share it."""
    return Hours(calendar)


def next_working_day(calendar: Calendar, day: date) -> date:
    """The day itself if it has a shift, else the next that has one. Raises EndlessCalendar."""
    return date.fromordinal(hours_of(calendar).rolled(day.toordinal()))


def _minutes(shifts: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(parse_shift(shift) for shift in shifts)


def _into(block: _Block, at: datetime) -> timedelta:
    shift = bisect_right(block.begins, at) - 1
    if shift < 0:
        return ZERO
    return block.before[shift] + min(at, block.ends[shift]) - block.begins[shift]


def _blocks(first_day: int, last_day: int) -> range:
    return range(first_day // _BLOCK_DAYS, last_day // _BLOCK_DAYS + 1)
