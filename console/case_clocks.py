"""The clocks of a case's page: how much is used up, what moved each, and why it is due when it is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.formats import Formats
from domain.cases.state import AnyState
from domain.sla import ClockChange, ClockRow, ClockSpec, Metric, all_changes, rows
from domain.sla.hours import hours_of
from starters.clock_reasons import clock_reasons

WIDTH = 1000
"""Of a clock's bar, in its own units."""


@dataclass(frozen=True)
class Segment:
    """A part of the bar."""

    tone: str
    begin: int
    width: int


@dataclass(frozen=True)
class Moved:
    """Something that happened to a clock."""

    at: datetime
    words: str


@dataclass(frozen=True)
class ClockView:
    """A clock as its page tells it. `arithmetic` is in the program's own words, as commands print it."""

    name: str
    tone: str
    icon: str
    words: str
    row: ClockRow
    used: str
    paused: str
    left: str
    segments: list[Segment]
    target: str
    legal: str | None
    is_law_nearer: bool
    calendar: str
    known_through: str | None
    moved: list[Moved]
    arithmetic: list[str]


def clocks_of(state: AnyState, formats: Formats) -> list[ClockView]:
    """Those that run first, by deadline; then those that are over."""
    spec, now = state.clock_spec, formats.now
    metrics = {metric.name: metric for metric in spec.metrics}
    changes = all_changes(state.clocks, spec, now)
    reasons = clock_reasons(state.clocks, spec, now)
    told = {(each.metric, each.instance): each.arithmetic for each in reasons}
    found = [
        _view(row, metrics[row.name], spec, [c for c in changes if _is_of(c, row)], told, formats)
        for row in rows(state.clocks, spec, now)
    ]
    return sorted(found, key=lambda each: (each.row.stopped_at is not None, each.row.due_at))


def _is_of(change: ClockChange, row: ClockRow) -> bool:
    return (change.metric, change.instance) == (row.name, row.instance)


def _view(
    row: ClockRow,
    metric: Metric,
    spec: ClockSpec,
    changes: list[ClockChange],
    arithmetic: dict[tuple[str, int], list[str]],
    formats: Formats,
) -> ClockView:
    t, calendar = formats.words, spec.calendars[metric.calendar]
    hours = hours_of(calendar)
    until = row.stopped_at or formats.now
    left = hours.worked(until, row.due_at) if until < row.due_at else -hours.worked(row.due_at, until)
    used, paused = timedelta(seconds=row.elapsed_seconds), timedelta(seconds=row.paused_seconds)
    name = t.name("value.metric", row.name)
    tone, icon, words = _said(row, left, formats)
    return ClockView(
        name=f"{name} {row.instance}" if row.instance > 1 else name,
        tone=tone,
        icon=icon,
        words=words,
        row=row,
        used=formats.span(used),
        paused=formats.span(paused) if paused else "",
        left=formats.span(left),
        segments=_segments(used, paused, left, tone),
        target=_target(metric.target, formats),
        legal=_target(metric.legal, formats) if metric.legal else None,
        is_law_nearer=row.legal_due_at is not None and row.legal_due_at == row.due_at,
        calendar=f"{metric.calendar} · {calendar.timezone}",
        known_through=str(calendar.valid_through) if calendar.valid_through else None,
        moved=[Moved(each.at, _moved(each, formats)) for each in changes],
        arithmetic=arithmetic.get((row.name, row.instance), []),
    )


def _said(row: ClockRow, left: timedelta, formats: Formats) -> tuple[str, str, str]:
    """Tone, icon and words: a clock is never just a colour."""
    t, span = formats.words, formats.span(left)
    if row.state == "cancelled":
        return "slate", "–", t("case.clock.cancelled")
    if row.state == "stopped":
        is_late = row.verdict == "breached"
        return ("red", "▲", t("case.clock.missed")) if is_late else ("green", "✓", t("case.clock.met"))
    if row.verdict == "breached":
        return "red", "▲", t("clock.overdue", span=span)
    if row.state == "paused":
        return "slate", "❚❚", t("case.clock.paused")
    if row.provisional:
        return "slate", "◌", t("clock.provisional", span=span)
    return "amber" if row.rungs else "green", "●", t("clock.left", span=span)


def _segments(used: timedelta, paused: timedelta, left: timedelta, tone: str) -> list[Segment]:
    over = max(-left, timedelta())
    parts = [("used", max(used - over, timedelta())), ("paused", paused)]
    parts.append(("over", over) if over else ("left", max(left, timedelta())))
    whole = sum((length for _, length in parts), timedelta()) or timedelta(seconds=1)
    found: list[Segment] = []
    begin = 0
    for name, length in parts:
        width = round(WIDTH * (length / whole))
        found.append(Segment(f"{name} {tone}" if name == "used" else name, begin, width))
        begin += width
    return [each for each in found if each.width]


def _target(target: str, formats: Formats) -> str:
    """`4h` is working time; `3 workdays` and `7 days` are days."""
    number, _, unit = target.partition(" ")
    if unit:
        return formats.words(f"case.clock.in_{unit}", n=int(number))
    return formats.words("case.clock.in_hours", span=target)


def _moved(change: ClockChange, formats: Formats) -> str:
    words = formats.words.name("value.change", change.change)
    return f"{words} ({change.rung})" if change.rung else words
