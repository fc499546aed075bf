"""Who may do what: one table, and a refusal that says whose it is."""

import pytest

from domain.errors import Forbidden
from domain.staff.roles import (
    ACTIONS,
    LADDER_ROLES,
    MAY,
    STAFF_ROLES,
    Action,
    LadderRole,
    StaffRole,
    check_as,
    check_may,
    ladder_role,
    may,
    may_as,
)

LEADERS_ONLY: list[Action] = ["approve", "decide_final", "force_close", "retarget", "storm", "manage_staff"]


def test_every_action_has_its_roles_and_every_role_may_do_something() -> None:
    assert set(MAY) == set(ACTIONS)
    assert {role for roles in MAY.values() for role in roles} == set(STAFF_ROLES)


@pytest.mark.parametrize("action", LEADERS_ONLY)
@pytest.mark.parametrize("role", STAFF_ROLES)
def test_what_binds_the_house_is_for_supervisors_and_heads(role: StaffRole, action: Action) -> None:
    assert may([role], action) == (role in ("supervisor", "head"))


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("front_line", "handle", True),
        ("front_line", "transfer", True),
        ("front_line", "close", True),
        ("front_line", "assign", False),
        ("second_line", "assign", True),
        ("complaint_specialist", "analyse", True),
        ("trainer", "handle", False),
        ("trainer", "coach", True),
        ("data_analyst", "analyse", True),
        ("data_analyst", "coach", False),
        ("data_analyst", "read", True),
    ],
)
def test_a_role_may_do_its_work(role: StaffRole, action: Action, allowed: bool) -> None:
    assert may([role], action) == allowed


def test_of_several_roles_one_that_may_is_enough() -> None:
    check_may(["front_line", "supervisor"], "approve")


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(Forbidden) as refused:
        check_may(["front_line"], "decide_final")
    assert refused.value.code == "forbidden"
    assert refused.value.message == "front line may not decide final; it is for supervisor or head"
    assert refused.value.detail == {"action": "decide_final"}


def test_without_any_role_nothing_is_allowed() -> None:
    with pytest.raises(Forbidden, match="somebody without a role may not read"):
        check_may([], "read")


@pytest.mark.parametrize(
    ("roles", "rung"),
    [(["front_line"], "agent"), (["second_line", "supervisor"], "lead"), (["supervisor", "head"], "head")],
)
def test_somebody_counts_as_their_highest_rung(roles: list[StaffRole], rung: str) -> None:
    assert ladder_role(roles) == rung


@pytest.mark.parametrize("role", LADDER_ROLES)
def test_above_the_desks_own_only_leads_and_heads_have_a_word(role: LadderRole) -> None:
    assert may_as(role, "approve") == may_as(role, "decide_final") == (role in ("lead", "head"))
    assert may_as(role, "handle")


def test_a_policy_narrows_whose_word_counts_and_cannot_widen_it() -> None:
    assert may_as("head", "approve", ["head"])
    assert not may_as("lead", "approve", ["head"])
    assert not may_as("agent", "approve", ["agent"])


def test_who_speaks_as_a_lead_or_the_head_must_be_one() -> None:
    check_as(["supervisor"], "lead", "approve")
    check_as(["supervisor", "head"], "head", "approve")
    with pytest.raises(Forbidden, match="front line may not approve; it is for supervisor or head"):
        check_as(["front_line"], "lead", "approve")
    with pytest.raises(Forbidden, match="supervisor does not speak as head"):
        check_as(["supervisor"], "head", "decide_final")
