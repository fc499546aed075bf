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
)
from domain.errors import CaseNotFound, Forbidden

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
