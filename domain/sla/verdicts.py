"""Verdicts alone, for judging many cases: no ladder, no rows, and equal clocks are compiled once."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from domain.sla.book import is_provisional
from domain.sla.clock import Instance
from domain.sla.promise import Promise
from domain.sla.running import Heard, run_clock
from domain.sla.spec import Calendar, ClockSpec, Metric

Outcome = Literal["met", "breached", "pending", "cancelled"]
"""A row's verdict (contracts §1), but for clocks that were cancelled unbroken: those are apart."""


class Judged(NamedTuple):
    """What became of one instance of a clock."""

    instance: int
    outcome: Outcome
    due_at: datetime
    provisional: bool


class Judge:
    """The clocks of a case without their ladders, which change no verdict."""

    def __init__(self, spec: ClockSpec) -> None:
        calendars = spec.calendars
        self.promises = {
            metric.name: _promise(
                metric.model_copy(update={"ladder": ()}),  # pyright: ignore[reportArgumentType] (has a hash)
                calendars[metric.calendar],
                calendars[metric.legal_calendar or metric.calendar],
            )
            for metric in spec.metrics
        }
        """By metric. The same object for all judges whose clocks are the same."""
        self.zones = {metric.name: ZoneInfo(calendars[metric.calendar].timezone) for metric in spec.metrics}


def judged(promise: Promise, known: Sequence[Heard], as_of: datetime) -> list[Judged]:
    """Every instance that ever started; `known`: what happened by then, in order. Raises EndlessCalendar."""
    clock = run_clock(known, promise, as_of)
    return [
        Judged(
            instance=instance.number,
            outcome=_outcome(instance),
            due_at=clock.due(instance, as_of),
            provisional=is_provisional(clock, instance, clock.target_due(instance, as_of), as_of),
        )
        for instance in clock.instances
    ]


@lru_cache(maxsize=1024)
def judge_of(spec: ClockSpec) -> Judge:
    """The judge of such clocks; cases with the same terms share it."""
    return Judge(spec)


@lru_cache(maxsize=4096)
def _promise(metric: Metric, calendar: Calendar, legal_calendar: Calendar) -> Promise:
    named = {metric.calendar: calendar, metric.legal_calendar or metric.calendar: legal_calendar}
    return Promise(metric, ClockSpec(calendars=named, metrics=(metric,)))


def _outcome(instance: Instance) -> Outcome:
    if instance.breached_at:
        return "breached"
    if instance.state == "stopped":
        return "met"
    return "cancelled" if instance.state == "cancelled" else "pending"
