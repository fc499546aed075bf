"""The book of a watched parcel: the scans that decide something, and what was told of it already.

It is carried in a workflow's state, so it stays small however often a carrier repeats itself. Course, changes
and the next instant are worked out from it, by the same code that replays a file (contracts §3).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from domain.base import Instant, Model
from domain.parcels.course import Course, Episode, Journey, course
from domain.parcels.effects import MILESTONES, Effect, Milestone, effect_of, in_event_order
from domain.parcels.vocabulary import Scan, WatchedKind

ExceptionChangeKind = Literal["raised", "cleared", "withdrawn", "redated"]


class ToldException(Model):
    """An exception as it was told last; `cleared_at` is None while it lasts."""

    kind: WatchedKind
    raised_at: Instant
    cleared_at: Instant | None = None


class ParcelBook(Model):
    """What is known of a parcel, in event order, and what was told."""

    scans: tuple[Scan, ...] = ()
    exceptions: tuple[ToldException, ...] = ()
    milestones: tuple[Milestone, ...] = ()


class ExceptionChange(Model):
    """What became of an exception; `kind` and `raised_at` name it.

    A scan that comes late can show that a silence never was (`withdrawn`), or that it began at another time
    (`redated`, from `was_raised_at`; with `cleared_at` if that it is over was told before).
    """

    change: ExceptionChangeKind
    kind: WatchedKind
    raised_at: Instant
    cleared_at: Instant | None = None
    was_raised_at: Instant | None = None
    reason: str | None = None


class MilestoneReached(Model):
    """A milestone that was not told yet; nobody needs to hear of one that a later one has overtaken."""

    milestone: Milestone
    at: Instant
    overtaken: bool


ParcelChange = ExceptionChange | MilestoneReached


def decides(book: ParcelBook, journey: Journey, scan: Scan) -> bool:
    """Whether a scan changes anything that is or may come; a look-up among the few that the book has."""
    if not _effect(scan).seen:
        return False
    place = bisect_left(book.scans, in_event_order(scan), key=in_event_order)
    if place == len(book.scans):
        return True
    if in_event_order(book.scans[place]) == in_event_order(scan):
        return False
    return place == 0 or not _idle(
        book.scans[place - 1], scan, book.scans[place], journey.thresholds.shortest
    )


def heard(book: ParcelBook, journey: Journey, scans: Iterable[Scan], as_of: datetime) -> ParcelBook:
    """The book with what a carrier reports; the very same book if no scan of it decides anything.

    A scan of the future is left out: it counts when its time has come and the carrier still tells it. Best
    report all that the carrier tells, also what was told before: a late scan then falls among all the others.
    """
    known = [scan for scan in scans if scan.at <= as_of]
    if not any(decides(book, journey, scan) for scan in known):
        return book
    seen = [scan for scan in known if _effect(scan).seen]
    return book.model_copy(update={"scans": _deciding([*book.scans, *seen], journey.thresholds.shortest)})


def course_of(book: ParcelBook, journey: Journey, as_of: datetime) -> Course:
    """The parcel's course as of a moment."""
    return course(journey, book.scans, as_of)


def changes(book: ParcelBook, journey: Journey, as_of: datetime) -> tuple[ParcelChange, ...]:
    """What is not told yet as of a moment, which must not lie before that of an earlier telling.

    Exceptions come first, in the order in which they were raised; then milestones in the order of a journey.
    """
    found = course_of(book, journey, as_of)
    return *_exception_changes(book, found.episodes), *_milestones(book, found)


def told(book: ParcelBook, change: ParcelChange) -> ParcelBook:
    """The book after a change was told."""
    if isinstance(change, MilestoneReached):
        return book.model_copy(update={"milestones": (*book.milestones, change.milestone)})
    named = (change.kind, change.was_raised_at or change.raised_at)
    others = [row for row in book.exceptions if (row.kind, row.raised_at) != named]
    if change.change != "withdrawn":
        others.append(
            ToldException(kind=change.kind, raised_at=change.raised_at, cleared_at=change.cleared_at)
        )
    return book.model_copy(update={"exceptions": tuple(others)})


def next_instant(book: ParcelBook, journey: Journey, after: datetime) -> datetime | None:
    """When time alone will next raise something; None if only a scan can change anything."""
    return course_of(book, journey, after).next_at


def _exception_changes(book: ParcelBook, episodes: Sequence[Episode]) -> list[ExceptionChange]:
    now = {(episode.kind, episode.raised_at): episode for episode in episodes}
    before = {(row.kind, row.raised_at): row for row in book.exceptions}
    found = list[ExceptionChange]()
    for key, row in list(before.items()):
        if key in now:
            continue
        # It is dated anew rather than taken back and raised: it is still the same trouble, lasting or over.
        over = row.cleared_at is not None
        anew = [
            e for k, e in now.items() if k[0] == row.kind and k not in before and (e.cleared_at or not over)
        ]
        if anew:
            same = anew[-1]
            cleared_at = same.cleared_at if over else None
            before[same.kind, same.raised_at] = row.model_copy(update={"cleared_at": cleared_at})
            found.append(_change("redated", same, cleared_at=cleared_at, was_raised_at=row.raised_at))
        else:
            found.append(ExceptionChange(change="withdrawn", kind=row.kind, raised_at=row.raised_at))
    for key, episode in now.items():
        if key not in before:
            found.append(_change("raised", episode))
        if episode.cleared_at and (key not in before or before[key].cleared_at is None):
            found.append(_change("cleared", episode, cleared_at=episode.cleared_at))
    return found


def _change(
    kind: ExceptionChangeKind,
    episode: Episode,
    *,
    cleared_at: datetime | None = None,
    was_raised_at: datetime | None = None,
) -> ExceptionChange:
    return ExceptionChange(
        change=kind,
        kind=episode.kind,
        raised_at=episode.raised_at,
        cleared_at=cleared_at,
        was_raised_at=was_raised_at,
        reason=episode.reason,
    )


def _milestones(book: ParcelBook, found: Course) -> list[MilestoneReached]:
    reached: list[Milestone] = [
        name for name in MILESTONES if name in found.milestones or name in book.milestones
    ]
    return [
        MilestoneReached(milestone=name, at=found.milestones[name], overtaken=name != reached[-1])
        for name in reached
        if name not in book.milestones
    ]


def _deciding(scans: Iterable[Scan], shortest: timedelta | None) -> tuple[Scan, ...]:
    """The scans without those that decide nothing, in event order."""
    kept: list[Scan] = []
    once = {in_event_order(scan): scan for scan in scans}
    for key in sorted(once):
        while len(kept) > 1 and _idle(kept[-2], kept[-1], once[key], shortest):
            kept.pop()
        kept.append(once[key])
    return tuple(kept)


def _idle(before: Scan, scan: Scan, after: Scan, shortest: timedelta | None) -> bool:
    """Whether a scan between two others decides nothing.

    It does again what the one before it did, and without it the two are still too close for any silence.
    """
    if _effect(scan) != _effect(before):
        return False
    return shortest is None or after.at - before.at < shortest


def _effect(scan: Scan) -> Effect:
    return effect_of(scan.status, scan.reason or "")
