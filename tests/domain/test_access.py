"""Who may do what at the doors, and whose cases they see."""

import pytest

from domain.access import (
    ACCESS_ROLES,
    GRANTED,
    PERMISSIONS,
    AccessRole,
    Identity,
    Permission,
    check_may,
    check_sees,
    role_of_staff,
)
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
