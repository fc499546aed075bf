"""Why a clock is due when it is due: its promise, what moved it, and the arithmetic, in words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.base import Instant, Model
from domain.sla import Calendar, ClockBook, ClockChange, ClockRow, ClockSpec, Metric, all_changes, rows
from domain.sla.hours import Hours
from domain.sla.promise import Promise
from domain.sla.quantities import Target
from starters.moments import span, weekday_moment

DAYS_SHOWN = 12
"""Longer counts are told by their first and last days."""
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ClockReason(Model):
    """A clock and why its deadline is what it is."""

    metric: str
    instance: int
    state: str
    verdict: str
    due_at: Instant
    promise: str
    calendar: str
    happened: list[str]
    arithmetic: list[str]


def clock_reasons(book: ClockBook, spec: ClockSpec, as_of: datetime) -> list[ClockReason]:
    """One per clock that ever started, as of a moment."""
    changes = all_changes(book, spec, as_of)
    metrics = {metric.name: metric for metric in spec.metrics}
    return [
        _reason(
            row,
            metrics[row.name],
            spec,
            [change for change in changes if (change.metric, change.instance) == (row.name, row.instance)],
            book,
            as_of,
        )
        for row in rows(book, spec, as_of)
    ]


def _reason(
    row: ClockRow,
    metric: Metric,
    spec: ClockSpec,
    changes: Sequence[ClockChange],
    book: ClockBook,
    as_of: datetime,
) -> ClockReason:
    calendar = spec.calendars[metric.calendar]
    promise = Promise(metric, spec)
    happened = [_happened(change, metric, book, calendar.timezone) for change in changes]
    target = promise.target
    if target.unit == "time":
        arithmetic = list(_working_time(row, changes, promise.hours, target.time, calendar.timezone, as_of))
    else:
        moved = _moved_days(promise, changes, min(as_of, row.due_at))
        arithmetic = list(
            _day_count(row.started_at, target, moved, promise.hours, calendar.timezone, metric.roll)
        )
    if promise.legal is not None and row.legal_due_at is not None:
        arithmetic += _legal(row, metric, promise.legal, promise.legal_hours, spec)
    if row.provisional:
        arithmetic.append(f"provisional: nobody has published the days after {calendar.valid_through} yet")
    return ClockReason(
        metric=row.name,
        instance=row.instance,
        state=row.state,
        verdict=row.verdict,
        due_at=row.due_at,
        promise=_promise(metric),
        calendar=f"{metric.calendar}: {_week(calendar)}",
        happened=happened,
        arithmetic=arithmetic,
    )


def _promise(metric: Metric) -> str:
    unit = "" if " " in metric.target else " of working time"
    legal = f", and by law never later than {metric.legal}" if metric.legal else ""
    return f"{metric.target}{unit} from {_any(metric.start)} to {_any(metric.stop)}{legal}"


def _any(events: Sequence[str]) -> str:
    return " or ".join(events) or "nothing"


def _week(calendar: Calendar) -> str:
    """`Asia/Shanghai, mon–fri 09:00-18:00`: neighbouring days with the same shifts together."""
    spans: list[list[str]] = []
    for weekday, name in enumerate(WEEK):
        shifts = " ".join(calendar.shifts_of(weekday))
        if spans and spans[-1][2] == shifts:
            spans[-1][1] = name
        else:
            spans.append([name, name, shifts])
    told = [
        f"{first if first == last else f'{first}–{last}'} {shifts}" for first, last, shifts in spans if shifts
    ]
    return ", ".join([calendar.timezone, *told])


def _happened(change: ClockChange, metric: Metric, book: ClockBook, timezone: str) -> str:
    causes = {
        "activated": metric.start,
        "paused": metric.pause,
        "resumed": metric.resume,
        "met": metric.stop,
        "cured": metric.stop,
        "cancelled": metric.cancel,
    }.get(change.change, ())
    cause = next((event for at, event in book.heard if at == change.at and event in causes), None)
    what = f"warned at {change.rung}" if change.change == "warned" else change.change
    return f"{weekday_moment(change.at, timezone)} {what}" + (f" by {cause}" if cause else "")


def _working_time(
    row: ClockRow,
    changes: Sequence[ClockChange],
    hours: Hours,
    target: timedelta,
    timezone: str,
    as_of: datetime,
) -> Iterator[str]:
    """Day by day what counts, up to the deadline."""
    due = row.target_due_at or row.due_at
    counted = timedelta()
    days: list[str] = []
    for begin, end in _running(changes, as_of, due):
        for first, last in _days_between(begin, end, hours):
            worked = hours.worked(first, last)
            if worked:
                counted += worked
                days.append(
                    f"{_day(first, timezone)} counts {span(worked)}, {span(counted)} of {span(target)}"
                )
    yield from _shortened(days)
    if row.state == "paused" and row.breached_at is None:
        yield f"paused: if it went on at once, the rest of {span(target - counted)} would end at the deadline"
    elif counted < target:
        yield f"it ended {span(target - counted)} of working time before the deadline"
    yield f"deadline: {weekday_moment(due, timezone)}"


def _running(
    changes: Sequence[ClockChange], as_of: datetime, due: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """When it ran, until the deadline; what still runs is told as it will go on."""
    since: datetime | None = None
    for change in changes:
        if change.change in ("activated", "resumed"):
            since = change.at
        elif change.change in ("paused", "met", "cured", "cancelled") and since is not None:
            if since < due:
                yield since, min(change.at, due)
            since = None
    if since is not None and since < due:
        yield since, due


def _days_between(begin: datetime, end: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    day = hours.day_of(begin)
    while begin < end:
        day += 1
        until = min(hours.day_start(day), end)
        yield begin, until
        begin = until


def _moved_days(promise: Promise, changes: Sequence[ClockChange], until: datetime) -> int:
    """By how many days pauses have moved the deadline until then."""
    moved, since = 0, None
    for change in changes:
        if change.change == "paused":
            since = change.at
        elif since is not None and change.change in ("resumed", "met", "cured", "cancelled"):
            moved += promise.days_begun(since, change.at)
            since = None
    return moved + (promise.days_begun(since, until) if since is not None else 0)


def _day_count(
    started_at: datetime, target: Target, moved: int, hours: Hours, timezone: str, roll: str | None
) -> Iterator[str]:
    """The days that are counted, and how the last one ends."""
    start = hours.day_of(started_at)
    yield f"{_date(start)} is the day it started on and does not count"
    if moved:
        yield f"pauses move the deadline by {moved} {target.unit}"
    last = start + target.days + moved
    if target.unit == "workdays":
        counted = [hours.working_day(start, count) for count in range(1, target.days + moved + 1)]
        last = counted[-1]
        yield from _shortened([f"{_date(day)} is working day {n}" for n, day in enumerate(counted, 1)])
        off = [day for day in range(start + 1, last) if not hours.is_working(day)]
        if off:
            yield f"without work in between: {', '.join(_date(day) for day in off[:DAYS_SHOWN])}"
        yield f"deadline: {weekday_moment(hours.shifts_end(last), timezone)}, the end of its last shift"
        return
    yield f"{_date(last)} is day {target.days + moved}"
    if roll:
        rolled = hours.rolled(last)
        if rolled != last:
            yield f"it has no shift, so the deadline rolls to {_date(rolled)}"
        last = rolled
    yield f"deadline: {weekday_moment(hours.day_start(last + 1), timezone)}, the end of that day"


def _legal(row: ClockRow, metric: Metric, legal: Target, hours: Hours, spec: ClockSpec) -> list[str]:
    assert row.legal_due_at is not None
    assert row.target_due_at is not None
    zone = spec.calendars[metric.legal_calendar or metric.calendar].timezone
    counted = (
        []
        if legal.unit == "time"
        else list(_day_count(row.started_at, legal, 0, hours, zone, metric.legal_roll))[:-1]
    )
    earlier = "law's limit" if row.legal_due_at < row.target_due_at else "target"
    return [
        *(f"law: {line}" for line in counted),
        f"law: limit {weekday_moment(row.legal_due_at, zone)}, which no pause moves",
        f"the earlier of both is due: the {earlier}",
    ]


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= DAYS_SHOWN:
        return lines
    half = DAYS_SHOWN // 2
    return [*lines[:half], f"… {len(lines) - 2 * half} more …", *lines[-half:]]


def _date(day: int) -> str:
    return f"{date.fromordinal(day):%a %Y-%m-%d}"


def _day(at: datetime, timezone: str) -> str:
    return f"{at.astimezone(ZoneInfo(timezone)):%a %Y-%m-%d}"
