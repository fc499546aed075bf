"""Words for telling stories about clocks: a desk in Shanghai, a metric, events, and the row at a moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.sla import Calendar, ClockBook, ClockRow, ClockSpec, Metric, observe, rows

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DESK = Calendar.model_validate(
    {
        "timezone": "Asia/Shanghai",
        "week": {day: ["09:00-12:00", "13:00-18:00"] for day in WEEKDAYS},
        "days": {
            **{f"2026-10-0{day}": [] for day in range(1, 8)},
            "2026-10-10": ["09:00-12:00", "13:00-18:00"],
        },
        "valid_through": "2026-12-31",
    }
)
"""Closed in the first week of October 2026; Saturday, 10 October is a make-up workday."""

ALWAYS = Calendar.model_validate({"timezone": "Asia/Shanghai", "week": {"all": ["00:00-24:00"]}})
CALENDARS: Mapping[str, Calendar] = {"desk": DESK, "always": ALWAYS}

Events = list[tuple[str, str]]


def when(text: str) -> datetime:
    """`11-02 09:00` is that time of 2026 in Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00" if text.startswith("20") else f"2026-{text}+08:00")


def metric(**changes: Any) -> Metric:
    """Four working hours at the desk, unless said otherwise."""
    usual: dict[str, Any] = {
        "name": "reply",
        "calendar": "desk",
        "target": "4h",
        "start": ["opened"],
        "stop": ["replied"],
        "pause": ["asked"],
        "resume": ["answered"],
        "cancel": ["withdrawn"],
    }
    return Metric.model_validate(usual | changes)


def spec_of(*metrics: Metric, calendars: Mapping[str, Calendar] = CALENDARS) -> ClockSpec:
    return ClockSpec(calendars=dict(calendars), metrics=metrics)


def book_of(spec: ClockSpec, events: Events) -> ClockBook:
    book = ClockBook()
    for at, event_type in events:
        book = observe(book, spec, event_type, when(at))
    return book


def rows_of(
    promise: Metric, events: Events, as_of: str, calendars: Mapping[str, Calendar] = CALENDARS
) -> tuple[ClockRow, ...]:
    spec = spec_of(promise, calendars=calendars)
    return rows(book_of(spec, events), spec, when(as_of))


def row_of(promise: Metric, events: Events, as_of: str) -> ClockRow:
    (row,) = rows_of(promise, events, as_of)
    return row


def rungs_of(row: ClockRow) -> dict[str, datetime]:
    return {fired.rung: fired.at for fired in row.rungs}
