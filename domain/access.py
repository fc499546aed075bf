"""Who may do what at the doors: roles of callers, and what each of them is let do (one table)."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, cast, get_args

from pydantic import BaseModel

from domain.base import Model, Slug
from domain.cases.messages import Assign
from domain.errors import CaseNotFound, CaseworkError, Forbidden
from domain.staff.roles import StaffRole, may
from domain.staff.roles import check_may as check_staff_may


class Unauthenticated(CaseworkError):
    """Nobody is known by this key or token: it is missing, wrong, expired or revoked."""

    code = "unauthenticated"


class LinkInvalid(Unauthenticated):
    """The link opens nothing: it is wrong, has expired or was revoked; ask for a new one."""

    code = "link_invalid"


class RequestForged(Forbidden):
    """The request did not come from one of our own pages: its token is missing or not the session's."""

    code = "request_forged"


class AnothersCase(CaseNotFound):
    """Another merchant's case: to who asks it is one that there is not."""


AccessRole = Literal["backend", "agent", "lead", "ops", "auditor", "finance"]
ACCESS_ROLES: tuple[AccessRole, ...] = get_args(AccessRole)

BesideTheDesk = Literal["ops", "auditor", "finance"]
"""Roles of people who are not on the staff; their provider's claim says which."""
BESIDE_THE_DESK: tuple[BesideTheDesk, ...] = get_args(BesideTheDesk)

Permission = Literal["read", "open", "act", "reopen", "assign", "retarget", "replay", "link"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

GRANTED: dict[Permission, tuple[AccessRole, ...]] = {
    "read": ACCESS_ROLES,
    "open": ("backend", "agent", "lead"),
    "act": ("backend", "agent", "lead"),
    "assign": ("agent", "lead"),
    "reopen": ("lead", "ops"),
    "retarget": ("lead",),
    "replay": ("ops",),
    "link": ("backend", "agent", "lead"),
}
"""`act`: what a case's stage asks for. `reopen`: let a closed case go on, as after an operator's stop.
`replay`: see which webhooks came, and have dead letters applied again.
`link`: let a customer see one case of theirs, and act on it.
"""

MASKED: tuple[AccessRole, ...] = ("auditor", "finance")
"""Who sees cases without what is about people (`domain/personal.py`), unless they say why they need it."""

SPEAKERS = ("agent", "by", "inspector", "taken_in_by")
"""Fields of requests that say who asks, or whose word it is."""
_CASE_ID = re.compile(r"[a-z]+:[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+")


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
    roles: tuple[StaffRole, ...] = ()
    """Theirs in the staff; none for who is not of it."""


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
        raise AnothersCase(f"there is no case {case_id}", case_id=case_id)


def may_export(who: Identity) -> bool:
    """Whether somebody may take figures along: analysts and leads, and who looks on from beside the desk."""
    if isinstance(who, PersonIdentity) and who.roles:
        return may(who.roles, "analyse")
    return who.role in BESIDE_THE_DESK


def check_exports(who: Identity) -> None:
    """Raise `Forbidden` that says whose it is, unless the caller may take figures along."""
    if isinstance(who, PersonIdentity) and who.roles:
        check_staff_may(who.roles, "analyse")
    elif not may_export(who):
        whose = " or ".join(BESIDE_THE_DESK)
        raise Forbidden(
            f"{who.role} may not export; it is for the desk's analysts, or {whose}", action="export"
        )


def check_asks(who: Identity, message: BaseModel) -> None:
    """Raise unless the caller speaks for themselves, and of cases that they see.

    A system is taken at its word for its people; somebody who signed in is who they are, and nobody else.
    """
    is_person = isinstance(who, PersonIdentity)
    for name, text in _texts(message):
        if _CASE_ID.fullmatch(text):
            check_sees(who, text)
        if is_person and name in SPEAKERS and text != who.subject:
            raise Forbidden(f"{name}: {who.subject} does not speak for {text}", action="speak", field=name)


def check_assigns(who: Identity, message: Assign, team: str | None) -> None:
    """Raise `Forbidden` unless the caller may give this case, which `team` has, to whom the request names.

    Who takes a case themselves only works on it; who gives it to others needs the staff's `assign`, and does
    so within their own team unless they lead.
    """
    if not isinstance(who, PersonIdentity) or who.role == "lead":
        return
    if message.assignee != who.subject:
        check_staff_may(who.roles, "assign")
    for each in (team, message.team):
        if each not in (None, who.team):
            raise Forbidden(f"{who.subject} assigns within their own team, not in {each}", action="assign")


def _texts(message: BaseModel) -> Iterator[tuple[str, str]]:
    """All that a message says in words, each with the field that it stands in."""
    for name in type(message).model_fields:
        yield from _texts_in(name, getattr(message, name))


def _texts_in(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, BaseModel):
        yield from _texts(value)
    elif isinstance(value, Mapping):
        yield from _texts_in(name, list(cast("Mapping[str, object]", value).values()))
    elif isinstance(value, Sequence):
        for each in cast("Sequence[object]", value):
            yield from _texts_in(name, each)
