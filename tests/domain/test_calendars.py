"""Snapshots of published days, the calendars that policies make of them, and cutting a calendar to size."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import CalendarRules, Snapshot, calendar_of, revision_of, trim
from domain.errors import EndlessCalendar, InvalidRequest, UnknownCalendar
from domain.sla import Calendar, Metric
from tests.domain.sla.stories import rows_of

FOLDER = Path(__file__).parents[2] / "deploy" / "calendars"
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
SHIPPED = {path.stem: Snapshot.model_validate_json(path.read_bytes()) for path in FOLDER.glob("*.json")}
WEEK = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def rules(**changes: Any) -> CalendarRules:
    usual: dict[str, Any] = {
        "timezone": "Asia/Shanghai",
        "week": WEEK,
        "holidays": "cn",
        "makeup": ["10:00-16:00"],
    }
    return CalendarRules.model_validate(usual | changes)


def test_what_is_shipped_is_known_from_2024_to_2026() -> None:
    """A year that nobody has published yet is not made up."""
    assert set(SHIPPED) == {"cn", "gb"}
    for name, snapshot in SHIPPED.items():
        assert (snapshot.name, snapshot.valid_from, snapshot.valid_through) == (name, FIRST, LAST)


def test_china_is_what_both_libraries_say_day_by_day() -> None:
    published = holidays.country_holidays("CN", years=range(2024, 2027))
    for day in ALL_DAYS:
        kind = SHIPPED["cn"].days.get(day)
        is_workday = kind == "workday" or (kind is None and day.weekday() < 5)
        assert kind == "holiday" or day not in published, day
        assert is_workday == published.is_working_day(day), day
        assert is_workday == chinese_calendar.is_workday(day), day  # pyright: ignore[reportUnknownMemberType]


def test_england_is_what_the_library_says_day_by_day() -> None:
    published = holidays.country_holidays("GB", subdiv="ENG", years=range(2024, 2027))
    for day in ALL_DAYS:
        assert SHIPPED["gb"].days.get(day) == ("holiday" if day in published else None), day


def test_weekends_inside_a_holiday_are_part_of_it() -> None:
    """A desk that works on weekends is closed on those of Golden Week."""
    stretch = [date(2025, 10, day) for day in range(1, 9)]
    assert [SHIPPED["cn"].days.get(day) for day in stretch] == ["holiday"] * 8
    assert date(2025, 10, 12) not in SHIPPED["cn"].days


def test_every_make_up_workday_is_on_a_weekend() -> None:
    makeup = [day for day, kind in SHIPPED["cn"].days.items() if kind == "workday"]
    assert makeup
    assert {day.weekday() for day in makeup} == {5, 6}


def test_a_snapshot_edited_by_hand_is_refused() -> None:
    content = SHIPPED["gb"].model_dump(mode="json")
    content["days"]["2026-07-01"] = "holiday"
    with pytest.raises(ValidationError, match="was the file edited by hand"):
        Snapshot.model_validate(content)


def test_a_snapshot_has_no_day_outside_its_years() -> None:
    content = SHIPPED["gb"].model_dump(mode="json")
    content["days"]["2027-01-01"] = "holiday"
    with pytest.raises(ValidationError, match=r"days.2027-01-01: outside 2024-01-01…2026-12-31"):
        Snapshot.model_validate(content)


def test_the_revision_is_of_the_days_not_of_their_source() -> None:
    snapshot = SHIPPED["gb"]
    backwards = dict(reversed(snapshot.days.items()))
    assert revision_of(FIRST, LAST, backwards) == snapshot.revision
    assert revision_of(FIRST, LAST - timedelta(days=1), snapshot.days) != snapshot.revision


def test_holidays_are_off_and_make_up_days_have_their_own_shifts() -> None:
    calendar = calendar_of(rules(), SHIPPED)
    assert calendar.days[date(2025, 10, 1)] == ()
    assert calendar.days[date(2025, 10, 11)] == ("10:00-16:00",)
    assert calendar.valid_through == LAST


def test_only_days_that_differ_from_the_week_are_carried() -> None:
    calendar = calendar_of(rules(), SHIPPED)
    assert date(2025, 10, 4) in SHIPPED["cn"].days  # a Saturday, off anyway
    assert date(2025, 10, 4) not in calendar.days
    assert all(shifts != calendar.shifts_of(day.weekday()) for day, shifts in calendar.days.items())


def test_the_policys_own_days_beat_the_holidays() -> None:
    own = {"2025-10-01": ["09:00-12:00"], "2025-10-02": ["09:00-18:00"]}
    calendar = calendar_of(rules(days=own), SHIPPED)
    assert calendar.days[date(2025, 10, 1)] == ("09:00-12:00",)
    assert date(2025, 10, 2) not in calendar.days  # worked as on any Thursday


def test_make_up_days_must_be_decided_upon() -> None:
    with pytest.raises(InvalidRequest, match='makeup: the holidays "cn" have make-up workdays'):
        calendar_of(rules(makeup=None), SHIPPED)
    kept_off = calendar_of(rules(makeup=[]), SHIPPED)
    assert date(2025, 10, 11) not in kept_off.days
    without = calendar_of(rules(holidays="gb", makeup=None), SHIPPED)
    assert without.days[date(2026, 12, 25)] == ()


def test_a_desk_that_is_open_on_weekends_need_not_say_more() -> None:
    calendar = calendar_of(rules(week={"all": ["08:00-20:00"]}, makeup=None), SHIPPED)
    assert date(2025, 10, 11) not in calendar.days
    assert calendar.days[date(2025, 10, 4)] == ()


def test_no_holidays_is_a_choice() -> None:
    calendar = calendar_of(rules(holidays="none", days={"2026-11-03": []}), SHIPPED)
    assert (calendar.days, calendar.valid_through) == ({date(2026, 11, 3): ()}, None)


def test_unknown_holidays_are_an_error() -> None:
    with pytest.raises(UnknownCalendar, match='there is no snapshot "fr" \\(there is: cn, gb, none\\)'):
        calendar_of(rules(holidays="fr"), SHIPPED)


def test_golden_week_by_the_shipped_holidays() -> None:
    """Goods back on 30 September 2025: 3 workdays end on 11 October; 7 days on the 7th, rolled on the 9th."""
    desk = calendar_of(rules(makeup=["09:00-18:00"]), SHIPPED)
    fields: dict[str, Any] = {"name": "settle", "calendar": "desk", "start": ["back"], "target": "3 workdays"}
    plain = Metric.model_validate(fields | {"legal": "7 days"})
    rolled = Metric.model_validate(fields | {"legal": "7 days", "legal_roll": "nonworking"})
    events = [("2025-09-30 15:00", "back")]
    (row,), (late,) = (
        rows_of(promise, events, "2025-09-30 15:00", {"desk": desk}) for promise in (plain, rolled)
    )
    assert row.target_due_at is not None
    assert row.legal_due_at is not None
    assert late.legal_due_at is not None
    assert row.target_due_at.isoformat() == "2025-10-11T10:00:00+00:00"
    assert row.legal_due_at.isoformat() == "2025-10-07T16:00:00+00:00"
    assert late.legal_due_at.isoformat() == "2025-10-09T16:00:00+00:00"


def test_trimming_keeps_the_window_and_says_up_to_where_it_knows() -> None:
    calendar = calendar_of(rules(), SHIPPED)
    window = trim(calendar, date(2025, 9, 20), date(2025, 12, 31))
    assert min(window.days) == date(2025, 9, 28)
    assert max(window.days) == date(2025, 10, 11)
    assert window.valid_through == date(2025, 12, 31)  # the next special day is New Year's Day


def test_trimming_loses_nothing_where_nothing_is_cut_off() -> None:
    calendar = calendar_of(rules(), SHIPPED)
    assert trim(calendar, date(2026, 11, 1), date(2026, 11, 30)).valid_through == LAST
    always = Calendar.model_validate({"timezone": "UTC", "week": {"all": ["00:00-24:00"]}})
    assert trim(always, date(2026, 11, 1), date(2026, 11, 30)) == always


def test_trimming_a_calendar_without_end_ends_it_at_the_cut() -> None:
    calendar = calendar_of(rules(holidays="none", days={"2026-12-24": []}), SHIPPED)
    assert trim(calendar, date(2026, 11, 1), date(2026, 11, 30)).valid_through == date(2026, 12, 23)


@given(start=st.integers(0, len(ALL_DAYS) - 1), span=st.integers(10, 200))
def test_a_trimmed_calendar_gives_the_same_deadline_or_calls_it_provisional(start: int, span: int) -> None:
    full = calendar_of(rules(), SHIPPED)
    opened = ALL_DAYS[start]
    window = trim(full, opened - timedelta(days=1), opened + timedelta(days=span))
    promise = Metric.model_validate(
        {"name": "m", "calendar": "desk", "target": "30 workdays", "start": ["opened"], "legal": "99h"}
    )
    events = [(f"{opened} 10:00", "opened")]
    (expected,), (row,) = (
        rows_of(promise, events, f"{opened} 10:00", {"desk": calendar}) for calendar in (full, window)
    )
    assert row.provisional or row == expected


def test_a_week_without_a_shift_is_refused_since_no_deadline_would_ever_come() -> None:
    with pytest.raises(EndlessCalendar, match="no day of it has a shift"):
        calendar_of(rules(week={}), SHIPPED)
