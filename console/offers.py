"""What a lead may ask of a case now: the next action first, then what else its stage takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from console.sign_in import SignedIn
from domain.access import GRANTED, SPEAKERS
from domain.cases.state import AnyState
from domain.errors import Forbidden
from domain.kinds import kind_of
from domain.staff.roles import ladder_role, may
from starters.gate import permission_of
from starters.updates import updates_of

OFFERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "return": {
        "review": ("review", "request_info", "give_info", "advise", "accept_advice", "cancel"),
        "ship_back": ("resolve_parcel", "ship", "receive", "resolve_clawback", "cancel"),
        "inspection": ("inspect", "receive"),
        "settlement": ("retry_refund", "choose", "resolve_clawback", "appeal"),
        "confirmation": ("confirm", "appeal"),
        "closed": ("appeal",),
    },
    "complaint": {
        "intake": ("classify", "grade", "acknowledge", "request_info", "give_info", "withdraw"),
        "review": (
            *("review", "take", "acknowledge", "request_info", "give_info", "grade", "transfer"),
            *("hand_over", "update_customer", "withdraw"),
        ),
        "investigation": (
            *("finding", "take", "ask_party", "give_statement", "add_evidence", "request_info", "give_info"),
            *("update_customer", "transfer", "hand_over", "grade", "withdraw"),
        ),
        "solution": (
            *("propose", "take", "request_info", "give_info", "update_customer", "transfer", "hand_over"),
            *("grade", "withdraw"),
        ),
        "follow_up": ("update_customer", "hand_over"),
        "confirmation": ("confirm", "update_customer"),
        "decision": ("decide_final", "confirm"),
    },
    "shipment": {"watching": ("promise", "stop_watching")},
    "delivery": {
        "identification": ("identify", "decide", "contacted", "add_evidence", "correct_party", "cancel"),
        "investigation": (
            *("carrier_answered", "scan_cleared", "decide", "contacted", "add_evidence", "correct_party"),
            "cancel",
        ),
        "choice": ("choose", "decide", "contacted", "add_evidence", "correct_party", "cancel"),
        "decision": ("decide", "contacted", "add_evidence", "correct_party", "cancel"),
        "settlement": ("retry_refund", "choose", "correct_party"),
        "feedback": ("feedback", "contacted"),
        "confirmation": ("confirm", "object"),
    },
    "claim": {
        "answer": ("carrier_replied", "give_evidence", "withdraw"),
        "evidence": ("give_evidence", "carrier_replied", "withdraw"),
        "denied": ("appeal",),
        "payment": ("carrier_replied", "withdraw"),
    },
    "improvement": {
        "proposal": ("accept", "decline", "withdraw"),
        "objection": ("insist", "withdraw"),
        "ruling": ("rule", "withdraw"),
        "actions": ("add_action", "action_done", "drop_action", "done", "withdraw"),
    },
}
"""By kind and stage; the first is the next action where the desk owes the step. The case itself has the last
word: what is offered may still be refused, and is then told so beside the form."""

ALWAYS = ("assign", "nudge")
OWED_BY_DESK = frozenset(
    {"agent", "lead", "desk", "team", "ops", "head", "department", "requester", "warehouse"}
)
FIRST_OF_THOSE = {"team": "take"}
"""Where whoever owes the step has something else to do first."""


@dataclass(frozen=True)
class Offer:
    """An update that may be sent, and its message. `is_next`: the one thing to do."""

    update: str
    message: type[BaseModel]
    is_next: bool = False


def offers_of(state: AnyState, who: SignedIn) -> list[Offer]:
    """What is offered to this reader, the next action first."""
    kind = kind_of(state.case_id)
    waits = kind.waiting_for(state) or ""
    names = list(OFFERS[kind.name].get(state.stage, ()))
    if (first := FIRST_OF_THOSE.get(waits)) in names:
        names.sort(key=lambda name: name != first)
    if state.open:
        names += ALWAYS
    messages = updates_of(kind)
    offered = [Offer(name, messages[name]) for name in names if may_ask(who, name, messages[name])]
    if offered and waits in OWED_BY_DESK and offered[0].update not in ALWAYS:
        offered[0] = Offer(offered[0].update, offered[0].message, is_next=True)
    return offered


def may_ask(who: SignedIn, update: str, message: type[BaseModel]) -> bool:
    """Whether this reader's role lets them ask it."""
    if update == "decide_final" and not may(who.roles, "decide_final"):
        return False
    return who.role in GRANTED[permission_of(message)]


def said_by(who: SignedIn, message: type[BaseModel]) -> dict[str, Any]:
    """What goes without asking: who speaks. For a customer an agent passes it on."""
    said: dict[str, Any] = {}
    for name in SPEAKERS:
        if name in message.model_fields:
            is_role = message.model_json_schema()["properties"][name].get("enum") is not None
            said[name] = "agent" if is_role else who.subject
    if "role" in message.model_fields:
        if not who.roles:
            raise Forbidden(f"{who.subject} is not on the staff", action="decide_final")
        said["role"] = ladder_role(who.roles)
    return said
