"""The course of a parcel as of a moment: where it is, and which exceptions there are (contracts §3)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from domain.base import Model
from domain.parcels.effects import (
    Effect,
    Milestone,
    in_event_order,
    ranked_effect,
)
from domain.parcels.vocabulary import WATCHED_KINDS, ParcelStatus, Scan, WatchedKind
from domain.sla.quantities import Duration, parse_duration
from domain.sla.replays import ReplayInstant

_NEVER = datetime.max.replace(tzinfo=UTC)


class Thresholds(Model):
    """How long is too long; None switches an exception off."""

    no_pickup: Duration | None
    stall: Duration | None
    late: Duration | None
    lost: Duration | None

    @cached_property
    def lateness(self) -> timedelta | None:
        """How long after the promise a parcel is late."""
        return _span(self.late)

    @cached_property
    def unseen(self) -> "Limits":
        """What silence raises before the first scan."""
        return _limits({"not_picked_up": _span(self.no_pickup), "lost": _span(self.lost)})

    @cached_property
    def seen(self) -> "Limits":
        """What silence raises after a scan."""
        return _limits({"stalled": _span(self.stall), "lost": _span(self.lost)})

    @cached_property
    def shortest(self) -> timedelta | None:
        """The shortest silence that raises something; None if none does."""
        return min((span for span, _ in (*self.unseen, *self.seen)), default=None)


Limits = tuple[tuple[timedelta, WatchedKind], ...]
"""What a silence raises, the shortest first."""


class Journey(Model):
    """What was promised for a parcel: the frame in which its scans are judged.

    Its years are bounded as those of a replay are, so that a threshold can be added to any of its instants.
    """

    shipped_at: ReplayInstant
    promised_by: ReplayInstant | None = None
    thresholds: Thresholds


class Episode(NamedTuple):
    """An exception from the moment when it was raised to the scan that ended it; None while it lasts."""

    kind: WatchedKind
    raised_at: datetime
    cleared_at: datetime | None
    reason: str | None


class Course(NamedTuple):
    """All that scans and silence say of a parcel as of a moment; times in UTC."""

    status: ParcelStatus
    episodes: tuple[Episode, ...]
    """In the order in which they were raised; within an instant in the order of `WATCHED_KINDS`."""
    milestones: dict[Milestone, datetime]
    ended_at: datetime | None
    """When it was delivered or came back, for the first time."""
    next_at: datetime | None
    """When time alone will next raise something."""


def course(journey: Journey, scans: Iterable[Scan], as_of: datetime) -> Course:
    """Judge the scans until `as_of`, by event time, in whatever order and however often they are given."""
    as_of = as_of.astimezone(UTC)
    ordered = sorted([in_event_order(scan) for scan in scans])
    del ordered[bisect_right(ordered, as_of, key=itemgetter(0)) :]
    seen = [
        (at, reason, effect) for at, rank, reason in ordered if (effect := ranked_effect(rank, reason)).seen
    ]
    watch = _Watch(journey, next((at for at, _, effect in seen if effect.moving), None))
    for at, reason, effect in seen:
        watch.see(at, reason, effect)
    watch.let_pass(as_of)
    return watch.course()


class _Watch:
    """Goes through the scans in event order; raises what time brings between them."""

    def __init__(self, journey: Journey, moving_at: datetime | None) -> None:
        shipped_at = journey.shipped_at.astimezone(UTC)
        # A shop may note the shipping after the carrier has the parcel: then the carrier's word holds.
        self._begins_at = min(shipped_at, moving_at or shipped_at)
        self._limits = journey.thresholds.unseen
        self._limits_once_seen = journey.thresholds.seen
        lateness = journey.thresholds.lateness
        self._late_at = _NEVER
        if journey.promised_by is not None and lateness is not None:
            self._late_at = journey.promised_by.astimezone(UTC) + lateness
        self._status: ParcelStatus = "registered"
        self._closed: list[Episode] = []
        self._open: dict[WatchedKind, tuple[datetime, str | None]] = {}
        self._milestones: dict[Milestone, datetime] = {"picked_up": moving_at} if moving_at else {}
        self._ended_at: datetime | None = None
        self._listen(self._begins_at)

    def see(self, at: datetime, reason: str, effect: Effect) -> None:
        """A scan: silence ends, what it ends is cleared, what it says is raised."""
        while self._next_at < at:  # a scan at the very instant is still in time
            self._raise_next()
        self._status = effect.status
        begun = at >= self._begins_at
        if self._open:
            self._clear(effect.ends_with_silence if begun else effect.ends, at)
        if effect.milestone:
            self._milestones.setdefault(effect.milestone, at)
        if self._ended_at is not None:
            return
        if effect.raises:
            self._raise(effect.raises, at, reason)
        if effect.ends_journey:
            self._ended_at, self._next_at = at, _NEVER
        elif begun:
            self._limits = self._limits_once_seen
            self._listen(at)

    def let_pass(self, as_of: datetime) -> None:
        """No scan until `as_of`, that instant included."""
        while self._next_at <= as_of:
            self._raise_next()

    def course(self) -> Course:
        """What has come of it."""
        lasting = [Episode(kind, at, None, reason) for kind, (at, reason) in self._open.items()]
        episodes = self._closed + lasting
        episodes.sort(key=lambda episode: (episode.raised_at, WATCHED_KINDS.index(episode.kind)))
        next_at = None if self._next_at == _NEVER else self._next_at
        return Course(self._status, tuple(episodes), self._milestones, self._ended_at, next_at)

    def _listen(self, since: datetime, raised: int = 0) -> None:
        """Silence since then, of which so many limits were passed already: when does time raise something?"""
        self._since, self._passed = since, raised
        self._next_at = self._late_at
        if raised < len(self._limits):
            self._next_at = min(since + self._limits[raised][0], self._late_at)

    def _raise_next(self) -> None:
        at, passed = self._next_at, self._passed
        if at == self._late_at:
            self._open["late"] = (at, None)
            self._late_at = _NEVER
        else:
            self._open[self._limits[passed][1]] = (at, None)
            passed += 1
        self._listen(self._since, passed)

    def _raise(self, kinds: tuple[WatchedKind, ...], at: datetime, reason: str) -> None:
        for kind in kinds:
            self._open.setdefault(kind, (at, reason or None))

    def _clear(self, kinds: frozenset[WatchedKind], at: datetime) -> None:
        for kind in kinds.intersection(self._open):
            raised_at, reason = self._open.pop(kind)
            self._closed.append(Episode(kind, raised_at, at, reason))


def _span(text: str | None) -> timedelta | None:
    return None if text is None else parse_duration(text)


def _limits(spans: Mapping[WatchedKind, timedelta | None]) -> Limits:
    return tuple(sorted((span, kind) for kind, span in spans.items() if span is not None))
