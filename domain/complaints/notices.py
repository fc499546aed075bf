"""Which fact of a complaint tells the customer what (sop C9, C12, C13). The policy says which, and how."""

from datetime import datetime

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.cases.telling import Said, Wording, notices, unpaid_refund
from domain.complaints import events as facts
from domain.complaints import solution_events as solving
from domain.complaints.deadlines import next_deadline
from domain.complaints.state import ComplaintState
from domain.notices import Notice


def notices_of(state: ComplaintState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it."""
    return notices(state, fact, now, _WORDINGS)


def _opened(state: ComplaintState, event: facts.Opened) -> Said:
    """At once and by itself; it is not the first answer, which a person gives."""
    return "complaint_received", {}


def _info_requested(state: ComplaintState, event: facts.InfoRequested) -> Said:
    return "complaint_question", {"question": event.question}


def _statement_asked(state: ComplaintState, event: facts.StatementAsked) -> Said:
    return ("complaint_question", {"question": event.question}) if event.party == "customer" else None


def _customer_updated(state: ComplaintState, event: facts.CustomerUpdated) -> Said:
    return "complaint_update", {"reason": event.words}


def _answered(state: ComplaintState, event: facts.Answered) -> Said:
    return "complaint_answer", {"text": event.text, "until": _until(state)}


def _reminded(state: ComplaintState, event: facts.Reminded) -> Said:
    return "complaint_reminder", {"until": _until(state)}


def _until(state: ComplaintState) -> datetime | None:
    deadline = next_deadline(state)
    return deadline[0] if deadline else None


def _evaluated_again(state: ComplaintState, event: facts.EvaluatedAgain) -> Said:
    return "complaint_reopened", {}


def _refund_reported(state: ComplaintState, event: solving.RefundReported) -> Said:
    part = next(part for part in state.refunds if part.seq == event.refund_seq)
    if part.purpose == "voucher":  # the shop brings it
        return None
    if event.state != "settled":
        return unpaid_refund(state, event.refund_seq, "complaint_payment_held")
    money = {"amount_minor": part.amount_minor, "currency": state.bought.currency}
    return "complaint_paid", {**money, "as_voucher": part.as_voucher or None}


def _closed(state: ComplaintState, event: facts.Closed) -> Said:
    return "complaint_closed", {"outcome": event.outcome}


_WORDINGS: dict[type[CaseEvent], Wording] = {
    facts.Opened: _opened,
    facts.InfoRequested: _info_requested,
    facts.StatementAsked: _statement_asked,
    facts.CustomerUpdated: _customer_updated,
    facts.Answered: _answered,
    facts.Reminded: _reminded,
    facts.EvaluatedAgain: _evaluated_again,
    facts.Reopened: _evaluated_again,
    solving.RefundReported: _refund_reported,
    facts.Closed: _closed,
}
