"""When a clock is due: working time, working days, days, the legal limit beside them; and how sure it is."""

import pytest

from domain.errors import EndlessCalendar
from domain.sla import Calendar
from tests.domain.sla.stories import CALENDARS, metric, row_of, rows_of, when


def due(target: str, start: str, **changes: str) -> str:
    row = row_of(metric(target=target, **changes), [(start, "opened")], start)
    return row.due_at.astimezone(when(start).tzinfo).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("11-02 09:00", "11-02 14:00"),  # over the lunch break
        ("11-02 08:00", "11-02 14:00"),  # before the shift
        ("11-02 12:30", "11-02 17:00"),  # in the lunch break
        ("11-02 14:00", "11-02 18:00"),  # to the very end of the shift
        ("11-02 17:00", "11-03 12:00"),  # into the next day
        ("11-06 17:00", "11-09 12:00"),  # over the weekend
        ("09-30 17:00", "10-08 12:00"),  # over the holidays
        ("10-09 17:00", "10-10 12:00"),  # into the make-up Saturday
    ],
)
def test_hours_are_working_time(start: str, expected: str) -> None:
    assert due("4h", start) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("11-02 23:59", "11-05 18:00"),
        ("11-06 10:00", "11-11 18:00"),
        ("11-07 10:00", "11-11 18:00"),  # started on a Saturday
        ("09-30 10:00", "10-10 18:00"),  # 8, 9 and the make-up Saturday
    ],
)
def test_workdays_end_with_the_last_shift_of_the_third_working_day(start: str, expected: str) -> None:
    assert due("3 workdays", start) == expected


def test_days_end_at_midnight_whatever_the_calendar() -> None:
    assert due("7 days", "09-24 10:00") == "10-02 00:00"


def test_a_last_day_without_work_rolls_to_the_next_working_day() -> None:
    assert due("7 days", "09-24 10:00", roll="nonworking") == "10-09 00:00"
    assert due("7 days", "10-02 10:00", roll="nonworking") == "10-10 00:00"


def test_one_day_is_singular() -> None:
    assert due("1 day", "11-02 10:00") == "11-04 00:00"
    assert due("1 workday", "11-02 10:00") == "11-03 18:00"


def test_golden_week_2025_the_law_is_earlier_than_three_working_days() -> None:
    """Goods back on 30 September 2025: 3 workdays (SOP) end on 11 October, 7 days (law) on the 7th."""
    week = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    days = {f"2025-10-0{day}": [] for day in range(1, 9)} | {"2025-10-11": ["09:00-18:00"]}
    desk = Calendar.model_validate({"timezone": "Asia/Shanghai", "week": week, "days": days})
    calendars = {**CALENDARS, "desk": desk}
    events = [("2025-09-30 10:00", "opened")]
    plain = metric(target="3 workdays", legal="7 days")
    (row,) = rows_of(plain, events, "2025-10-12 00:00", calendars)
    assert row.target_due_at == when("2025-10-11 18:00")
    assert row.legal_due_at == row.due_at == row.breached_at == when("2025-10-08 00:00")
    rolled = metric(target="3 workdays", legal="7 days", legal_roll="nonworking")
    (row,) = rows_of(rolled, events, "2025-10-08 12:00", calendars)
    assert row.legal_due_at == row.due_at == when("2025-10-10 00:00")
    assert row.verdict == "pending"


def test_the_earlier_of_target_and_law_is_due() -> None:
    late_law = row_of(metric(legal="2 days"), [("11-02 09:00", "opened")], "11-02 10:00")
    assert late_law.due_at == late_law.target_due_at == when("11-02 14:00")
    early_law = row_of(
        metric(target="9h", legal="10h", legal_calendar="always"), [("11-02 09:00", "opened")], "11-02 10:00"
    )
    assert early_law.due_at == early_law.legal_due_at == when("11-02 19:00")
    assert early_law.target_due_at == when("11-03 10:00")


def test_the_legal_fields_are_set_only_where_the_law_has_a_limit() -> None:
    row = row_of(metric(), [("11-02 09:00", "opened")], "11-02 10:00")
    assert not {"target_due_at", "legal_due_at"} & row.model_fields_set


def test_the_legal_limit_has_its_own_calendar_or_the_metrics() -> None:
    events = [("10-02 09:00", "opened")]
    own = metric(target="9 days", legal="4h", legal_calendar="always")
    assert row_of(own, events, "10-02 09:00").legal_due_at == when("10-02 13:00")
    shared = metric(target="9 days", legal="4h")
    assert row_of(shared, events, "10-02 09:00").legal_due_at == when("10-08 14:00")


@pytest.mark.parametrize(
    ("start", "as_of", "provisional"),
    [
        ("12-31 09:00", "12-31 10:00", False),
        ("12-31 17:00", "12-31 17:30", True),  # due in a year that nobody has published
        ("12-30 09:00", "2027-01-02 09:00", True),  # counts into that year
    ],
)
def test_beyond_what_is_published_the_answer_is_provisional(
    start: str, as_of: str, provisional: bool
) -> None:
    assert row_of(metric(), [(start, "opened")], as_of).provisional is provisional


def test_a_stopped_clock_is_as_sure_as_its_days() -> None:
    events = [("12-30 09:00", "opened"), ("12-30 11:00", "replied")]
    assert not row_of(metric(), events, "2027-03-01 09:00").provisional


def test_the_last_published_day_is_still_sure() -> None:
    assert not row_of(metric(target="1 day"), [("12-30 09:00", "opened")], "12-30 09:00").provisional
    assert row_of(metric(target="2 days"), [("12-30 09:00", "opened")], "12-30 09:00").provisional


def test_an_unpublished_legal_limit_is_provisional_too() -> None:
    both = metric(calendar="always", legal="1 workday", legal_calendar="desk")
    assert row_of(both, [("12-31 09:00", "opened")], "12-31 10:00").provisional
    assert not row_of(both, [("12-30 09:00", "opened")], "12-30 10:00").provisional
    to_the_end = metric(calendar="always", legal="1 day", legal_calendar="desk")
    assert not row_of(to_the_end, [("12-30 09:00", "opened")], "12-30 10:00").provisional


CLOSED = Calendar.model_validate({"timezone": "UTC", "week": {"mon": []}})
CLOSING = Calendar.model_validate({"timezone": "UTC", "week": {}, "days": {"2026-11-03": ["09:00-12:00"]}})


@pytest.mark.parametrize("target", ["4h", "1 workday", "3 workdays"])
@pytest.mark.parametrize("calendar", [CLOSED, CLOSING])
def test_a_calendar_without_a_future_shift_is_an_error(target: str, calendar: Calendar) -> None:
    if (target, calendar) == ("1 workday", CLOSING):
        target = "2 workdays"
    with pytest.raises(EndlessCalendar, match="metric reply: the calendar has no shift left"):
        rows_of(metric(target=target), [("11-02 09:00", "opened")], "11-02 10:00", {"desk": calendar})


def test_a_calendar_that_closes_for_good_still_serves_what_comes_before() -> None:
    (row,) = rows_of(
        metric(target="3h", ladder=[{"after": "1h"}, {"at": "200%"}]),
        [("11-02 09:00", "opened")],
        "12-02 10:00",
        {"desk": CLOSING},
    )
    assert (row.verdict, row.rungs) == ("breached", ())


def test_a_desk_that_opens_on_single_days_only_is_waited_for_until_the_last_of_them() -> None:
    fair = Calendar.model_validate(
        {"timezone": "Asia/Shanghai", "week": {}, "days": {"2027-06-18": ["09:00-18:00"]}}
    )
    (row,) = rows_of(metric(target="4h"), [("11-02 09:00", "opened")], "11-02 10:00", {"desk": fair})
    assert row.due_at == when("2027-06-18 13:00")
    with pytest.raises(EndlessCalendar):
        rows_of(metric(target="10h"), [("11-02 09:00", "opened")], "11-02 10:00", {"desk": fair})


def test_days_need_no_shift_but_rolling_does() -> None:
    events = [("11-02 09:00", "opened")]
    (row,) = rows_of(metric(target="1 day"), events, "11-02 10:00", {"desk": CLOSED})
    assert row.due_at.isoformat() == "2026-11-04T00:00:00+00:00"
    with pytest.raises(EndlessCalendar):
        rows_of(metric(target="1 day", roll="nonworking"), events, "11-02 10:00", {"desk": CLOSED})


def test_a_year_with_all_days_off_is_walked_through() -> None:
    days: dict[str, list[str]] = {
        f"2026-{month:02}-{day:02}": [] for month in (11, 12) for day in range(1, 31)
    }
    long_holiday = Calendar.model_validate(
        {"timezone": "Asia/Shanghai", "week": {"mon": ["09:00-18:00"]}, "days": days}
    )
    (row,) = rows_of(metric(), [("11-02 09:00", "opened")], "11-02 10:00", {"desk": long_holiday})
    assert row.due_at == when("2027-01-04 13:00")
