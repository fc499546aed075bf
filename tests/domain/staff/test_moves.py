"""Given somebody who is away, when their cases are looked at, then which move to whom, and which can wait."""

from typing import Any

import pytest

from domain.errors import UnknownMember, UnknownTeam
from domain.staff.directory import Directory
from domain.staff.moves import HeldCase, MovePlan, plan_moves, plan_queue
from tests.domain.staff.desk import away, moment, staff

NOW = moment("10:00")


def held(number: int, due: str | None = "12:00", **changes: Any) -> HeldCase:
    given = {"case_id": f"return:m1:{number}", "team": "quality", "language": "zh-CN"}
    return HeldCase.model_validate(given | {"due_at": moment(due) if due else None} | changes)


def plan(
    directory: Directory, *cases: HeldCase, since: str = "10:00", until: str | None = None, **load: int
) -> MovePlan:
    return plan_moves(directory, away("a", since, until), cases, load, NOW)


def moved(found: MovePlan) -> list[tuple[str, str | None]]:
    return [(move.case_id.rpartition(":")[2], move.assignee) for move in found.moves]


def test_a_case_goes_to_another_of_its_team_with_both_reasons() -> None:
    [move] = plan(staff(), held(1), b=3).moves
    assert (move.team, move.assignee, move.code, move.tell) == ("quality", "b", "assigned", ())
    assert move.reason == "a is away; on shift, speaks zh-CN, has 3 of 20 cases, the only one in quality"


def test_the_most_urgent_first_and_what_was_given_counts() -> None:
    """c has 5 places: one is taken, then they share until each has the lower load."""
    both = staff(members__c__shifts=["early"], members__b__capacity=2)
    cases = [held(1, None), held(2, "15:00"), held(3, "11:00"), held(4, "13:00")]
    assert moved(plan(both, *cases, c=1)) == [("3", "b"), ("4", "c"), ("2", "c"), ("1", "b")]


def test_when_all_are_full_the_rest_waits_in_the_queue_and_somebody_hears_of_it() -> None:
    found = plan(staff(members__b__capacity=1), held(1), held(2))
    assert moved(found) == [("1", "b"), ("2", None)]
    assert (found.moves[1].code, found.moves[1].team) == ("all_full", "quality")
    assert [reader.member for reader in found.moves[1].tell] == ["c"]


def test_what_is_due_after_they_are_back_stays() -> None:
    found = plan(staff(), held(1, "12:00"), held(2, "12:01"), held(3, None), until="12:00")
    assert moved(found) == [("1", "b"), ("3", "b")]
    assert [(stay.case_id, stay.reason) for stay in found.stays] == [("return:m1:2", "due after a is back")]


def test_without_an_end_everything_moves() -> None:
    assert moved(plan(staff(), held(1, "2027-01-01T00:00:00+08:00"))) == [("1", "b")]


def test_who_can_take_it_is_looked_at_when_the_team_works() -> None:
    """The absence begins at midnight, when nobody of the team is on shift: at eight the early shift is."""
    tomorrow = "2026-11-17T00:00:00+08:00"
    due = "2026-11-17T12:00:00+08:00"
    assert moved(plan(staff(), held(1, due), since=tomorrow)) == [("1", "b")]


def test_an_absence_that_has_begun_is_looked_at_now() -> None:
    assert moved(plan(staff(), held(1), since="2026-11-15T15:00:00+08:00")) == [("1", "b")]


def test_others_who_are_away_get_nothing() -> None:
    assert moved(plan(staff("b"), held(1))) == [("1", None)]


def test_a_case_without_team_goes_to_the_members_own() -> None:
    [move] = plan(staff(), held(1, team=None)).moves
    assert (move.team, move.assignee) == ("quality", "b")


def test_a_case_in_a_team_that_there_is_no_more_needs_a_person() -> None:
    [move] = plan(staff(), held(1, team="dissolved")).moves
    assert (move.team, move.assignee, move.code) == ("dissolved", None, None)
    assert move.reason == "a is away; the staff has no team dissolved"


def test_a_case_of_somebody_without_a_team_needs_a_person() -> None:
    found = plan_moves(staff(), away("head-1"), [held(1, team=None)], {}, NOW)
    assert [(move.team, move.reason) for move in found.moves] == [(None, "head-1 is away; it has no team")]


def test_who_is_no_member_is_refused() -> None:
    with pytest.raises(UnknownMember, match="the staff has no member nobody"):
        plan_moves(staff(), away("nobody"), [held(1, team=None)], {}, NOW)


def test_what_waits_goes_to_who_has_the_least_to_do_and_what_was_given_counts() -> None:
    cases = [held(1, None, team=None), held(2, "15:00"), held(3, "11:00"), held(4, "13:00", language="en")]
    found = plan_queue(staff(members__b__capacity=1), "quality", cases, {"a": 8}, NOW)
    assert [(move.case_id[-1], move.assignee, move.team) for move in found.moves] == [
        ("3", "b", "quality"),
        ("2", "a", "quality"),
        ("1", "a", "quality"),
    ]
    full = "everybody in quality who could take it has their full load"
    assert [(stay.case_id[-1], stay.reason) for stay in found.stays] == [("4", full)]
    assert (
        found.moves[0].reason == "on shift, speaks zh-CN, has 0 of 1 cases, the lowest load of 2 in quality"
    )


def test_a_plan_is_known_by_what_it_says() -> None:
    one, other = (plan_queue(staff(), "quality", [held(number)], {}, NOW) for number in (1, 2))
    assert one.key == plan_queue(staff(), "quality", [held(1)], {}, NOW).key
    assert len({one.key, other.key, plan(staff(), held(1)).key}) == 3


def test_the_queue_of_a_team_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownTeam):
        plan_queue(staff(), "north", [held(1)], {}, NOW)
