"""The clock book of a case: the events its clocks have heard, and what they make of them at any moment.

The book is carried in histories, so it holds facts only; states, deadlines and verdicts are computed from it.
Replaying a file of events (contracts §1) is the same computation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from operator import attrgetter, eq
from typing import Literal, NamedTuple

from domain.base import Instant, Model, UtcInstant
from domain.sla.clock import Change, ChangeKind, Clock, ClockState, Instance
from domain.sla.promise import INSTANT
from domain.sla.running import Heard, run
from domain.sla.spec import ClockSpec

Verdict = Literal["pending", "met", "breached"]


class Fired(NamedTuple):
    """A rung that was told, or the breach of an instance where `rung` is None: each is told once for all."""

    metric: str
    instance: int
    rung: str | None


class ClockBook(Model):
    """What the clocks of a case have heard, in the order of arrival, and how much of it was already told."""

    heard: tuple[Heard, ...] = ()
    told: int = 0
    """How many of `heard` were known at the last change that was told."""
    told_at: UtcInstant | None = None
    """The moment up to which every change has been told."""
    fired: tuple[Fired, ...] = ()
    """What was told of rungs and breaches under promises that hold no more."""


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
    reassign: str | None = None


def observe(book: ClockBook, spec: ClockSpec, event_type: str, at: datetime) -> ClockBook:
    """The book after an event; the same book if no clock listens to it. Late events may be dated earlier."""
    if event_type not in spec.event_types:
        return book
    return hear(book, event_type, at)


def hear(book: ClockBook, event_type: str, at: datetime) -> ClockBook:
    """The book after an event that some policy's clock may listen to, now or after a retarget."""
    return book.model_copy(update={"heard": (*book.heard, Heard(at.astimezone(UTC), event_type))})


def rows(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockRow, ...]:
    """Every clock that ever started, in the order of the metrics, as of a moment. Raises EndlessCalendar."""
    as_of = as_of.astimezone(UTC)
    return tuple(
        _row(clock, instance, as_of) for clock in run(book.heard, spec, as_of) for instance in clock.instances
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
            for clock in run(book.heard, spec, after)
            for at in clock.upcoming(after)
        ),
        default=None,
    )


def all_changes(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockChange, ...]:
    """Everything that has happened to the clocks until a moment, by event time."""
    return _in_order(
        _told_of(clock, change)
        for clock in run(book.heard, spec, as_of.astimezone(UTC))
        for change in clock.changes
    )


def changes(book: ClockBook, spec: ClockSpec, as_of: datetime) -> tuple[ClockChange, ...]:
    """What has happened to the clocks and is not told yet, by event time. Mark each as `told` when it is."""
    now, fired = run(book.heard, spec, as_of.astimezone(UTC)), frozenset(book.fired)
    earlier = run(book.heard[: book.told], spec, book.told_at) if book.told_at else run((), spec, as_of)
    new = (
        _told_of(clock, change)
        for clock, before in zip(now, earlier, strict=True)
        for change in _beyond(clock.changes, before.changes)
    )
    return _in_order(change for change in new if fired_by(change) not in fired)


def _beyond(now: list[Change], before: list[Change]) -> Iterator[Change]:
    """What is in `now` and was not `before`; as a rule `now` begins with all that was.

    Twice within an instant, the same change may come twice: they are counted, not just looked up.
    """
    same = sum(1 for _ in takewhile(bool, map(eq, now, before)))
    left = Counter(before[same:])
    for change in now[same:]:
        if left[change]:
            left[change] -= 1
        else:
            yield change


def fired_by(change: ClockChange) -> Fired | None:
    """What is told once for all of such a change; None for one that may come again."""
    if change.change not in ("warned", "breached"):
        return None
    return Fired(change.metric, change.instance, change.rung)


def told(book: ClockBook, change: ClockChange) -> ClockBook:
    """The book after a change was told. All changes of one look must be told."""
    known_from = change.at.astimezone(UTC) + (INSTANT if change.change == "breached" else timedelta(0))
    told_at = max(known_from, book.told_at or known_from)
    return book.model_copy(update={"told": len(book.heard), "told_at": told_at})


def _told_of(clock: Clock, change: Change) -> ClockChange:
    return ClockChange(
        metric=clock.promise.metric.name,
        instance=change.instance,
        change=change.kind,
        at=change.at,
        due_at=change.due_at,
        rung=change.step.rung.text if change.step else None,
        tell=change.step.rung.tell if change.step else (),
        reassign=change.step.rung.reassign if change.step else None,
    )


def _in_order(found: Iterable[ClockChange]) -> tuple[ClockChange, ...]:
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
        provisional=is_provisional(clock, instance, target_due, as_of),
        started_at=instance.started_at,
        stopped_at=instance.stopped_at,
        due_at=clock.due(instance, as_of),
        breached_at=instance.breached_at,
        elapsed_seconds=int(clock.elapsed(instance, as_of).total_seconds()),
        paused_seconds=int(clock.paused(instance, as_of).total_seconds()),
        rungs=tuple(FiredRung(rung=rung, at=at) for rung, at in instance.rungs.items()),
        **legal,
    )


def is_provisional(clock: Clock, instance: Instance, target_due: datetime, as_of: datetime) -> bool:
    """Whether the row rests on days that nobody has published yet."""
    promise = clock.promise
    counted_to = as_of if instance.is_open else instance.since
    known, legal_known = promise.hours.known_until, promise.legal_hours.known_until
    if known is not None and max(target_due, counted_to) > known:
        return True
    return (
        legal_known is not None and instance.legal_due_at is not None and instance.legal_due_at > legal_known
    )
