"""The staff as it is written down: what does not fit together is refused with its place."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from domain.calendars import Snapshot
from domain.errors import UnknownCalendar, UnknownMember
from domain.invalid import where_and_why
from domain.staff.directory import Absence
from domain.staff.roster import Roster
from tests.domain.staff.desk import away, content, moment, staff

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
SHIPPED = Roster.model_validate(yaml.safe_load((DEPLOY / "staff.yaml").read_text(encoding="utf-8")))
CHINA = Snapshot.model_validate_json((DEPLOY / "calendars" / "cn.json").read_bytes())

MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"shifts__both__week": {"all": []}}, "shifts.both.week", "there is no shift in the week"),
    ({"shifts__both__week": {}}, "shifts.both.week", "there is no shift in the week"),
    ({"teams__quality__title": {"en": "Quality"}}, "teams.quality.title", "the title in zh-CN is missing"),
    ({"teams__quality__hours": "night"}, "teams.quality.hours", "there is no shift night"),
    ({"teams__quality__leads": ["x"]}, "teams.quality.leads", "there is no member x"),
    ({"teams__quality__leads": ["lead-1", "a"]}, "teams.quality.leads.1", "a is neither supervisor nor head"),
    ({"teams__quality__on_call__members": ["a", "x"]}, "teams.quality.on_call", "there is no member x"),
    (
        {
            "teams__quality__on_call__swaps": [
                {"member": "x", "since": "2026-11-16T00:00:00Z", "until": "2026-11-17T00:00:00Z"}
            ]
        },
        "teams.quality.on_call",
        "there is no member x",
    ),
    ({"members__a__team": "north"}, "members.a.team", "there is no team north"),
    ({"members__a__shifts": ["night"]}, "members.a.shifts", "there is no shift night"),
    ({"members__head-1__shifts": []}, "members.head-1.shifts", "who is in no team needs shifts of their own"),
    ({"members__head-1__capacity": 3}, "members.head-1.capacity", "who is in no team gets no cases"),
    (
        {
            "members__lead-2__roles": ["trainer", "data_analyst"],
            "members__lead-2__capacity": 3,
            "teams__quality__leads": [],
        },
        "members.lead-2.capacity",
        "a trainer and data analyst works on no cases",
    ),
    ({"contacts": {"x": {"name": "X", "email": "x@desk.example"}}}, "contacts", "there is no member x"),
    ({"contacts": {"a": {"name": "A", "email": "nowhere"}}}, "contacts.a.email", "pattern"),
    ({"members__a__roles": ["boss"]}, "members.a.roles.0", "Input should be 'front_line'"),
    ({"members__a__roles": []}, "members.a.roles", "at least 1"),
    ({"members__a__capacity": -1}, "members.a.capacity", "greater than or equal to 0"),
    ({"members__a__colour": "red"}, "members.a.colour", "Extra inputs"),
    (
        {"teams__quality__handles": {"wishes": []}},
        "teams.quality.handles.wishes.[key]",
        "Input should be 'return'",
    ),
]


@pytest.mark.parametrize(("changes", "place", "reason"), MISTAKES)
def test_a_mistake_is_told_with_its_place(changes: dict[str, Any], place: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Roster.model_validate(content(**changes))
    where, why = where_and_why(caught.value)
    assert where == place
    assert reason in why


def test_an_absence_must_have_a_length() -> None:
    with pytest.raises(ValidationError, match="`until` must be later than `since`"):
        Absence(member="a", since=moment("10:00"), until=moment("10:00"))


def test_the_shipped_staff_fits_together_and_has_every_contact() -> None:
    assert set(SHIPPED.contacts) == set(SHIPPED.members)
    assert {role for member in SHIPPED.members.values() for role in member.roles} >= {
        "front_line",
        "second_line",
        "complaint_specialist",
        "supervisor",
        "trainer",
        "data_analyst",
        "head",
    }
    assert all(team.leads for team in SHIPPED.teams.values())


@pytest.mark.parametrize("name", ["standard", "demo"])
def test_the_shipped_staff_has_the_teams_of_the_shipped_policies(name: str) -> None:
    policy = yaml.safe_load((DEPLOY / "policies" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(policy["teams"]) == set(SHIPPED.teams)
    asked = {
        skill for skills in policy["complaints"]["dispatch"].get("skills", {}).values() for skill in skills
    }
    assert asked <= {skill for member in SHIPPED.members.values() for skill in member.skills}


def test_the_shipped_surge_is_in_force_while_the_policy_of_the_peak_is() -> None:
    policy = yaml.safe_load((DEPLOY / "policies" / "surge.yaml").read_text(encoding="utf-8"))
    [surge] = SHIPPED.surges.values()
    since, until = (datetime.fromisoformat(policy["in_force"][name]) for name in ("since", "until"))
    assert (surge.since, surge.until) == (since, until)


def test_each_kind_and_class_of_case_has_its_team_in_the_shipped_staff() -> None:
    directory = SHIPPED.directory({"cn": CHINA})
    assert directory.teams_for("return") == ["returns"]
    assert directory.teams_for("claim") == ["claims"]
    assert directory.teams_for("delivery") == ["logistics"]
    assert {
        category: directory.teams_for("complaint", category)
        for category in (
            "product_quality",
            "logistics",
            "payment",
            "returns",
            "privacy",
            "platform_rules",
            "other_service",
            "staff_attitude",
        )
    } == {
        "product_quality": ["quality"],
        "logistics": ["logistics"],
        "payment": ["payment"],
        "returns": ["returns"],
        "privacy": ["privacy"],
        "platform_rules": ["platform_rules"],
        "other_service": ["service"],
        "staff_attitude": [],  # whatever nobody else answers for is the second line's
    }
    assert directory.teams["second_line"].answers_for("complaint", "staff_attitude")


def test_holidays_that_nobody_has_shipped_are_refused() -> None:
    with pytest.raises(UnknownCalendar, match='there is no snapshot "cn"'):
        SHIPPED.directory({})


def test_absences_of_who_is_no_member_any_more_are_left_out() -> None:
    directory = staff(away("gone"), away("a"))
    assert [absence.member for absence in directory.absences] == ["a"]


def test_who_is_no_member_is_refused() -> None:
    with pytest.raises(UnknownMember):
        staff().member("nobody")
