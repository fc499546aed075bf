"""Who may do what at the doors, and whose cases they see."""

import pytest
from pydantic import BaseModel

from domain.access import (
    ACCESS_ROLES,
    GRANTED,
    PERMISSIONS,
    AccessRole,
    AnothersCase,
    Identity,
    Permission,
    PersonIdentity,
    check_asks,
    check_assigns,
    check_exports,
    check_may,
    check_sees,
    may_export,
    role_of_staff,
)
from domain.cases.messages import Assign
from domain.errors import CaseNotFound, Forbidden
from domain.staff.roles import STAFF_ROLES, StaffRole

CASE = "return:m1:R-1"


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", ACCESS_ROLES)
def test_a_role_may_what_the_table_grants_and_is_told_whose_the_rest_is(
    role: AccessRole, permission: Permission
) -> None:
    who = Identity(subject="x", role=role)
    if role in GRANTED[permission]:
        check_may(who, permission)
        return
    with pytest.raises(Forbidden, match=f"{role} may not {permission}; it is for {GRANTED[permission][0]}"):
        check_may(who, permission)


@pytest.mark.parametrize("role", ["auditor", "finance"])
def test_who_looks_after_the_books_changes_nothing(role: AccessRole) -> None:
    assert [name for name, roles in GRANTED.items() if role in roles] == ["read"]


def test_a_merchant_sees_its_own_cases_alone_and_the_desk_sees_all() -> None:
    check_sees(Identity(subject="x", role="lead", merchant="m1"), CASE)
    check_sees(Identity(subject="x", role="auditor"), CASE)
    with pytest.raises(CaseNotFound, match="there is no case"):
        check_sees(Identity(subject="x", role="lead", merchant="m2"), CASE)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("front_line", "agent"),
        ("second_line", "agent"),
        ("complaint_specialist", "agent"),
        ("supervisor", "lead"),
        ("head", "lead"),
        ("trainer", "auditor"),
        ("data_analyst", "auditor"),
    ],
)
def test_what_the_doors_let_a_member_do_follows_from_their_roles(
    role: StaffRole, expected: AccessRole
) -> None:
    assert role_of_staff([role]) == expected


def test_of_several_roles_the_one_that_may_most_counts() -> None:
    assert role_of_staff(STAFF_ROLES) == "lead"
    assert role_of_staff(["trainer", "front_line"]) == "agent"


class Word(BaseModel):
    by: str
    reason: str = ""


class Asked(BaseModel):
    agent: str
    approval: Word | None = None
    words: dict[str, list[Word]] = {}
    evidence: tuple[str, ...] = ()
    count: int = 0


PERSON = PersonIdentity(subject="sl-01", role="agent", name="N", team="returns", roles=("second_line",))
LEAD = PersonIdentity(subject="sv-01", role="lead", name="L", team="returns", roles=("supervisor",))


@pytest.mark.parametrize(
    "asked",
    [
        Asked(agent="sv-01"),
        Asked(agent="sl-01", approval=Word(by="sv-01")),
        Asked(agent="sl-01", words={"1": [Word(by="sl-01"), Word(by="a17")]}),
    ],
)
def test_who_signed_in_speaks_for_nobody_else(asked: Asked) -> None:
    with pytest.raises(Forbidden, match="sl-01 does not speak for"):
        check_asks(PERSON, asked)
    check_asks(Identity(subject="shop", role="agent"), asked)


def test_who_signed_in_speaks_for_themselves_about_others() -> None:
    check_asks(PERSON, Asked(agent="sl-01", approval=Word(by="sl-01", reason="sv-01 said so"), count=1))


def test_a_request_names_no_case_of_another_merchant() -> None:
    asked = Asked(agent="a17", evidence=("return:m1:R-1", "return:m2:R-1"))
    check_asks(Identity(subject="desk", role="agent"), asked)
    with pytest.raises(AnothersCase, match="there is no case return:m2:R-1"):
        check_asks(Identity(subject="shop", role="agent", merchant="m1"), asked)


def assign(assignee: str | None = "fl-01", team: str | None = "returns") -> Assign:
    return Assign(by="x", team=team, assignee=assignee, reason="her turn")


def test_an_agent_gives_cases_away_within_their_team() -> None:
    check_assigns(PERSON, assign(), "returns")
    check_assigns(PERSON, assign(team=None), None)
    for message, team in ((assign(), "quality"), (assign(team="quality"), "returns")):
        with pytest.raises(Forbidden, match="within their own team, not in quality"):
            check_assigns(PERSON, message, team)
        check_assigns(LEAD, message, team)
        check_assigns(Identity(subject="crm", role="agent"), message, team)


def test_front_line_takes_cases_but_gives_none_away() -> None:
    front = PERSON.model_copy(update={"subject": "fl-01", "roles": ("front_line",)})
    check_assigns(front, assign("fl-01"), "returns")
    with pytest.raises(Forbidden, match="front line may not assign"):
        check_assigns(front, assign("fl-02"), "returns")
    with pytest.raises(Forbidden, match="front line may not assign"):
        check_assigns(front, assign(None), "returns")


@pytest.mark.parametrize(
    ("role", "staff", "may_it"),
    [
        ("auditor", ("data_analyst",), True),
        ("agent", ("complaint_specialist",), True),
        ("lead", ("supervisor",), True),
        ("agent", ("front_line",), False),
        ("agent", (), False),
        ("finance", (), True),
        ("ops", (), True),
    ],
)
def test_figures_are_taken_along_by_who_analyses_and_who_looks_on(
    role: AccessRole, staff: tuple[StaffRole, ...], may_it: bool
) -> None:
    who = PersonIdentity(subject="x", name="x", role=role, roles=staff)
    assert may_export(who) == may_it
    if may_it:
        check_exports(who)
        return
    with pytest.raises(Forbidden, match="it is for"):
        check_exports(who)


def test_a_system_takes_no_figures_along() -> None:
    with pytest.raises(Forbidden, match="backend may not export"):
        check_exports(Identity(subject="shop", role="backend"))
