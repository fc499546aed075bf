"""Working time on the real time line: clock changes, midnights, and long spans."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sla import Calendar, next_working_day
from domain.sla.hours import Hours, hours_of


def hours(zone: str, *shifts: str) -> Hours:
    return hours_of(Calendar.model_validate({"timezone": zone, "week": {"all": list(shifts)}}))


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def worked_on(zone: str, day: str, *shifts: str) -> float:
    """Hours of work from one midnight to the next."""
    begin = local(zone, day)
    end = local(zone, (date.fromisoformat(day) + timedelta(days=1)).isoformat())
    return hours(zone, *shifts).worked(begin, end) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "shift", "expected"),
    [
        ("Europe/Berlin", "2026-03-29", "00:00-24:00", 23),
        ("Europe/Berlin", "2026-10-25", "00:00-24:00", 25),
        ("Europe/Berlin", "2026-03-29", "01:00-05:00", 3),
        ("Europe/Berlin", "2026-10-25", "01:00-05:00", 5),
        ("Europe/Berlin", "2026-10-25", "09:00-18:00", 9),
        ("Europe/Berlin", "2026-03-29", "02:00-03:00", 0),  # the hour that is skipped
        ("Europe/Berlin", "2026-03-29", "02:30-04:00", 1),  # begins in it
        ("Europe/Berlin", "2026-03-29", "01:00-02:30", 1),  # ends in it
        ("Europe/Berlin", "2026-10-25", "02:30-04:00", 2.5),  # begins at the first half past two
        ("Europe/Berlin", "2026-10-25", "01:00-02:30", 1.5),  # ends at the first half past two
        ("America/New_York", "2026-03-08", "00:00-24:00", 23),
        ("America/New_York", "2026-11-01", "00:00-24:00", 25),
        ("Australia/Lord_Howe", "2026-04-05", "00:00-24:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "00:00-24:00", 23.5),
        ("Australia/Lord_Howe", "2026-10-04", "02:10-03:00", 0.5),
        ("Asia/Shanghai", "2026-03-29", "00:00-24:00", 24),
        ("Asia/Beirut", "2026-03-29", "00:00-24:00", 23),  # skips the hour after midnight
        ("Asia/Beirut", "2026-03-29", "00:30-02:00", 1),
        ("America/Havana", "2026-11-01", "00:00-24:00", 25),  # repeats the hour after midnight
        ("Pacific/Apia", "2011-12-30", "00:00-24:00", 0),  # a day that never was
    ],
)
def test_a_shift_across_a_clock_change_has_its_real_length(
    zone: str, day: str, shift: str, expected: float
) -> None:
    assert worked_on(zone, day, shift) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe"])
def test_round_the_clock_leaves_no_gap_in_a_year(zone: str) -> None:
    begin, end = datetime(2026, 1, 15, 7, tzinfo=UTC), datetime(2027, 1, 15, 7, tzinfo=UTC)
    for shifts in (("00:00-24:00",), ("00:00-02:30", "02:30-24:00"), ("00:00-00:30", "00:30-24:00")):
        assert hours(zone, *shifts).worked(begin, end) == end - begin
        assert hours(zone, *shifts).after(begin, end - begin) == end


def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump() -> None:
    opening = hours("Europe/Berlin", "02:30-04:00").after(
        local("Europe/Berlin", "2026-03-29"), timedelta(microseconds=1)
    )
    assert opening == datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(microseconds=1)


def test_no_time_passes_backwards() -> None:
    desk = hours("UTC", "09:00-18:00")
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert desk.worked(now, now - timedelta(days=1)) == timedelta(0)
    assert desk.days_begun(now, now - timedelta(days=3), working=False) == 0
    assert desk.after(now, timedelta(hours=-1)) == now


@given(
    since=st.timedeltas(timedelta(0), timedelta(days=365)),
    work=st.timedeltas(timedelta(microseconds=1), timedelta(days=90)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_after_is_the_first_instant_with_that_much_work(since: timedelta, work: timedelta, zone: str) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + since
    desk = hours(zone, "00:00-03:30", "09:00-12:00", "22:15-24:00")
    end = desk.after(begin, work)
    assert desk.worked(begin, end) == work
    assert desk.worked(begin, end - timedelta(microseconds=1)) < work


def test_the_next_working_day_may_be_today() -> None:
    calendar = Calendar.model_validate(
        {"timezone": "UTC", "week": {"mon": ["09:00-18:00"]}, "days": {"2026-11-09": []}}
    )
    assert next_working_day(calendar, date(2026, 11, 2)) == date(2026, 11, 2)
    assert next_working_day(calendar, date(2026, 11, 3)) == date(2026, 11, 16)


def test_a_calendar_may_be_valid_for_ever() -> None:
    calendar = Calendar.model_validate({"timezone": "UTC", "week": {}, "valid_through": "9999-12-31"})
    assert hours_of(calendar).known_until == datetime(9000, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "works", "begins"),
    [
        ("2026-11-02 08:59", False, "2026-11-02 09:00"),
        ("2026-11-02 09:00", True, "2026-11-02 09:00"),
        ("2026-11-02 11:59", True, "2026-11-02 11:59"),
        ("2026-11-02 12:00", False, "2026-11-02 13:00"),  # a shift's end is not in it
        ("2026-11-02 18:00", False, "2026-11-03 09:00"),
    ],
)
def test_the_next_work_begins_at_a_shifts_very_begin(at: str, works: bool, begins: str) -> None:
    desk = hours("Asia/Shanghai", "09:00-12:00", "13:00-18:00")
    assert desk.works_at(local("Asia/Shanghai", at)) is works
    assert desk.next_work(local("Asia/Shanghai", at)) == local("Asia/Shanghai", begins)
