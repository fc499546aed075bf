"""Who may do what at the doors: roles of callers, and what each of them is let do (one table)."""

from collections.abc import Collection
from typing import Literal, get_args

from domain.base import Model, Slug
from domain.errors import CaseNotFound, CaseworkError, Forbidden
from domain.staff.roles import StaffRole, may


class Unauthenticated(CaseworkError):
    """Nobody is known by this key or token: it is missing, wrong, expired or revoked."""

    code = "unauthenticated"


class RequestForged(Forbidden):
    """The request did not come from one of our own pages: its token is missing or not the session's."""

    code = "request_forged"


AccessRole = Literal["backend", "agent", "lead", "ops", "auditor", "finance"]
ACCESS_ROLES: tuple[AccessRole, ...] = get_args(AccessRole)

BesideTheDesk = Literal["ops", "auditor", "finance"]
"""Roles of people who are not on the staff; their provider's claim says which."""
BESIDE_THE_DESK: tuple[BesideTheDesk, ...] = get_args(BesideTheDesk)

Permission = Literal["read", "open", "act", "reopen", "assign", "retarget"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

GRANTED: dict[Permission, tuple[AccessRole, ...]] = {
    "read": ACCESS_ROLES,
    "open": ("backend", "agent", "lead"),
    "act": ("backend", "agent", "lead"),
    "assign": ("agent", "lead"),
    "reopen": ("lead", "ops"),
    "retarget": ("lead",),
}
"""`act`: what a case's stage asks for. `reopen`: let a closed case go on, as after an operator's stop."""


class Identity(Model):
    """Who asks. `merchant` None: an operator of the whole desk, who sees every merchant's cases."""

    subject: Slug
    role: AccessRole
    merchant: Slug | None = None


class Claims(Model):
    """What a sign-in provider says of somebody. `role` counts only for who is not on the staff."""

    subject: Slug
    name: str
    role: BesideTheDesk | None = None
    merchant: Slug | None = None


class PersonIdentity(Identity):
    """Somebody who signed in. `team`: where they work now; None for who belongs to no team."""

    name: str
    team: Slug | None = None


def role_of_staff(roles: Collection[StaffRole]) -> AccessRole:
    """What the doors let a member of the staff do: who leads, who works on cases, who looks on."""
    if may(roles, "manage_staff"):
        return "lead"
    return "agent" if may(roles, "handle") else "auditor"


def check_may(who: Identity, permission: Permission) -> None:
    """Raise `Forbidden` that says whose it is, unless the caller's role allows it."""
    if who.role not in GRANTED[permission]:
        whose = " or ".join(GRANTED[permission])
        raise Forbidden(f"{who.role} may not {permission}; it is for {whose}", action=permission)


def check_sees(who: Identity, case_id: str) -> None:
    """Raise `CaseNotFound` for another merchant's case: whether there is one is not told."""
    _, merchant, _ = case_id.split(":", 2)
    if who.merchant is not None and who.merchant != merchant:
        raise CaseNotFound(f"there is no case {case_id}", case_id=case_id)
