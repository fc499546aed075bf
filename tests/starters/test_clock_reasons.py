"""The reasons of a deadline end in the deadline that the clocks compute, whatever kind it is."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.sla import Calendar, ClockBook, ClockSpec, Metric, observe, rows
from starters.clock_reasons import DAYS_SHOWN, ClockReason, clock_reasons
from starters.moments import moment, span, weekday_moment

ZONE = "Asia/Shanghai"
DESK = Calendar.model_validate(
    {
        "timezone": ZONE,
        "week": {"all": ["09:00-12:00", "13:30-18:00"], "sat": [], "sun": []},
        "days": {"2026-10-01": [], "2026-10-02": [], "2026-10-10": ["09:00-18:00"]},
        "valid_through": "2026-12-31",
    }
)
ALWAYS = Calendar.model_validate({"timezone": "UTC", "week": {"all": ["00:00-24:00"]}})


def at(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def reasons(events: dict[str, str], as_of: str, **metric: Any) -> tuple[ClockReason, datetime]:
    """The reasons of one clock, and the target's deadline that the clocks compute."""
    given = {
        "name": "m",
        "calendar": "desk",
        "start": ["opened"],
        "stop": ["done"],
        "pause": ["asked"],
        "resume": ["answered"],
        "cancel": ["withdrawn"],
        "ladder": [{"at": "75%"}],
        **metric,
    }
    spec = ClockSpec(calendars={"desk": DESK, "always": ALWAYS}, metrics=(Metric.model_validate(given),))
    book = ClockBook()
    for when, event in events.items():
        book = observe(book, spec, event, at(when))
    [row] = rows(book, spec, at(as_of))
    [reason] = clock_reasons(book, spec, at(as_of))
    assert reason.due_at == row.due_at
    return reason, row.target_due_at or row.due_at


PAUSED = {"2026-09-30 10:00": "opened", "2026-09-30 11:00": "asked", "2026-10-09 10:00": "answered"}


@pytest.mark.parametrize(
    ("events", "as_of", "metric"),
    [
        ({"2026-09-30 16:00": "opened"}, "2026-09-30 17:00", {"target": "4h"}),
        (PAUSED, "2026-10-09 11:00", {"target": "8h"}),
        (PAUSED, "2026-11-09 11:00", {"target": "8h"}),
        ({"2026-09-30 16:00": "opened", "2026-09-30 17:00": "done"}, "2026-10-09 11:00", {"target": "4h"}),
        (dict(list(PAUSED.items())[:2]), "2026-10-09 09:30", {"target": "8h"}),
        ({"2026-09-30 16:00": "opened"}, "2026-10-01 09:00", {"target": "3 workdays"}),
        (PAUSED, "2026-10-09 11:00", {"target": "3 workdays"}),
        (dict(list(PAUSED.items())[:2]), "2026-10-05 11:00", {"target": "2 workdays"}),
        ({"2026-09-24 16:00": "opened"}, "2026-09-25 09:00", {"target": "7 days", "roll": "nonworking"}),
        ({"2026-09-24 16:00": "opened"}, "2026-09-25 09:00", {"target": "7 days"}),
        (PAUSED, "2026-10-09 11:00", {"target": "3 workdays", "legal": "7 days", "legal_roll": "nonworking"}),
        ({"2026-09-24 16:00": "opened"}, "2026-09-25 09:00", {"target": "4h", "legal": "2h"}),
        ({"2026-09-24 16:00": "opened"}, "2026-09-25 09:00", {"target": "200h"}),
    ],
)
def test_the_arithmetic_ends_in_the_deadline(events: dict[str, str], as_of: str, metric: Any) -> None:
    reason, due = reasons(events, as_of, **metric)
    [told] = [line for line in reason.arithmetic if line.startswith("deadline: ")]
    assert told.removeprefix("deadline: ").startswith(weekday_moment(due, ZONE))


def test_working_time_is_counted_day_by_day() -> None:
    reason, _ = reasons({"2026-09-30 16:00": "opened"}, "2026-09-30 17:00", target="4h")
    assert reason.promise == "4h of working time from opened to done"
    assert reason.calendar == f"desk: {ZONE}, mon–fri 09:00-12:00 13:30-18:00"
    assert reason.happened == ["Wed 2026-09-30 16:00 activated by opened"]
    assert reason.arithmetic == [
        "Wed 2026-09-30 counts 2 h, 2 h of 4 h",
        "Mon 2026-10-05 counts 2 h, 4 h of 4 h",
        "deadline: Mon 2026-10-05 11:00",
    ]


def test_days_without_work_and_pauses_are_named() -> None:
    reason, _ = reasons(PAUSED, "2026-10-09 11:00", target="3 workdays")
    assert "pauses move the deadline by 5 workdays" in reason.arithmetic
    assert any("Thu 2026-10-01" in line and "without work" in line for line in reason.arithmetic)
    assert "Fri 2026-10-09 10:00 resumed by answered" in reason.happened


def test_the_law_is_told_apart_and_the_earlier_is_due() -> None:
    reason, _ = reasons(PAUSED, "2026-10-09 11:00", target="3 workdays", legal="7 days")
    assert reason.promise.endswith("and by law never later than 7 days")
    assert reason.arithmetic[-1] == "the earlier of both is due: the law's limit"


def test_a_long_count_is_shortened() -> None:
    reason, _ = reasons({"2026-09-24 16:00": "opened"}, "2026-09-25 09:00", target="200h")
    assert len([line for line in reason.arithmetic if " counts " in line]) == DAYS_SHOWN
    assert any("more" in line for line in reason.arithmetic)


def test_days_that_nobody_has_published_are_named() -> None:
    reason, _ = reasons({"2026-12-30 16:00": "opened"}, "2026-12-31 09:00", target="3 workdays")
    assert (
        reason.arithmetic[-1] == f"provisional: nobody has published the days after {date(2026, 12, 31)} yet"
    )


def test_a_warning_and_a_breach_are_told_without_a_cause() -> None:
    reason, _ = reasons({"2026-09-24 16:00": "opened"}, "2026-09-28 09:00", target="4h")
    assert reason.happened[1:] == ["Fri 2026-09-25 10:00 warned at 75%", "Fri 2026-09-25 11:00 breached"]


def test_instants_and_spans_are_printed_with_their_offset_and_two_units() -> None:
    assert moment(at("2026-09-24 16:00")) == "2026-09-24 16:00 +08:00"
    assert moment(at("2026-09-24 16:00:05"), "UTC") == "2026-09-24 08:00:05 +00:00"
    assert [span(seconds) for seconds in (0, 59, 3600, 97200, -60)] == [
        "0 s",
        "59 s",
        "1 h",
        "1 d 3 h",
        "-1 min",
    ]
    assert span(timedelta(minutes=90)) == "1 h 30 min"
