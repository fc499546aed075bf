"""Who may do what at the doors: roles of callers, and what each of them is let do (one table)."""

from typing import Literal, get_args

from domain.base import Model, Slug
from domain.errors import CaseNotFound, CaseworkError, Forbidden


class Unauthenticated(CaseworkError):
    """Nobody is known by this key: it is missing, wrong, expired or revoked."""

    code = "unauthenticated"


AccessRole = Literal["backend", "agent", "lead", "ops", "auditor", "finance"]
ACCESS_ROLES: tuple[AccessRole, ...] = get_args(AccessRole)

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
