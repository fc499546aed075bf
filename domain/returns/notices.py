"""Which fact of a return tells whom what (sop R4–R7, L3). The policy says which kinds are sent, and how."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.cases.telling import Said, Wording, notices, unpaid_refund
from domain.notices import Notice
from domain.returns import advance_events as advances
from domain.returns import aftercare_events as care
from domain.returns import events as facts
from domain.returns.deadlines import next_deadline
from domain.returns.decisions.settlement import lines_to_exchange, refund_amounts
from domain.returns.state import ReturnState


def notices_of(state: ReturnState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it."""
    return notices(state, fact, now, _WORDINGS)


def _applied(state: ReturnState, event: facts.Applied) -> Said:
    return ("application_received", {}) if event.decision == "review" else None


def _approved(state: ReturnState, event: facts.Approved | facts.LabelRefused) -> Said:
    """With a label the instructions wait for it; goods that are not wanted need none."""
    return None if state.needs_label or state.waived else _instructions(state, {})


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
    is_repaired = state.repair is not None and state.repair.state == "returned"
    return "goods_repaired" if is_repaired else "goods_sent_back", {
        "carrier": event.carrier,
        "tracking_no": event.tracking_no,
    }


def _out_of_stock(state: ReturnState, event: facts.ExchangeOutOfStock) -> Said:
    return "exchange_out_of_stock", {
        "until": event.choose_by,
        "no_answer_means": state.terms.returns.exchange.no_answer_means,
    }


def _exchange_placed(state: ReturnState, event: facts.ExchangePlaced) -> Said:
    return "exchange_placed", {"exchange_order_id": event.exchange_order_id}


def _refund_reported(state: ReturnState, event: facts.RefundReported) -> Said:
    if event.state != "settled":
        return unpaid_refund(state, event.refund_seq, "refund_failed_hold")
    part = next(part for part in state.refunds if part.seq == event.refund_seq)
    money = {"amount_minor": part.amount_minor, "currency": state.bought.currency}
    # What was paid in advance is not for the customer to confirm: the goods are still on their way.
    deadline = None if state.open_advance else next_deadline(state)
    until = deadline[0] if deadline else None
    return "refund_settled", {**money, "until": until, "as_voucher": part.as_voucher or None}


def _advised(state: ReturnState, event: care.Advised) -> Said:
    return "advice_given", {"reason": state.diagnosis, "recommend": event.recommend}


def _goods_waived(state: ReturnState, event: care.GoodsWaived) -> Said:
    return "goods_waived", {}


def _repair_failed(state: ReturnState, event: care.RepairFailed) -> Said:
    """A repair that is tried again is no news to the customer."""
    return ("repair_failed", {"until": event.choose_by}) if event.choose_by else None


def _advanced(state: ReturnState, event: advances.Advanced) -> Said:
    return "refund_advanced", {**_money(event), "until": event.goods_by}


def _clawback_due(state: ReturnState, event: advances.ClawbackDue | advances.ClawbackReminded) -> Said:
    assert state.advance is not None
    money = {"amount_minor": state.advance.amount_minor, "currency": state.bought.currency}
    return "clawback_due", {**money, "until": event.ask_at}


def _clawback_asked(state: ReturnState, event: advances.ClawbackAsked) -> Said:
    return "clawback_asked", _money(event)


def _money(event: advances.Advanced | advances.ClawbackAsked) -> dict[str, Any]:
    return {"amount_minor": event.amount_minor, "currency": event.currency}


_WORDINGS: dict[type[CaseEvent], Wording] = {
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
    care.Advised: _advised,
    care.GoodsWaived: _goods_waived,
    care.RepairFailed: _repair_failed,
    advances.Advanced: _advanced,
    advances.ClawbackDue: _clawback_due,
    advances.ClawbackReminded: _clawback_due,
    advances.ClawbackAsked: _clawback_asked,
}
