"""One clock: how events and the mere passing of time change it (contracts §1).

At one instant time acts before events: a rung that comes due at the instant of the stop still fires. Of one
event, cancel acts before stop, stop before start, start before resume and resume before pause, so that an
event which both stops and starts a clock begins it anew.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from domain.errors import EndlessCalendar
from domain.sla.hours import ZERO
from domain.sla.promise import INSTANT, Promise, Step

ClockState = Literal["running", "paused", "stopped", "cancelled"]
ChangeKind = Literal[
    "activated", "paused", "resumed", "warned", "breached", "met", "cured", "cancelled", "retargeted"
]


class Change(NamedTuple):
    """Something happened to a clock, by event time."""

    instance: int
    kind: ChangeKind
    at: datetime
    due_at: datetime
    step: Step | None = None


@dataclass(slots=True)
class Instance:
    """One run of a clock; amounts are as of `since`, when its state last changed."""

    number: int
    started_at: datetime
    since: datetime
    state: ClockState = "running"
    stopped_at: datetime | None = None
    elapsed: timedelta = ZERO
    paused: timedelta = ZERO
    overdue: timedelta = ZERO
    moved_days: int = 0
    legal_due_at: datetime | None = None
    settled_due_at: datetime | None = None
    """The target's deadline while it cannot move: running, missed or ended."""
    target_missed: bool = False
    overdue_at: datetime | None = None
    breached_at: datetime | None = None
    rungs: dict[str, datetime] = field(default_factory=dict[str, datetime])

    @property
    def is_open(self) -> bool:
        """Whether it still counts, running or paused."""
        return self.state in ("running", "paused")


class Clock:
    """All instances of one metric, folded from its events in order."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.instances: list[Instance] = []
        self.changes: list[Change] = []

    def apply(self, event_type: str, at: datetime) -> None:
        """Let time pass until the event, then let the event act."""
        self.pass_time(at)
        metric = self.promise.metric
        if event_type in metric.cancel:
            self._end(at, "cancelled")
        if event_type in metric.stop:
            self._end(at, "stopped")
        if event_type in metric.start:
            self._start(at)
        if event_type in metric.resume:
            self._turn(at, "paused", "running")
        if event_type in metric.pause:
            self._turn(at, "running", "paused")

    def pass_time(self, to: datetime) -> None:
        """Fire what time alone brings about until then, that instant included."""
        if not self.instances or not self.instances[-1].is_open:
            return
        instance = self.instances[-1]
        happened = self._miss(instance, to)
        for step in self.promise.steps:
            at = self._fires_at(instance, step)
            if at is not None and at <= to:
                happened.append(Change(instance.number, "warned", at, self.due(instance, at), step))
        happened.sort(key=_in_order)
        instance.rungs.update((change.step.rung.text, change.at) for change in happened if change.step)
        self.changes += happened

    def upcoming(self, now: datetime) -> list[datetime]:
        """When time alone will change something, for a clock that time has passed for until now."""
        if not self.instances or not self.instances[-1].is_open:
            return []
        instance = self.instances[-1]
        instants = [self._fires_at(instance, step) for step in self.promise.steps]
        if instance.overdue_at is None:
            instants += [due + INSTANT for due in self._coming_deadlines(instance)]
        return [at for at in instants if at is not None and at > now]

    def due(self, instance: Instance, at: datetime) -> datetime:
        """The deadline as known then: the earlier of target and law; once missed, it stays."""
        if instance.overdue_at is not None:
            return instance.overdue_at
        target_due = self.target_due(instance, at)
        return min(target_due, instance.legal_due_at or target_due)

    def target_due(self, instance: Instance, at: datetime) -> datetime:
        """The target's own deadline as known then; while paused, as if resumed at that moment."""
        if instance.settled_due_at is not None:
            return instance.settled_due_at
        promise, is_paused = self.promise, instance.state == "paused"
        if promise.in_days:
            begun = promise.days_begun(instance.since, at) if is_paused else 0
            due = promise.target_due(instance.started_at, instance.moved_days + begun)
        else:
            goes_on_at = at if is_paused else instance.since
            due = promise.hours.after(goes_on_at, promise.target.time - instance.elapsed)
        if not is_paused:
            instance.settled_due_at = due
        return due

    def elapsed(self, instance: Instance, at: datetime) -> timedelta:
        """Working time while running, until then."""
        running = self.promise.hours.worked(instance.since, at) if instance.state == "running" else ZERO
        return instance.elapsed + running

    def paused(self, instance: Instance, at: datetime) -> timedelta:
        """Working time while paused, until then."""
        paused = self.promise.hours.worked(instance.since, at) if instance.state == "paused" else ZERO
        return instance.paused + paused

    def _coming_target_due(self, instance: Instance) -> datetime | None:
        """The target's deadline if it will go by without any event; a pause may move it on for ever."""
        if instance.state == "running" or instance.settled_due_at is not None:
            return self.target_due(instance, instance.since)
        return self.promise.missed_in_pause(instance.started_at, instance.moved_days, instance.since)

    def _coming_deadlines(self, instance: Instance) -> list[datetime]:
        deadlines = (self._coming_target_due(instance), instance.legal_due_at)
        return [due for due in deadlines if due is not None]

    def _miss(self, instance: Instance, to: datetime) -> list[Change]:
        target_due = self._coming_target_due(instance)
        if target_due is not None and to > target_due:
            instance.target_missed, instance.settled_due_at = True, target_due
        missed = [due for due in self._coming_deadlines(instance) if to > due]
        if not missed or instance.overdue_at is not None:
            return []
        instance.overdue_at = min(missed)
        instance.breached_at = instance.breached_at or instance.overdue_at
        return [Change(instance.number, "breached", instance.overdue_at, instance.overdue_at)]

    def _fires_at(self, instance: Instance, step: Step) -> datetime | None:
        """When an unfired rung fires if no event comes; None: not before something else has happened."""
        if step.rung.text in instance.rungs:
            return None
        try:
            if step.share is None:
                return self._past_due(instance, step.past_due)
            return self._share_reached(instance, step.share)
        except EndlessCalendar:  # the deadline can still be met or missed; only this rung never comes
            return None

    def _past_due(self, instance: Instance, past_due: timedelta) -> datetime | None:
        if instance.overdue_at is None:
            return None
        begin = max(instance.since, instance.overdue_at)
        return self.promise.hours.after(begin, past_due - instance.overdue)

    def _share_reached(self, instance: Instance, share: int) -> datetime | None:
        is_paused = instance.state == "paused"
        if not self.promise.in_days:
            needed = self.promise.target.time * share // 100 - instance.elapsed
            return None if is_paused else self.promise.hours.after(instance.since, needed)
        if is_paused and instance.overdue_at is None:
            return None
        due = self.due(instance, instance.since)
        reached = instance.started_at + (due - instance.started_at) * share // 100
        return max(reached, instance.since, (is_paused and instance.overdue_at) or reached)

    def _start(self, at: datetime) -> None:
        last = self.instances[-1] if self.instances else None
        if last and last.is_open:
            return
        mode = self.promise.metric.reopen
        if last is None or mode == "new":
            last = Instance(len(self.instances) + 1, at, at)
            self.instances.append(last)
            last.legal_due_at = self.promise.legal_due(at)
        elif mode == "restart":
            fresh = Instance(last.number, at, at, breached_at=last.breached_at, rungs=last.rungs)
            fresh.legal_due_at = self.promise.legal_due(at)
            self.instances[-1] = last = fresh
        else:
            self._continue(last, at)
        self.changes.append(Change(last.number, "activated", at, self.due(last, at)))

    def _continue(self, instance: Instance, at: datetime) -> None:
        instance.moved_days += self.promise.days_begun(instance.since, at)
        instance.state, instance.since, instance.stopped_at = "running", at, None
        if not instance.target_missed:
            instance.settled_due_at = None

    def _turn(self, at: datetime, old: ClockState, new: ClockState) -> None:
        instance = self.instances[-1] if self.instances else None
        if instance is None or instance.state != old:
            return
        self._settle(instance, at)
        instance.state = new
        kind = "paused" if new == "paused" else "resumed"
        self.changes.append(Change(instance.number, kind, at, self.due(instance, at)))

    def _end(self, at: datetime, state: ClockState) -> None:
        instance = self.instances[-1] if self.instances else None
        if instance is None or not instance.is_open:
            return
        target_due = self.target_due(instance, at)
        self._settle(instance, at)
        instance.state, instance.settled_due_at = state, target_due
        kind: ChangeKind = "cancelled"
        if state == "stopped":
            instance.stopped_at = at
            kind = "cured" if instance.breached_at else "met"
        self.changes.append(Change(instance.number, kind, at, self.due(instance, at)))

    def _settle(self, instance: Instance, at: datetime) -> None:
        """Book the time since the last change of state."""
        if instance.overdue_at is not None:
            begin = max(instance.since, instance.overdue_at)
            instance.overdue += self.promise.hours.worked(begin, at)
        if instance.state == "paused":
            instance.moved_days += self.promise.days_begun(instance.since, at)
        instance.elapsed, instance.paused = self.elapsed(instance, at), self.paused(instance, at)
        instance.since = at
        if not instance.target_missed:
            instance.settled_due_at = None


def _in_order(change: Change) -> tuple[datetime, int]:
    """By time; at one instant the shares of the target, then the breach, then what comes after it."""
    if change.step is None:
        return change.at, 1
    return change.at, 0 if change.step.share is not None else 2
