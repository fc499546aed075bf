"""From a fact to the notices that the policy has sent of it: to the customer, or to roles of the staff."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent, ClockChanged
from domain.cases.folding import Fact
from domain.cases.state import AnyState
from domain.notice_kinds import CustomerNotice, NoticeFacts, StaffNotice
from domain.notice_rules import compose
from domain.notices import Notice

Said = tuple[CustomerNotice, dict[str, Any]] | None
Wording = Callable[[Any, Any], Said]
"""State and event to the customer's notice and what it says; None where the event tells nothing."""


def notices(
    state: AnyState, fact: Fact, now: datetime, wordings: Mapping[type[CaseEvent], Wording]
) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it."""
    event = fact.event
    if isinstance(event, ClockChanged):
        return _clock_notices(state, fact.record.seq, event, now)
    wording = wordings.get(type(event))
    said = wording(state, event) if wording else None
    if said is None:
        return []
    kind, more = said
    notice = compose(
        kind,
        NoticeFacts(**_order_id(state), **_given(more)),
        customer_id=state.customer_id,
        **_envelope(state, fact.record.seq, now),
    )
    return [notice] if notice else []


def unpaid_refund(state: AnyState, refund_seq: int, waits: CustomerNotice) -> Said:
    """What the customer hears of a refund that is not settled: it `waits`, or money of it came back.

    A policy that does not send the latter, as it was pinned before there was that kind, has the former sent.
    """
    part = next(part for part in state.refunds if part.seq == refund_seq)
    back_minor = part.amount_minor - part.paid_minor
    is_back = part.state == "returned" or part.came_back
    if is_back and state.terms.notices.channels("refund_returned"):
        return "refund_returned", {"amount_minor": back_minor, "currency": state.bought.currency}
    return waits, {"amount_minor": part.amount_minor, "currency": state.bought.currency}


def _clock_notices(state: AnyState, seq: int, event: ClockChanged, now: datetime) -> list[Notice]:
    if event.change not in ("warned", "breached") or event.due_at is None:
        return []
    about = NoticeFacts(
        metric=event.metric,
        until=event.due_at,
        stage=state.stage,
        **_order_id(state),
        **_given({"rung": event.rung}),
    )
    kind: StaffNotice = "clock_warned" if now <= event.due_at else "clock_breached"
    told = (compose(kind, about, role=role, **_envelope(state, seq, now)) for role in event.tell)
    return [notice for notice in told if notice]


def team_notice(
    state: AnyState, fact: Fact, now: datetime, kind: StaffNotice, about: Mapping[str, Any]
) -> list[Notice]:
    """The lead of the case's team is told of a fact, where the policy sends such notices."""
    notice = compose(
        kind,
        NoticeFacts(**_given(about)),
        role="lead",
        team=state.team,
        **_envelope(state, fact.record.seq, now),
    )
    return [notice] if notice else []


def _envelope(state: AnyState, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "rules": state.terms.notices,
        "now": now,
        "case_id": state.case_id,
        "merchant": state.merchant,
        "seq": seq,
        "language": state.language,
        "timezone": state.timezone,
    }


def _order_id(state: AnyState) -> dict[str, Any]:
    return {"order_id": state.order.order_id} if state.order else {}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not there, so that it takes no room in the history."""
    return {name: value for name, value in values.items() if value is not None}
