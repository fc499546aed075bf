"""Which fact of a return tells whom what (sop R4–R7, L3). The policy says which kinds are sent, and how."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.notice_rules import compose
from domain.notices import CustomerNotice, Notice, NoticeFacts, StaffNotice
from domain.returns import events as facts
from domain.returns.deadlines import next_deadline
from domain.returns.decisions.settlement import lines_to_exchange, refund_amounts
from domain.returns.events import ReturnEvent
from domain.returns.state import ReturnState
from domain.returns.story import Fact

Said = tuple[CustomerNotice, dict[str, Any]] | None
Wording = Callable[[ReturnState, Any], Said]


def notices_of(state: ReturnState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it: the customer, or roles of the staff."""
    event = fact.event
    if isinstance(event, facts.ClockChanged):
        return _clock_notices(state, fact.record.seq, event, now)
    wording = _WORDINGS.get(type(event))
    said = wording(state, event) if wording else None
    if said is None:
        return []
    kind, more = said
    notice = compose(
        kind,
        NoticeFacts(order_id=state.bought.order_id, **_given(more)),
        customer_id=state.bought.customer_id,
        **_envelope(state, fact.record.seq, now),
    )
    return [notice] if notice else []


def _clock_notices(state: ReturnState, seq: int, event: facts.ClockChanged, now: datetime) -> list[Notice]:
    if event.change not in ("warned", "breached") or event.due_at is None:
        return []
    about = NoticeFacts(
        order_id=state.bought.order_id,
        metric=event.metric,
        until=event.due_at,
        stage=state.stage,
        **_given({"rung": event.rung}),
    )
    kind: StaffNotice = "clock_warned" if now <= event.due_at else "clock_breached"
    told = (compose(kind, about, role=role, **_envelope(state, seq, now)) for role in event.tell)
    return [notice for notice in told if notice]


def _envelope(state: ReturnState, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "rules": state.terms.notices,
        "now": now,
        "case_id": state.case_id,
        "merchant": state.merchant,
        "seq": seq,
        "language": state.language,
        "timezone": state.bought.timezone,
    }


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not there, so that it takes no room in the history."""
    return {name: value for name, value in values.items() if value is not None}


def _applied(state: ReturnState, event: facts.Applied) -> Said:
    return ("application_received", {}) if event.decision == "review" else None


def _approved(state: ReturnState, event: facts.Approved | facts.LabelRefused) -> Said:
    """With a label the instructions wait for it."""
    return None if state.needs_label else _instructions(state, {})


def _label_made(state: ReturnState, event: facts.LabelMade) -> Said:
    return _instructions(
        state, {"carrier": event.carrier, "tracking_no": event.tracking_no, "label_url": event.url}
    )


def _instructions(state: ReturnState, label: dict[str, Any]) -> Said:
    money = {"amount_minor": state.preview_minor, "currency": state.bought.currency}
    return "review_approved", {
        "until": state.ship_back_by,
        "freight_payer": state.return_freight_payer,
        **(money if state.kind == "return" else {}),
        **({"refused_units": state.refused_units, "code": state.refused_code} if state.refused_units else {}),
        **label,
    }


def _refused(state: ReturnState, event: facts.Refused) -> Said:
    return "review_refused", {"code": event.code, "reason": event.reason}


def _info_requested(state: ReturnState, event: facts.InfoRequested) -> Said:
    return "info_requested", {"question": event.question}


def _reminded(state: ReturnState, event: facts.Reminded) -> Said:
    return "ship_back_reminder", {"until": event.ship_back_by}


def _expired(state: ReturnState, event: facts.Expired) -> Said:
    return "return_expired", {}


def _cancelled(state: ReturnState, event: facts.Cancelled) -> Said:
    return "cancelled", {}


def _parcel_refused(state: ReturnState, event: facts.ParcelRefused) -> Said:
    return "parcel_refused", {"until": event.ship_back_by, "reason": event.reason}


def _parcel_missing(state: ReturnState, event: facts.ParcelMissing) -> Said:
    assert state.parcel is not None
    return "parcel_missing", {
        "carrier": state.parcel.carrier,
        "tracking_no": state.parcel.tracking_no,
    }


def _parcel_lost(state: ReturnState, event: facts.ParcelLost) -> Said:
    return "parcel_lost", {"refunded": event.refund, "reason": event.reason}


def _received(state: ReturnState, event: facts.Received) -> Said:
    return "goods_received", {}


def _inspected(state: ReturnState, event: facts.Inspected) -> Said:
    rejected = [line for line in state.lines.values() if line.rejected]
    short = sum(line.short for line in state.lines.values())
    reason = next((line.rejection for line in state.lines.values() if line.rejection), None)
    found = {
        "rejected_units": sum(line.rejected for line in rejected) or None,
        "short_units": short or None,
        "reason": reason,
    }
    if not state.passed:
        disposition = rejected[0].disposition if rejected else "keep"
        return "inspection_failed", {"disposition": disposition, **found}
    amount = refund_amounts(state).total_minor
    return "inspection_passed", {
        **({"amount_minor": amount, "currency": state.bought.currency} if amount else {}),
        "exchange_units": sum(line.passed for line in lines_to_exchange(state)) or None,
        **found,
    }


def _goods_sent_back(state: ReturnState, event: facts.GoodsSentBack) -> Said:
    return "goods_sent_back", {"carrier": event.carrier, "tracking_no": event.tracking_no}


def _out_of_stock(state: ReturnState, event: facts.ExchangeOutOfStock) -> Said:
    return "exchange_out_of_stock", {
        "until": event.choose_by,
        "no_answer_means": state.terms.returns.exchange.no_answer_means,
    }


def _exchange_placed(state: ReturnState, event: facts.ExchangePlaced) -> Said:
    return "exchange_placed", {"exchange_order_id": event.exchange_order_id}


def _refund_reported(state: ReturnState, event: facts.RefundReported) -> Said:
    part = next(part for part in state.refunds if part.seq == event.refund_seq)
    money = {"amount_minor": part.amount_minor, "currency": state.bought.currency}
    if event.state != "settled":
        return "refund_failed_hold", money
    deadline = next_deadline(state)
    return "refund_settled", {**money, "until": deadline[0] if deadline else None}


_WORDINGS: dict[type[ReturnEvent], Wording] = {
    facts.Applied: _applied,
    facts.Approved: _approved,
    facts.LabelRefused: _approved,
    facts.LabelMade: _label_made,
    facts.Refused: _refused,
    facts.InfoRequested: _info_requested,
    facts.Reminded: _reminded,
    facts.Expired: _expired,
    facts.Cancelled: _cancelled,
    facts.ParcelRefused: _parcel_refused,
    facts.ParcelMissing: _parcel_missing,
    facts.ParcelLost: _parcel_lost,
    facts.Received: _received,
    facts.Inspected: _inspected,
    facts.GoodsSentBack: _goods_sent_back,
    facts.ExchangeOutOfStock: _out_of_stock,
    facts.ExchangePlaced: _exchange_placed,
    facts.RefundReported: _refund_reported,
}
