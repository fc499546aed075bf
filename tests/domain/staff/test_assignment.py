"""Given a staff, its load and a moment: who gets the case, and why; or why nobody does, and who is told."""

from typing import Any

import pytest

from domain.errors import UnknownTeam
from domain.staff.assignment import Wanted, assign
from tests.domain.staff.desk import away, moment, staff

EASTERN = {"team": "quality", "kind": "return"}


def wanted(**changes: Any) -> Wanted:
    return Wanted.model_validate(EASTERN | changes)


# Given load and hour, when a case comes, then its owner.
OWNERS = [
    pytest.param({}, {}, "10:00", "a", id="of equals the first by name"),
    pytest.param({"a": 1}, {}, "10:00", "b", id="the lowest load"),
    pytest.param({"a": 1, "b": 1}, {}, "10:00", "b", id="by capacity: 1 of 20 is less than 1 of 10"),
    pytest.param({"a": 2, "b": 4}, {}, "10:00", "a", id="2 of 10 is as much as 4 of 20"),
    pytest.param({}, {"language": "en"}, "10:00", "b", id="who speaks the language"),
    pytest.param({"b": 19}, {"language": "en"}, "10:00", "b", id="who speaks it, however busy"),
    pytest.param({"a": 10}, {}, "10:00", "b", id="not one with a full load"),
    pytest.param({"b": 1}, {"skills": ["refunds"]}, "15:00", "c", id="who has the skill"),
    pytest.param({"a": 3}, {}, "15:59", "b", id="all three on the two shifts' overlap"),
    pytest.param({"a": 3, "b": 6}, {}, "15:59", "c", id="the late shift in the overlap"),
    pytest.param({"c": 4}, {}, "16:00", "c", id="a shift's end is not part of it"),
    pytest.param({"a": 9, "b": 19}, {}, "08:00", "a", id="a shift's begin is"),
    pytest.param({"stranger": 99}, {}, "10:00", "a", id="who is no member any more does not count"),
    pytest.param({}, {"kind": "complaint", "category": "payment"}, "10:00", "a", id="its categories"),
    pytest.param({}, {"kind": "complaint"}, "10:00", "a", id="not classified yet"),
    pytest.param({}, {"kind": None}, "10:00", "a", id="what is the team's already"),
]


@pytest.mark.parametrize(("load", "asked", "hour", "owner"), OWNERS)
def test_the_owner(load: dict[str, int], asked: dict[str, Any], hour: str, owner: str) -> None:
    found = assign(staff(), wanted(**asked), load, moment(hour))
    assert (found.member, found.code, found.tell) == (owner, "assigned", ())


def test_the_reason_is_a_sentence_for_an_event() -> None:
    asked = wanted(skills=["refunds"], language="zh-CN")
    assert (
        assign(staff(), asked, {"c": 3}, moment("15:00")).reason
        == "on shift, knows refunds, speaks zh-CN, has 3 of 5 cases, the only one in quality"
    )
    assert (
        assign(staff(), wanted(), {"a": 3, "b": 5}, moment("10:00")).reason
        == "on shift, has 5 of 20 cases, the lowest load of 2 in quality"
    )


# Given who is away and the load, when nobody can take it, then the first thing that was missing.
NOBODY = [
    pytest.param(
        [], {}, {"kind": "delivery"}, "not_responsible", "quality does not answer for delivery cases"
    ),
    pytest.param(
        [],
        {},
        {"kind": "complaint", "category": "privacy"},
        "not_responsible",
        "quality does not answer for complaint cases about privacy",
    ),
    pytest.param([], {}, {"skills": ["food"]}, "no_skill", "nobody in quality knows food"),
    pytest.param(
        [], {}, {"skills": ["refunds", "food"]}, "no_skill", "nobody in quality knows refunds, food"
    ),
    pytest.param(
        [], {}, {"team": "returns", "language": "zh-CN"}, "no_language", "nobody in returns speaks zh-CN"
    ),
    pytest.param(["a", "b", "c"], {}, {}, "all_away", "everybody in quality who could take it is away"),
    pytest.param(
        [],
        {},
        {"skills": ["refunds"]},
        "off_shift",
        "nobody in quality who could take it is on shift before 2026-11-16 14:00 +08:00",
    ),
    pytest.param(
        ["b"],
        {"a": 10},
        {},
        "all_full",
        "everybody in quality who could take it has their full load",
    ),
]


@pytest.mark.parametrize(("absent", "load", "asked", "code", "reason"), NOBODY)
def test_nobody(
    absent: list[str], load: dict[str, int], asked: dict[str, Any], code: str, reason: str
) -> None:
    found = assign(staff(*absent), wanted(**asked), load, moment("10:00"))
    assert (found.member, found.code, found.reason) == (None, code, reason)
    assert found.tell != ()


def test_a_team_without_anybody_who_takes_cases_has_nobody() -> None:
    nobody = staff(members__w__capacity=0)
    found = assign(nobody, wanted(team="returns"), {}, moment("18:00"))
    assert (found.code, found.reason) == ("nobody_in_team", "nobody in returns takes cases")
    assert [reader.member for reader in found.tell] == ["head-1"]


def test_who_gives_it_away_does_not_get_it_back() -> None:
    found = assign(staff(), wanted(team="returns"), {}, moment("18:00"), but=frozenset({"w"}))
    assert (found.code, found.reason) == ("nobody_in_team", "nobody else in returns takes cases")


def test_who_has_the_skill_but_not_the_language_is_missed_by_both() -> None:
    only_chinese = staff(members__c__languages=["zh-CN"])
    found = assign(only_chinese, wanted(skills=["refunds"], language="en"), {}, moment("15:00"))
    assert (found.code, found.reason) == ("no_language", "nobody in quality who knows it speaks en")


def test_when_nobody_is_there_who_is_on_call_hears_of_it() -> None:
    found = assign(staff(), wanted(), {}, moment("23:00"))
    [reader] = found.tell
    assert (found.code, reader.member) == ("off_shift", "c")


def test_a_team_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownTeam, match="there is no team north; there is: quality, returns"):
        assign(staff(), wanted(team="north"), {}, moment("10:00"))


@pytest.mark.parametrize(
    ("at", "on_shift"),
    [
        ("2026-03-27T09:00:00+00:00", True),  # a Friday of winter time
        ("2026-03-30T08:00:00+00:00", True),  # the Monday after the clocks went forward
        ("2026-03-30T07:59:59+00:00", False),
        ("2026-03-30T16:00:00+00:00", False),
        ("2026-10-26T08:59:59+00:00", False),  # the Monday after they went back
        ("2026-10-26T09:00:00+00:00", True),
    ],
)
def test_a_shift_is_by_the_local_clock_whatever_it_is_set_to(at: str, on_shift: bool) -> None:
    found = assign(staff(), wanted(team="returns"), {}, moment(at))
    assert (found.member == "w") == on_shift


def test_somebody_with_two_shifts_works_in_both() -> None:
    double = staff(
        members__a__shifts=["early", "late"], members__b=None, members__c=None, teams__quality__on_call=None
    )
    assert [assign(double, wanted(), {}, moment(hour)).member for hour in ("09:00", "21:00", "23:00")] == [
        "a",
        "a",
        None,
    ]


def test_an_absence_ends_at_its_end() -> None:
    until_ten = staff(
        away("a", "09:00", "10:00"), members__b=None, members__c=None, teams__quality__on_call=None
    )
    hours = ("08:59", "09:00", "09:59", "10:00")
    assert [assign(until_ten, wanted(), {}, moment(hour)).code for hour in hours] == [
        "assigned",
        "all_away",
        "all_away",
        "assigned",
    ]
