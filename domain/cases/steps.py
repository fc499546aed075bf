"""How the facts that every kind shares change its state, and those of money that every kind words its own."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from domain.cases import events as facts
from domain.cases.events import CaseEvent
from domain.cases.links import CaseLink
from domain.cases.state import AnyState, RefundPart

Change = dict[str, Any]
Step = Callable[[Any, Any, datetime], Change]


def _clock_changed(state: AnyState, event: facts.ClockChanged, at: datetime) -> Change:
    return {"breaches": state.breaches + 1} if event.change == "breached" else {}


def _linked(state: AnyState, event: facts.Linked, at: datetime) -> Change:
    kept = [link for link in state.links if link.case_id != event.case_id]
    return {"links": [*kept, CaseLink(case_id=event.case_id, relation=event.relation)]}


def _link_reported(state: AnyState, event: facts.LinkReported, at: datetime) -> Change:
    news = {"stage": event.stage, "outcome": event.outcome, "open": event.open}
    return {
        "links": [
            link.model_copy(update=news) if link.case_id == event.case_id else link for link in state.links
        ]
    }


def _assigned(state: AnyState, event: facts.Assigned, at: datetime) -> Change:
    return {"team": event.team, "assignee": event.assignee}


def refund_started(
    state: AnyState, event: facts.RefundStartedFact, at: datetime, instead_of: Collection[int] | None = None
) -> Change:
    """Step of a kind's refund that was put on its way.

    What came back of earlier ones is paid with it: of these numbers, or of all.
    """
    part = RefundPart(
        seq=event.refund_seq,
        amount_minor=event.amount_minor,
        since=at,
        purpose=event.purpose,
        requested_by=event.requested_by,
        edited_by=event.edited_by,
        way=event.way,
        customer_says=event.customer_says,
    )
    return {"refunds": [*paid_anew(state.refunds, instead_of), part]}


def paid_anew(refunds: Iterable[RefundPart], numbers: Collection[int] | None = None) -> list[RefundPart]:
    """Refunds of which what came back is taken care of: of these numbers, or of all."""
    return [
        part.model_copy(update={"came_back": False})
        if part.came_back and (numbers is None or part.seq in numbers)
        else part
        for part in refunds
    ]


def refund_reported(state: AnyState, event: facts.RefundReportedFact, at: datetime) -> Change:
    """Step of a kind's refund that was heard of."""
    news: Change = {
        "state": event.state,
        "since": at,
        "reason": event.reason,
        "paid_minor": event.paid_minor,
    }
    before = next((part for part in state.refunds if part.seq == event.refund_seq), None)
    if before is not None and before.comes_back(event.state, event.paid_minor):
        news["came_back"] = True
    return _part(state, event.refund_seq, news)


def _part(state: AnyState, seq: int, news: Change) -> Change:
    return {"refunds": [part.model_copy(update=news) if part.seq == seq else part for part in state.refunds]}


def _approval_asked(state: AnyState, event: facts.ApprovalAsked, at: datetime) -> Change:
    return _part(state, event.refund_seq, {"approval": "asked"})


def _approval_answered(state: AnyState, event: facts.ApprovalAnswered, at: datetime) -> Change:
    return _part(state, event.refund_seq, {"approval": event.verdict})


def _money_returned(state: AnyState, event: facts.MoneyReturned, at: datetime) -> Change:
    return {"stage": event.stage, "outcome": None, "closed_at": None}


SHARED_STEPS: dict[type[CaseEvent], Step] = {
    facts.ClockChanged: _clock_changed,
    facts.Linked: _linked,
    facts.LinkReported: _link_reported,
    facts.Assigned: _assigned,
    facts.ApprovalAsked: _approval_asked,
    facts.ApprovalAnswered: _approval_answered,
    facts.MoneyReturned: _money_returned,
}
