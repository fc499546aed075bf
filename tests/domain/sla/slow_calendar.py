"""The contract's calendars in the plainest way: every tick is looked up on the wall clock, worked or not.

Nothing here comes from the engine but the model of a calendar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from domain.sla import Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Horizon(Exception):
    """A deadline lies beyond the ticks that the model looks at."""


@dataclass(frozen=True)
class Grid:
    """The ticks that the model walks through."""

    first: datetime
    tick: timedelta
    count: int

    def at(self, index: int) -> datetime:
        return self.first + index * self.tick

    def index(self, at: datetime) -> int:
        index, rest = divmod(at - self.first, self.tick)
        assert not rest, f"{at} is not on the grid"
        assert 0 <= index < self.count
        return index


@lru_cache(maxsize=32)
def wall_clock(zone_name: str, grid: Grid) -> list[tuple[date, int]]:
    """What a clock on the wall shows at each tick: the date and the second of the day."""
    zone = ZoneInfo(zone_name)
    shown = (grid.at(index).astimezone(zone) for index in range(grid.count))
    return [(local.date(), local.hour * 3600 + local.minute * 60 + local.second) for local in shown]


class SlowCalendar:
    """A calendar as a list of ticks, each worked or not."""

    def __init__(self, calendar: Calendar, grid: Grid) -> None:
        self.calendar = calendar
        self.grid = grid
        self.wall = wall_clock(calendar.timezone, grid)
        self.dates = sorted({day for day, _ in self.wall})
        self.shifts_by_day = {day: self._shifts(day) for day in self.dates}
        self.is_work = [
            any(begin <= second < end for begin, end in self.shifts_by_day[day]) for day, second in self.wall
        ]
        self.end_of_day = cache(self._end_of_day)
        self.end_of_work = cache(self._end_of_work)
        self.deadline = cache(self._deadline)
        self.work_from = cache(self._work_from)

    def _shifts(self, day: date) -> list[tuple[int, int]]:
        texts: Sequence[str]
        if day in self.calendar.days:
            texts = self.calendar.days[day]
        else:
            week = {str(name): shifts for name, shifts in self.calendar.week.items()}
            texts = week.get(WEEKDAYS[day.weekday()], week.get("all", ()))
        return [(seconds(text[:5]), seconds(text[6:])) for text in texts]

    def days_after(self, at: datetime) -> list[date]:
        """The local dates after the one that the instant falls on, as far as the grid goes."""
        today = self.wall[self.grid.index(at)][0]
        return [day for day in self.dates if day > today][:-1]

    def _end_of_day(self, day: date) -> datetime:
        last = max(index for index, (shown, _) in enumerate(self.wall) if shown == day)
        return self.grid.at(last + 1)

    def _end_of_work(self, day: date) -> datetime:
        worked = [i for i, (shown, _) in enumerate(self.wall) if shown == day and self.is_work[i]]
        return self.grid.at(worked[-1] + 1)

    def starts_day(self, index: int) -> bool:
        if index == 0:
            return self.wall[0][1] == 0
        return self.wall[index][0] != self.wall[index - 1][0]

    def _deadline(self, target: str, roll: str | None, start: datetime, moved: int) -> datetime:
        """The end of a (work)day, so many days after the start."""
        number, unit = int(target.split()[0]) + moved, target.split()[1]
        following = self.days_after(start)
        if unit.startswith("work"):
            working = [day for day in following if self.shifts_by_day[day]]
            return self.end_of_work(pick(working, number - 1))
        index = number - 1
        while roll == "nonworking" and not self.shifts_by_day[pick(following, index)]:
            index += 1
        return self.end_of_day(pick(following, index))

    def _work_from(self, at: datetime, work: timedelta) -> datetime:
        """The instant at which so much work has been done since."""
        index = self.grid.index(at)
        while work > timedelta(0):
            if index >= len(self.is_work):
                raise Horizon
            if self.is_work[index]:
                work -= self.grid.tick
            index += 1
        return self.grid.at(index)

    def work_between(self, begin: datetime, end: datetime) -> timedelta:
        ticks = self.is_work[self.grid.index(begin) : self.grid.index(end)]
        return sum(ticks) * self.grid.tick


def pick(days: list[date], index: int) -> date:
    if index >= len(days):
        raise Horizon
    return days[index]


def seconds(clock: str) -> int:
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


@cache
def span(text: str) -> timedelta:
    unit = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
    return int(text[:-1]) * unit[text[-1]]
