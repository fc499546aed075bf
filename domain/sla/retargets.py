"""What other promises make of clocks that have run already (design §4): told once, by event time."""

from datetime import UTC, datetime
from typing import NamedTuple

from domain.sla.book import ClockBook, ClockChange, Fired, all_changes, fired_by, rows
from domain.sla.clock import ChangeKind, ClockState
from domain.sla.spec import ClockSpec

Key = tuple[str, int]
ENDS: tuple[ChangeKind, ...] = ("met", "cured", "cancelled")


class _Standing(NamedTuple):
    """How an instance of a clock stands under some promise."""

    state: ClockState
    due_at: datetime
    ended: ClockChange | None

    @property
    def is_open(self) -> bool:
        return self.ended is None


def under_other_terms(book: ClockBook, old: ClockSpec, at: datetime) -> ClockBook:
    """The book as it goes on under other promises: what fired under the old ones does not fire again.

    All that is heard by now is told: by the old promises, and by the new ones with `retargets`. What was told
    beyond `at`, where a late event changes the terms, has fired as well.
    """
    at = max(at.astimezone(UTC), book.told_at or at)
    fired = [fires for change in all_changes(book, old, at) if (fires := fired_by(change))]
    return book.model_copy(
        update={
            "fired": tuple(dict.fromkeys((*book.fired, *fired))),
            "told": len(book.heard),
            "told_at": at,
        }
    )


def retargets(book: ClockBook, old: ClockSpec, new: ClockSpec, now: datetime) -> tuple[ClockChange, ...]:
    """What other promises change for the clocks at this moment; all that `old` told until now is told.

    By event time: everything about a clock that is new; rungs and breaches that the new promise has reached,
    but none that was told before; an end that came otherwise. As of now: a clock that goes on and whose
    deadline or state is another one is `retargeted`, one that nobody promises any more `cancelled`.
    """
    now = now.astimezone(UTC)
    before, after = _standings(book, old, now), _standings(book, new, now)
    news = [change for change in all_changes(book, new, now) if _is_news(change, before, after, book.fired)]
    moved = [
        _now(key, "retargeted", now, here.due_at)
        for key, here in after.items()
        if here.is_open and key in before and here != before[key]
    ]
    gone = [
        _now(key, "cancelled", now, here.due_at)
        for key, here in before.items()
        if here.is_open and key not in after
    ]
    return (*news, *moved, *gone)


def _is_news(
    change: ClockChange, before: dict[Key, _Standing], after: dict[Key, _Standing], fired: tuple[Fired, ...]
) -> bool:
    if fires := fired_by(change):
        return fires not in fired
    key = (change.metric, change.instance)
    if key not in before:
        return True
    ended, ended_before = after[key].ended, before[key].ended
    if change != ended:
        return False
    return ended_before is None or (ended_before.change, ended_before.at) != (change.change, change.at)


def _standings(book: ClockBook, spec: ClockSpec, now: datetime) -> dict[Key, _Standing]:
    ends = {
        (change.metric, change.instance): change
        for change in all_changes(book, spec, now)
        if change.change in ENDS
    }
    return {
        (key := (row.name, row.instance)): _Standing(
            row.state, row.due_at, None if row.state in ("running", "paused") else ends[key]
        )
        for row in rows(book, spec, now)
    }


def _now(key: Key, kind: ChangeKind, now: datetime, due_at: datetime) -> ClockChange:
    return ClockChange(metric=key[0], instance=key[1], change=kind, at=now, due_at=due_at)
