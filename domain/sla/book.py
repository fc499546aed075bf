"""The clock book of a case: the events its clocks have heard, and what they make of them at any moment.

The book is carried in histories, so it holds facts only; states, deadlines and verdicts are computed from it.
Replaying a file of events (contracts §1) is the same computation.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from domain.base import Instant, Model, UtcInstant
from domain.errors import EndlessCalendar
from domain.sla.clock import ChangeKind, Clock, ClockState, Instance
from domain.sla.promise import INSTANT, Promise
from domain.sla.spec import ClockSpec

Verdict = Literal["pending", "met", "breached"]


class Heard(NamedTuple):
    """An event that some clock listens to, by event time."""

    at: UtcInstant
    type: str


class ClockBook(Model):
    """What the clocks of a case have heard, in the order of arrival, and how much of it was already told."""

    heard: tuple[Heard, ...] = ()
    told: int = 0
    """How many of `heard` were known at the last change that was told."""
    told_at: UtcInstant | None = None
    """The moment up to which every change has been told."""


class FiredRung(Model):
    """A rung of the ladder that has fired."""

    rung: str
    at: Instant


class ClockRow(Model):
    """A clock as of a moment (contracts §1); the last two fields are set where the law has a limit."""

    name: str
    instance: int
    state: ClockState
    verdict: Verdict
    provisional: bool
    started_at: Instant
    stopped_at: Instant | None
    due_at: Instant
    breached_at: Instant | None
    elapsed_seconds: int
    paused_seconds: int
    rungs: tuple[FiredRung, ...]
    target_due_at: Instant | None = None
    legal_due_at: Instant | None = None


class ClockChange(Model):
    """Something that happened to a clock, dated by event time; `due_at` is the deadline as known then."""

    metric: str
    instance: int
    change: ChangeKind
    at: UtcInstant
    due_at: UtcInstant
    rung: str | None = None
    tell: tuple[str, ...] = ()


def observe(book: ClockBook, spec: ClockSpec, event_type: str, at: datetime) -> ClockBook:
    """The book after an event; the same book if no clock listens to it. Late events may be dated earlier."""
    if event_type not in spec.event_types:
        return book
    return book.model_copy(update={"heard": (*book.heard, Heard(at.astimezone(UTC), event_type))})


def rows(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockRow, ...]:
    """Every clock that ever started, in the order of the metrics, as of a moment. Raises EndlessCalendar."""
    as_of = as_of.astimezone(UTC)
    return tuple(
        _row(clock, instance, as_of)
        for clock in _run(book.heard, spec, as_of)
        for instance in clock.instances
    )


def next_instant(book: ClockBook, spec: ClockSpec, after: datetime) -> datetime | None:
    """When time alone will next change something; None if only an event can.

    A deadline counts as missed one microsecond after it, and that is the instant given for a breach.
    """
    upcoming = next_clock(book, spec, after)
    return upcoming[0] if upcoming else None


def next_clock(book: ClockBook, spec: ClockSpec, after: datetime) -> tuple[datetime, str] | None:
    """The same instant, and the metric that it is about; of several the first by name."""
    after = after.astimezone(UTC)
    return min(
        (
            (at, clock.promise.metric.name)
            for clock in _run(book.heard, spec, after)
            for at in clock.upcoming(after)
        ),
        default=None,
    )


def all_changes(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockChange, ...]:
    """Everything that has happened to the clocks until a moment, by event time."""
    return _changes(book.heard, spec, as_of.astimezone(UTC))


def changes(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockChange, ...]:
    """What has happened to the clocks and is not told yet, by event time. Mark each as `told` when it is."""
    now = all_changes(book, spec, as_of)
    if book.told_at is None:
        return now
    # Twice within an instant, the same change may come twice: they are counted, not just looked up.
    before = Counter(_changes(book.heard[: book.told], spec, book.told_at))
    new: list[ClockChange] = []
    for change in now:
        if before[change]:
            before[change] -= 1
        else:
            new.append(change)
    return tuple(new)


def told(book: ClockBook, change: ChangeKind, at: datetime) -> ClockBook:
    """The book after a change was told; `at` is the change's own. All changes of one look must be told."""
    known_from = at.astimezone(UTC) + (INSTANT if change == "breached" else timedelta(0))
    told_at = max(known_from, book.told_at or known_from)
    return book.model_copy(update={"told": len(book.heard), "told_at": told_at})


@lru_cache(maxsize=256)
def _run(heard: tuple[Heard, ...], spec: ClockSpec, as_of: datetime) -> tuple[Clock, ...]:
    """The clocks at a moment, to be looked at only.

    Kept, because a case that records something asks for its changes, rows and next instant of one moment.
    """
    known = sorted((event for event in heard if event.at <= as_of), key=attrgetter("at"))
    return tuple(_clock(known, Promise(metric, spec), as_of) for metric in spec.metrics)


def _clock(known: list[Heard], promise: Promise, as_of: datetime) -> Clock:
    clock = Clock(promise)
    try:
        for event in known:
            if event.type in promise.metric.event_types:
                clock.apply(event.type, event.at)
        clock.pass_time(as_of)
    except EndlessCalendar as error:
        raise EndlessCalendar(f"metric {promise.metric.name}: {error.message}") from None
    return clock


def _changes(heard: tuple[Heard, ...], spec: ClockSpec, as_of: datetime) -> tuple[ClockChange, ...]:
    found = [
        ClockChange(
            metric=clock.promise.metric.name,
            instance=change.instance,
            change=change.kind,
            at=change.at,
            due_at=change.due_at,
            rung=change.step.rung.text if change.step else None,
            tell=change.step.rung.tell if change.step else (),
        )
        for clock in _run(heard, spec, as_of)
        for change in clock.changes
    ]
    return tuple(sorted(found, key=attrgetter("at")))


def _row(clock: Clock, instance: Instance, as_of: datetime) -> ClockRow:
    target_due = clock.target_due(instance, as_of)
    legal = (
        {}
        if instance.legal_due_at is None
        else {"target_due_at": target_due, "legal_due_at": instance.legal_due_at}
    )
    verdict: Verdict = "met" if instance.state == "stopped" else "pending"
    return ClockRow(
        name=clock.promise.metric.name,
        instance=instance.number,
        state=instance.state,
        verdict="breached" if instance.breached_at else verdict,
        provisional=_is_provisional(clock, instance, target_due, as_of),
        started_at=instance.started_at,
        stopped_at=instance.stopped_at,
        due_at=clock.due(instance, as_of),
        breached_at=instance.breached_at,
        elapsed_seconds=int(clock.elapsed(instance, as_of).total_seconds()),
        paused_seconds=int(clock.paused(instance, as_of).total_seconds()),
        rungs=tuple(FiredRung(rung=rung, at=at) for rung, at in instance.rungs.items()),
        **legal,
    )


def _is_provisional(clock: Clock, instance: Instance, target_due: datetime, as_of: datetime) -> bool:
    """Whether the row rests on days that nobody has published yet."""
    promise = clock.promise
    counted_to = as_of if instance.is_open else instance.since
    known, legal_known = promise.hours.known_until, promise.legal_hours.known_until
    if known is not None and max(target_due, counted_to) > known:
        return True
    return (
        legal_known is not None and instance.legal_due_at is not None and instance.legal_due_at > legal_known
    )
