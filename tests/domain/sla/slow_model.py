"""The contract's clocks in the plainest way: look at the wall clock at every tick and count.

It shares nothing with the engine but the models of its input. Every time in its input must lie on the grid
of ticks (a second, or a quarter of an hour where weeks have to be walked through).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from domain.sla import Calendar, Metric, Rung

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


@dataclass
class SlowInstance:
    number: int
    started: datetime
    since: datetime
    state: str = "running"
    stopped: datetime | None = None
    work: timedelta = timedelta(0)
    paused: timedelta = timedelta(0)
    overdue: timedelta = timedelta(0)
    moved: int = 0
    moved_while_stopped: int = 0
    reached: datetime | None = None
    """When the work reached the target; a pause that begins at once takes it back."""
    target_missed: datetime | None = None
    overdue_at: datetime | None = None
    breached: datetime | None = None
    final_target_due: datetime | None = None
    rungs: dict[str, datetime] = field(default_factory=dict[str, datetime])


class SlowClock:
    """One metric, ticking."""

    def __init__(self, metric: Metric, desk: SlowCalendar, law: SlowCalendar) -> None:
        self.metric = metric
        self.desk = desk
        self.law = law
        self.tick = desk.grid.tick
        self.in_days = " " in metric.target
        self.instances: list[SlowInstance] = []

    def run(self, events: Sequence[tuple[datetime, str]], as_of: datetime) -> None:
        """Tick through the grid until `as_of`; the events are in order."""
        grid = self.desk.grid
        for index in range(grid.index(as_of) + 1):
            now = grid.at(index)
            if index:
                self.let_pass(index - 1)
                self.judge(now)
            for event_type in (event_type for at, event_type in events if at == now):
                self.happen(event_type, now)
                self.judge(now)

    @property
    def current(self) -> SlowInstance | None:
        return self.instances[-1] if self.instances else None

    def let_pass(self, index: int) -> None:
        """Count one tick."""
        one = self.current
        if one is None:
            return
        worked = self.tick if self.desk.is_work[index] else timedelta(0)
        day_begins = self.desk.starts_day(index) and self.in_days
        if (
            day_begins
            and "work" in self.metric.target
            and not self.desk.shifts_by_day[self.desk.wall[index][0]]
        ):
            day_begins = False
        if one.state == "running":
            one.work += worked
            if not self.in_days and one.reached is None and one.work >= span(self.metric.target):
                one.reached = self.desk.grid.at(index + 1)
        elif one.state == "paused":
            one.paused += worked
            one.moved += day_begins
        else:
            one.moved_while_stopped += day_begins
            return
        if one.overdue_at is not None:
            one.overdue += worked

    def judge(self, now: datetime) -> None:
        """Has a deadline gone by, has a rung been reached?"""
        one = self.current
        if one is None or one.state not in ("running", "paused"):
            return
        if one.target_missed is None:
            due = self.target_due(one, now) if self.in_days else one.reached
            if due is not None and now > due:
                one.target_missed = due
        if one.overdue_at is None:
            gone = [due for due in (one.target_missed, self.legal_due(one)) if due is not None and now > due]
            if gone:
                one.overdue_at = min(gone)
                one.breached = one.breached or one.overdue_at
                one.overdue = self.desk.work_between(max(one.overdue_at, one.since), now)
        for rung in self.metric.ladder:
            text = rung.at or rung.after or ""
            at = self.rung_reached(one, rung, now)
            if text not in one.rungs and at is not None:
                one.rungs[text] = at

    def rung_reached(self, one: SlowInstance, rung: Rung, now: datetime) -> datetime | None:
        allowed_since = one.since
        if one.state == "paused" and one.overdue_at is not None:
            allowed_since = max(one.since, one.overdue_at)
        if rung.after is not None:
            if one.overdue_at is None or one.overdue < span(rung.after):
                return None
            return now if span(rung.after) else max(one.since, one.overdue_at)
        share = int((rung.at or "")[:-1])
        if not self.in_days:
            reached = one.state == "running" and one.work * 100 >= span(self.metric.target) * share
            return now if reached else None
        if one.state == "paused" and one.overdue_at is None:
            return None
        due = self.due(one, now)
        reached_at = one.started + (due - one.started) * share // 100
        return max(reached_at, allowed_since) if now >= reached_at else None

    def legal_due(self, one: SlowInstance) -> datetime | None:
        if self.metric.legal is None:
            return None
        if " " not in self.metric.legal:
            return self.law.work_from(one.started, span(self.metric.legal))
        return self.law.deadline(self.metric.legal, self.metric.legal_roll, one.started, 0)

    def target_due(self, one: SlowInstance, now: datetime) -> datetime:
        if one.final_target_due is not None:
            return one.final_target_due
        if one.target_missed is not None:
            return one.target_missed
        if self.in_days:
            return self.desk.deadline(self.metric.target, self.metric.roll, one.started, one.moved)
        if one.state == "running" and one.reached is not None:
            return one.reached
        return self.desk.work_from(now, span(self.metric.target) - one.work)

    def due(self, one: SlowInstance, now: datetime) -> datetime:
        if one.overdue_at is not None:
            return one.overdue_at
        legal = self.legal_due(one)
        target = self.target_due(one, now)
        return target if legal is None else min(target, legal)

    def happen(self, event_type: str, now: datetime) -> None:
        metric, one = self.metric, self.current
        is_open = one is not None and one.state in ("running", "paused")
        if one is not None and is_open and event_type in (*metric.cancel, *metric.stop):
            one.final_target_due = self.target_due(one, now)
            one.state = "cancelled" if event_type in metric.cancel else "stopped"
            one.stopped = now if one.state == "stopped" else None
            one.since, one.moved_while_stopped, is_open = now, 0, False
        if event_type in metric.start and not is_open:
            self.start(now)
        one = self.current
        if one is not None and event_type in metric.resume and one.state == "paused":
            self.turn(one, "running", now)
        if one is not None and event_type in metric.pause and one.state == "running":
            self.turn(one, "paused", now)

    def turn(self, one: SlowInstance, state: str, now: datetime) -> None:
        one.state, one.since = state, now
        if one.target_missed is None:
            one.reached = None
            if not self.in_days and state == "running" and one.work >= span(self.metric.target):
                one.reached = now

    def start(self, now: datetime) -> None:
        one = self.current
        if one is None or self.metric.reopen == "new":
            self.instances.append(SlowInstance(len(self.instances) + 1, now, now))
        elif self.metric.reopen == "restart":
            self.instances[-1] = SlowInstance(one.number, now, now, breached=one.breached, rungs=one.rungs)
        else:
            one.stopped = one.final_target_due = None
            one.moved += one.moved_while_stopped
            self.turn(one, "running", now)
