"""The contract's clocks in the plainest way: look at the wall clock at every tick and count.

It shares nothing with the engine but the models of its input. Every time in its input must lie on the grid
of ticks (a second, or a quarter of an hour where weeks have to be walked through).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.sla import Metric, Rung
from tests.domain.sla.slow_calendar import SlowCalendar, span


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
