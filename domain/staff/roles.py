"""The roles of the desk, and who may do what: decided in this one table (sop A3)."""

from collections.abc import Collection
from typing import Literal, get_args

from domain.errors import Forbidden

StaffRole = Literal[
    "front_line", "second_line", "complaint_specialist", "supervisor", "trainer", "data_analyst", "head"
]
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)

LadderRole = Literal["agent", "lead", "head", "on_call"]
"""Whom an escalation ladder tells. `agent` is whoever has the case."""
LADDER_ROLES: tuple[LadderRole, ...] = get_args(LadderRole)

Action = Literal[
    "read",
    "handle",
    "transfer",
    "assign",
    "close",
    "approve",
    "decide_final",
    "force_close",
    "retarget",
    "storm",
    "manage_staff",
    "coach",
    "analyse",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

_CASE_WORKERS: tuple[StaffRole, ...] = ("front_line", "second_line", "complaint_specialist")
_LEADERS: tuple[StaffRole, ...] = ("supervisor", "head")

MAY: dict[Action, tuple[StaffRole, ...]] = {
    "read": STAFF_ROLES,
    "handle": (*_CASE_WORKERS, *_LEADERS),
    "transfer": (*_CASE_WORKERS, *_LEADERS),
    "close": (*_CASE_WORKERS, *_LEADERS),
    "assign": ("second_line", "complaint_specialist", *_LEADERS),
    "approve": _LEADERS,
    "decide_final": _LEADERS,
    "force_close": _LEADERS,
    "retarget": _LEADERS,
    "storm": _LEADERS,
    "manage_staff": _LEADERS,
    "coach": ("trainer", *_LEADERS),
    "analyse": ("data_analyst", "complaint_specialist", "trainer", *_LEADERS),
}
"""`handle`: what a case's stage asks of the desk. `approve`: another's promise or refund above a ceiling.
`force_close`: without the customer's word. `storm`: notices and relief for a region. `assign`: to somebody
else, within the team; everybody who works on cases may `transfer` one, as often as its policy allows."""

_COUNTS_AS: dict[LadderRole, tuple[StaffRole, ...]] = {
    "agent": _CASE_WORKERS,
    "on_call": _CASE_WORKERS,
    "lead": ("supervisor",),
    "head": ("head",),
}


def may(roles: Collection[StaffRole], action: Action) -> bool:
    """Whether one of somebody's roles allows it."""
    return not set(roles).isdisjoint(MAY[action])


def check_may(roles: Collection[StaffRole], action: Action) -> None:
    """Raise `Forbidden` that says whose it is, unless one of the roles allows it."""
    if not may(roles, action):
        whose = " or ".join(_words(role) for role in MAY[action])
        who = ", ".join(_words(role) for role in roles) or "somebody without a role"
        raise Forbidden(f"{who} may not {_words(action)}; it is for {whose}", action=action)


def ladder_role(roles: Collection[StaffRole]) -> LadderRole:
    """As which rung of a ladder somebody counts, for policies that ask for the word of a lead or a head."""
    if "head" in roles:
        return "head"
    return "lead" if "supervisor" in roles else "agent"


def may_as(role: LadderRole, action: Action, only: Collection[LadderRole] = LADDER_ROLES) -> bool:
    """Whether the word of somebody on that rung allows it; `only`: the rungs to which a policy narrows it."""
    return role in only and may(_COUNTS_AS[role], action)


def check_as(roles: Collection[StaffRole], role: LadderRole, action: Action) -> None:
    """Raise `Forbidden` unless somebody with these roles speaks for that rung, and may do that."""
    check_may(roles, action)
    if set(roles).isdisjoint(_COUNTS_AS[role]):
        who = ", ".join(_words(each) for each in roles)
        raise Forbidden(f"{who} does not speak as {_words(role)}", action=action)


def _words(name: str) -> str:
    return name.replace("_", " ")
