"""Given a rung that fired, when the staff is asked, then who is told and who gets the case, and why."""

from typing import Any

import pytest

from domain.staff.ladder import Given, OwnerWanted, RungFired, climb, find_owner, home_team
from tests.domain.staff.desk import TITLE, away, moment, staff

UNTIL = "until 2026-11-23 09:00 +08:00"


def fired(**changes: Any) -> RungFired:
    """The review of a return is overdue on that Monday at 10:00; a has it."""
    given: dict[str, Any] = {
        "kind": "return",
        "team": "quality",
        "assignee": "a",
        "language": "zh-CN",
        "clock": "review",
        "rung": "100%",
        "tell": ("agent", "lead"),
        "at": moment("10:00"),
    }
    return RungFired.model_validate({**given, **changes})


def test_each_role_reaches_who_has_it_at_that_moment() -> None:
    climbed = climb(staff("lead-1"), fired(tell=("agent", "lead", "head", "on_call")), {})
    assert climbed.readers == {"agent": "a", "lead": "lead-2", "head": "head-1", "on_call": "c"}
    assert climbed.given is None, "the rung says nothing about that"


def test_a_role_that_reaches_nobody_is_left_out() -> None:
    everybody = staff("a", "b", "c", "lead-1", "lead-2", "head-1")
    assert climb(everybody, fired(), {}).readers == {}


LOWEST = "the lowest load of 2 in quality"

# Reassign, assignee, load, absent; then who gets it, and why.
GIVEN: list[tuple[str, str | None, dict[str, int], tuple[str, ...], str | None, str]] = [
    ("team", "a", {}, (), "b", "on shift, speaks zh-CN, has 0 of 20 cases, the only one in quality"),
    (
        "team",
        None,
        {"a": 9},
        (),
        "b",
        "on shift, speaks zh-CN, has 0 of 20 cases, " + LOWEST,
    ),
    ("team", "a", {"b": 20}, (), None, ""),
    ("lead", "a", {}, (), "lead-1", "leads quality"),
    ("lead", "a", {}, ("lead-1",), "lead-2", "leads quality; lead-1 is away"),
    ("lead", "lead-1", {}, (), None, ""),
    ("head", "lead-1", {}, (), "head-1", "heads the desk"),
    ("on_call", "a", {}, (), "c", f"on call for quality {UNTIL}"),
    ("lead", "a", {}, ("a", "b", "c", "lead-1", "lead-2", "head-1"), None, ""),
]


@pytest.mark.parametrize(("reassign", "assignee", "load", "absent", "member", "why"), GIVEN)
def test_who_gets_the_case(
    reassign: str,
    assignee: str | None,
    load: dict[str, int],
    absent: tuple[str, ...],
    member: str | None,
    why: str,
) -> None:
    climbed = climb(staff(*absent), fired(reassign=reassign, assignee=assignee), load)
    expected = Given(team="quality", member=member, reason=f"review reached 100%; {why}") if member else None
    assert climbed.given == expected


SECOND_LINE = {"title": TITLE, "hours": "both"}


@pytest.mark.parametrize(
    ("case", "team"),
    [
        ({}, "quality"),
        ({"team": "dissolved", "assignee": "w"}, "returns"),
        ({"team": None, "assignee": None}, "quality"),
        ({"team": None, "assignee": "head-1"}, "quality"),
        ({"team": None, "assignee": None, "kind": "complaint", "category": "payment"}, "quality"),
        ({"team": None, "assignee": None, "kind": "delivery"}, "returns"),
    ],
)
def test_whose_case_it_is(case: dict[str, Any], team: str) -> None:
    assert home_team(staff(), fired(**case)) == team


def test_a_case_that_several_teams_answer_for_is_for_who_takes_whatever_comes() -> None:
    two = staff(teams__claims={**SECOND_LINE, "handles": {"return": []}})
    assert home_team(two, fired(team=None, assignee=None)) == "returns"


def test_a_case_that_is_nobodys_reaches_the_head_alone_and_stays() -> None:
    narrow = staff(teams__returns__handles={"claim": []})
    climbed = climb(narrow, fired(kind="delivery", team=None, assignee=None, reassign="team"), {})
    assert climbed.readers == {"agent": "head-1", "lead": "head-1"}
    assert climbed.given is None


def wanted(**changes: Any) -> OwnerWanted:
    return OwnerWanted.model_validate({"team": "quality", "language": "en", "at": moment("10:00"), **changes})


def test_a_team_that_gets_a_case_gives_it_to_who_has_the_least_to_do() -> None:
    reason = "on shift, speaks en, has 2 of 20 cases, the only one in quality"
    assert find_owner(staff(), wanted(), {"b": 2}) == Given(team="quality", member="b", reason=reason)


@pytest.mark.parametrize("changes", [{"skills": ("carriers",)}, {"team": "dissolved"}])
def test_where_nobody_can_take_it_the_queue_has_it(changes: dict[str, Any]) -> None:
    assert find_owner(staff(), wanted(**changes), {}) is None


def test_who_is_away_gets_nothing() -> None:
    assert find_owner(staff(away("b")), wanted(), {}) is None
