"""A calendar, metric or replay that cannot be meant: one line that says where and why."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import InvalidRequest
from domain.sla import Calendar, ClockSpec, Metric, Replay, Rung, parse_duration, replay
from tests.domain.sla.stories import ALWAYS, metric, when

WEEK = {"mon": ["09:00-18:00"]}
METRIC: dict[str, Any] = {"name": "reply", "calendar": "desk", "target": "4h", "start": ["opened"]}
CALENDAR: dict[str, Any] = {"timezone": "UTC", "week": WEEK}
REPLAY: dict[str, Any] = {
    "calendars": {"desk": CALENDAR},
    "metrics": [METRIC],
    "events": [{"at": "2026-11-02T09:00:00Z", "type": "opened"}],
    "as_of": "2026-11-02T10:00:00Z",
}


def problem(model: type[Calendar | Metric | Rung | ClockSpec | Replay], content: object) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(content)
    (error,) = caught.value.errors()
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg'].removeprefix('Value error, ')}"


@pytest.mark.parametrize(
    ("shifts", "why"),
    [
        (["9-18"], 'shift "9-18" must look like "09:00-17:30"'),
        (["22:00-06:00"], 'shift "22:00-06:00" ends before it begins or crosses midnight; split it at 24:00'),
        (["09:00-09:00"], 'shift "09:00-09:00" ends before it begins or crosses midnight; split it at 24:00'),
        (["09:00-25:00"], 'shift "09:00-25:00" has a time that no day has'),
        (["09:60-11:00"], 'shift "09:60-11:00" has a time that no day has'),
        (["09:00-24:01"], 'shift "09:00-24:01" has a time that no day has'),
    ],
)
def test_a_shift_is_a_span_of_one_day(shifts: list[str], why: str) -> None:
    assert problem(Calendar, {"timezone": "UTC", "week": {"mon": shifts}}) == f"week.mon.0: {why}"
    assert problem(Calendar, {**CALENDAR, "days": {"2026-11-02": shifts}}) == f"days.2026-11-02.0: {why}"


def test_shifts_of_a_day_do_not_overlap_but_may_meet() -> None:
    shifts = ["12:00-18:00", "09:00-12:01"]
    assert problem(Calendar, {"timezone": "UTC", "week": {"mon": shifts}}) == (
        'week.mon: shifts "09:00-12:01" and "12:00-18:00" overlap'
    )
    meeting = Calendar.model_validate({"timezone": "UTC", "week": {"mon": ["12:00-18:00", "09:00-12:00"]}})
    assert meeting.shifts_of(0) == ("09:00-12:00", "12:00-18:00")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "America", "../etc/passwd", "/etc/localtime"])
def test_a_time_zone_has_a_name(zone: str) -> None:
    assert problem(Calendar, {"timezone": zone, "week": WEEK}).startswith(
        f'timezone: "{zone}" is no time zone; take a name like'
    )


@pytest.mark.parametrize("day", ["20261101", "1761955200", "2026-11-01T00:00:00Z", "2026-13-01", "2026-1-1"])
def test_a_day_is_a_date(day: str) -> None:
    assert problem(Calendar, {**CALENDAR, "days": {day: []}}).startswith(f"days.{day}.[key]: ")
    assert problem(Calendar, {**CALENDAR, "valid_through": day}).startswith("valid_through: ")


def test_a_weekday_has_a_short_name() -> None:
    assert problem(Calendar, {"timezone": "UTC", "week": {"monday": []}}).startswith("week.monday.[key]: ")


@pytest.mark.parametrize("unknown", [Calendar, Metric, Replay])
def test_unknown_fields_are_errors(unknown: type[Calendar | Metric | Replay]) -> None:
    content = {Calendar: CALENDAR, Metric: METRIC, Replay: REPLAY}[unknown]
    assert problem(unknown, {**content, "colour": "red"}) == "colour: Extra inputs are not permitted"


@pytest.mark.parametrize(
    "target", ["-4h", "1.5h", "4", "h", "4 h", "4H", "3workdays", "3 weeks", "1.5 days", ""]
)
def test_a_target_is_a_whole_number_of_something(target: str) -> None:
    assert problem(Metric, METRIC | {"target": target}) == (
        f'target: "{target}" must be a whole number like "4h", "3 workdays" or "7 days"'
    )
    assert problem(Metric, METRIC | {"legal": target}).startswith("legal: ")


@pytest.mark.parametrize("target", ["0h", "0 days", "0 workdays"])
def test_a_target_is_more_than_nothing(target: str) -> None:
    assert problem(Metric, METRIC | {"target": target}) == f'target: "{target}" must be more than nothing'


@pytest.mark.parametrize("target", ["3661d", "99999999h", "3661 days", "9999 workdays"])
def test_a_target_of_more_than_ten_years_is_a_slip(target: str) -> None:
    assert problem(Metric, METRIC | {"target": target}) == f'target: "{target}" is longer than ten years'


@pytest.mark.parametrize("start", [[], None])
def test_a_metric_starts_somewhere(start: list[str] | None) -> None:
    content = METRIC | {"start": start}
    if start is None:
        del content["start"]
        assert problem(Metric, content) == "start: Field required"
    else:
        assert problem(Metric, content) == "start: a clock must start somewhere: name at least one event type"


@pytest.mark.parametrize("share", ["75", "0%", "7.5%", "-5%", "%"])
def test_a_share_is_a_whole_percentage(share: str) -> None:
    assert problem(Rung, {"at": share}) == f'at: "{share}" must be a whole percentage above zero, like "75%"'


@pytest.mark.parametrize("after", ["2", "1.5h", "-2h", "3 workdays"])
def test_what_comes_after_is_a_duration(after: str) -> None:
    assert problem(Rung, {"after": after}) == (
        f'after: "{after}" must be a whole number and a unit, like "90s", "3m", "4h" or "2d"'
    )


@pytest.mark.parametrize("rung", [{}, {"at": "75%", "after": "2h"}])
def test_a_rung_is_at_or_after(rung: dict[str, str]) -> None:
    assert problem(Metric, METRIC | {"ladder": [{"at": "5%"}, rung]}) == (
        'ladder.1: a rung has either "at" or "after"'
    )


def test_a_rung_is_there_once() -> None:
    assert problem(Metric, METRIC | {"ladder": [{"at": "75%"}, {"at": "75%"}]}) == (
        ': ladder: rung "75%" is there twice; put everyone to tell into one'
    )


@pytest.mark.parametrize("field", ["calendar", "legal_calendar"])
@pytest.mark.parametrize("model", [ClockSpec, Replay])
def test_a_named_calendar_exists(model: type[ClockSpec | Replay], field: str) -> None:
    content = REPLAY if model is Replay else {"calendars": REPLAY["calendars"]}
    broken = {**content, "metrics": [METRIC, METRIC | {"name": "second", field: "dsk"}]}
    assert problem(model, broken) == f': metrics.1.{field}: there is no calendar "dsk" (there is: desk)'


def test_without_calendars_there_is_none() -> None:
    assert problem(ClockSpec, {"calendars": {}, "metrics": [METRIC]}).endswith("(there is: none)")


def test_metric_names_differ() -> None:
    assert problem(ClockSpec, {"calendars": {"desk": CALENDAR}, "metrics": [METRIC, METRIC]}) == (
        ': metrics: the name "reply" is there twice'
    )


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2026-11-02T09:00:00", "Input should have timezone info"),
        (1793610000, "1793610000 must be a time like 2026-11-11T00:03:00+08:00, not a count of seconds"),
        ("1793610000", "1793610000 must be a time like 2026-11-11T00:03:00+08:00, not a count of seconds"),
        ("1969-12-31T23:00:00Z", "1969-12-31T23:00:00+00:00 is not between the years 1970 and 2399"),
        ("9999-12-31T00:00:00Z", "9999-12-31T00:00:00+00:00 is not between the years 1970 and 2399"),
    ],
)
def test_a_time_has_an_offset_and_a_sane_year(at: str | int, why: str) -> None:
    events = [REPLAY["events"][0], {"at": at, "type": "opened"}]
    assert problem(Replay, REPLAY | {"events": events}) == f"events.1.at: {why}"
    assert problem(Replay, REPLAY | {"as_of": at}) == f"as_of: {why}"


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"calendars": {"desk": CALENDAR}},
        {"metrics": [METRIC]},
        {"policy": "standard.yaml"},
        {"case": {"kind": "return"}},
        {"calendars": {"desk": CALENDAR}, "metrics": [METRIC], "policy": "standard.yaml"},
    ],
)
def test_a_replay_has_its_own_clocks_or_those_of_a_policy(source: dict[str, Any]) -> None:
    content = {"events": REPLAY["events"], "as_of": REPLAY["as_of"], **source}
    assert problem(Replay, content) == ': give either "calendars" and "metrics", or "policy" and "case"'


def test_without_a_source_of_policies_a_replay_says_so() -> None:
    asked = Replay(policy="p", case={"kind": "return"}, events=(), as_of=when("11-02 09:00"))  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="policy: this replay takes no policies"):
        replay(asked)


def test_equal_calendars_are_one() -> None:
    same = Calendar.model_validate_json(ALWAYS.model_dump_json())
    assert same == ALWAYS
    assert hash(same) == hash(ALWAYS)
    assert Metric.model_validate_json(metric().model_dump_json()) == metric()


def test_ten_years_are_the_longest_and_not_too_long() -> None:
    assert parse_duration("3660d") == timedelta(days=3660)
    with pytest.raises(ValueError, match="longer than ten years"):
        parse_duration("3661d")
