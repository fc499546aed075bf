"""Which fact of a delivery exception tells the customer what (sop L3, L5, L7)."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.cases.telling import Said, Wording, notices, unpaid_refund
from domain.deliveries import events as facts
from domain.deliveries.state import DeliveryState
from domain.notice_kinds import CustomerNotice
from domain.notices import Notice
from domain.policy.periods import period_end

FIRST_NOTICE: CustomerNotice = "delivery_exception"
"""By which the customer knows of it (sop L5: before they ask)."""


def notices_of(state: DeliveryState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it."""
    return notices(state, fact, now, _WORDINGS)


def _parcel(state: DeliveryState) -> dict[str, Any]:
    return {"code": state.kind, "carrier": state.carrier, "tracking_no": state.tracking_no}


def _reported(state: DeliveryState, event: facts.Reported) -> Said:
    """The customer hears of it at once; what was decided at once stands in the same notice."""
    grant = state.grant
    return FIRST_NOTICE, {
        **_parcel(state),
        "reported_by": event.reported_by,
        "until": state.choose_by or state.investigate_until,
        "remedies": state.options or None,
        "remedy": grant.remedy if grant else state.no_answer_means,
    }


def _identified(state: DeliveryState, event: facts.Identified) -> Said:
    """What the watch told of became something else: the customer hears of that too."""
    if event.automatic or state.reported_by != "watch":
        return None
    until = state.choose_by or state.investigate_until
    return FIRST_NOTICE, {**_parcel(state), "reported_by": "watch", "until": until}


def _offered(state: DeliveryState, event: facts.Offered) -> Said:
    """Unless the first notice says it already."""
    if state.stage_since == state.opened_at:
        return None
    return _choice(event.remedies, event.choose_by, event.no_answer_means)


def _out_of_stock(state: DeliveryState, event: facts.OutOfStock) -> Said:
    means = state.terms.deliveries.stock.no_answer_means
    return _choice(["redeliver", "refund"], event.choose_by, means, code="out_of_stock")


def _choice(remedies: list[Any], until: datetime, silent: str, **more: str) -> Said:
    return "delivery_choice", {"remedies": remedies, "until": until, "remedy": silent, **more}


def _feedback(state: DeliveryState, event: facts.FeedbackGiven) -> Said:
    """What was done and why, and until when they may object."""
    grant = state.grants[-1]
    within = state.terms.deliveries.confirm_within
    part = next((part for part in state.refunds if part.seq == grant.refund_seq), None)
    money = {"amount_minor": grant.amount_minor, "currency": state.bought.currency}
    written = "\n".join(text for text in (event.done, event.cause, event.prevention) if text)
    return "delivery_resolved", {
        "code": state.kind,
        "remedy": grant.remedy,
        "exchange_order_id": grant.exchange_order_id,
        "reason": written or None,
        "until": period_end(within, state.feedback_at, state.timezone) if state.feedback_at else None,
        "as_voucher": (part and part.as_voucher) or None,
        **(money if grant.remedy != "redeliver" and grant.amount_minor else {}),
    }


def _declined(state: DeliveryState, event: facts.Declined) -> Said:
    within = state.terms.deliveries.confirm_within
    until = period_end(within, state.feedback_at, state.timezone) if state.feedback_at else None
    return "delivery_declined", {"code": state.kind, "reason": event.reason, "until": until}


def _cleared(state: DeliveryState, event: facts.Cleared) -> Said:
    """Found or delivered after all; what was given stays theirs."""
    grant = state.grant if state.open or state.grants else None
    return "delivery_cleared", {
        **_parcel(state),
        "arrived": event.status == "delivered",
        "remedy": grant.remedy if grant else None,
    }


def _refund_reported(state: DeliveryState, event: facts.RefundReported) -> Said:
    """A refund that settled is told by the feedback; one that did not is no secret."""
    if event.state == "settled":
        return None
    return unpaid_refund(state, event.refund_seq, "refund_failed_hold")


def _relief(state: DeliveryState, event: facts.ReliefGranted) -> Said:
    """Once for each window."""
    if not event.tell:
        return None
    return "extreme_weather", {
        "code": event.reason,
        "carrier": state.carrier,
        "tracking_no": state.tracking_no,
        "until": event.until,
    }


_WORDINGS: dict[type[CaseEvent], Wording] = {
    facts.Reported: _reported,
    facts.Identified: _identified,
    facts.Offered: _offered,
    facts.OutOfStock: _out_of_stock,
    facts.FeedbackGiven: _feedback,
    facts.Declined: _declined,
    facts.Cleared: _cleared,
    facts.RefundReported: _refund_reported,
    facts.ReliefGranted: _relief,
}
