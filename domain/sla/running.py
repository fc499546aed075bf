"""Clocks run over the events that they have heard, as of any moment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from operator import attrgetter, is_
from typing import NamedTuple

from domain.base import UtcInstant
from domain.errors import EndlessCalendar
from domain.sla.clock import Clock
from domain.sla.promise import Promise
from domain.sla.spec import ClockSpec

STRIDE = 32
"""After so many events clocks are kept to go on from, so that a long case is not run from its start."""


class Heard(NamedTuple):
    """An event that some clock listens to, by event time."""

    at: UtcInstant
    type: str


@lru_cache(maxsize=256)
def run(heard: tuple[Heard, ...], spec: ClockSpec, as_of: datetime) -> tuple[Clock, ...]:
    """The clocks at a moment, to be looked at only.

    Kept, because a case that records something asks for its changes, rows and next instant of one moment.
    """
    known = sorted((event for event in heard if event.at <= as_of), key=attrgetter("at"))
    came_in_order = sum(1 for _ in takewhile(bool, map(is_, known, heard)))
    begun = came_in_order // STRIDE * STRIDE
    return tuple(_go_on(clock, known[begun:], as_of) for clock in _begun(heard[:begun], spec))


@lru_cache(maxsize=256)
def _begun(heard: tuple[Heard, ...], spec: ClockSpec) -> tuple[Clock, ...]:
    """The clocks after so many strides of events that came in order; to be copied only.

    They go on from those after fewer strides, whose number has its last binary one cleared: there are few
    such steps in the longest list, and little is run again while one grows.
    """
    if not heard:
        return tuple(Clock(Promise(metric, spec)) for metric in spec.metrics)
    strides = len(heard) // STRIDE
    fewer = (strides & (strides - 1)) * STRIDE
    return tuple(_go_on(clock, heard[fewer:]) for clock in _begun(heard[:fewer], spec))


def run_clock(known: Sequence[Heard], promise: Promise, as_of: datetime) -> Clock:
    """One clock, run over what is known by a moment, in order. Raises EndlessCalendar that names it."""
    return _go_on(Clock(promise), known, as_of)


def _go_on(begun: Clock, known: Sequence[Heard], as_of: datetime | None = None) -> Clock:
    clock = _copy(begun)
    metric = clock.promise.metric
    try:
        for event in known:
            if event.type in metric.event_types:
                clock.apply(event.type, event.at)
        if as_of is not None:
            clock.pass_time(as_of)
    except EndlessCalendar as error:
        raise EndlessCalendar(f"metric {metric.name}: {error.message}") from None
    return clock


def _copy(clock: Clock) -> Clock:
    """The clock to go on with; what has ended changes no more and is shared."""
    copy = Clock(clock.promise)
    copy.changes = [*clock.changes]
    last = [replace(instance, rungs={**instance.rungs}) for instance in clock.instances[-1:]]
    copy.instances = [*clock.instances[:-1], *last]
    return copy
