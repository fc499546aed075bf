"""`evolve(state, event)`: how each fact changes a complaint. The only place where its state changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.folding import Fold
from domain.cases.steps import paid_anew, refund_reported, refund_started
from domain.complaints import events as facts
from domain.complaints import solution_events as solving
from domain.complaints.record import Statement
from domain.complaints.state import ComplaintState, Stage

Change = dict[str, Any]


def happened_at(state: ComplaintState, event: CaseEvent, now: datetime) -> datetime:
    """A complaint counts from its receipt, which may be written down later; all else from when it is done."""
    del state
    return event.received_at if isinstance(event, facts.Opened) else now


FOLD = Fold[ComplaintState]((*facts.OWN, *solving.OWN), happened_at, money_asked=(solving.Proposed,))
_on = FOLD.on
_on(solving.RefundReported)(refund_reported)


_AS_TAKEN_IN = (
    *("order", "goods", "occurred_at", "content", "demand", "channel", "transcript", "attachments"),
    *("source", "regulator_reference", "language", "category", "severity", "urgency", "priority"),
    *("policy_asked", "policy", "policy_hash", "calendar_revision", "terms_hash", "request_hash"),
)
"""Fields of the opening that the state keeps as they are."""


def _to(stage: Stage, **more: Any) -> Change:
    return {"stage": stage, **more}


def _measures(state: ComplaintState, numbers: Iterable[int], **changes: Any) -> Change:
    chosen = set(numbers)
    return {
        "measures": [
            measure.model_copy(update=changes) if measure.number in chosen else measure
            for measure in state.measures
        ]
    }


@_on(facts.Opened)
def _opened(state: ComplaintState, event: facts.Opened, at: datetime) -> Change:
    return _to(
        "intake",
        **{name: getattr(event, name) for name in _AS_TAKEN_IN},
        complainant=event.customer_id,
        given_timezone=event.timezone,
        owner=event.taken_in_by,
        opened_at=at,
    )


@_on(facts.Acknowledged)
def _acknowledged(state: ComplaintState, event: facts.Acknowledged, at: datetime) -> Change:
    return {"acknowledged_at": at, "owner": state.owner or event.agent}


@_on(facts.Classified)
def _classified(state: ComplaintState, event: facts.Classified, at: datetime) -> Change:
    return {"category": event.category}


@_on(facts.Graded)
def _graded(state: ComplaintState, event: facts.Graded, at: datetime) -> Change:
    return {"severity": event.severity, "urgency": event.urgency, "priority": event.priority}


@_on(facts.Dispatched)
def _dispatched(state: ComplaintState, event: facts.Dispatched, at: datetime) -> Change:
    return _to("review", team=event.team, assignee=None, taken_at=None)


@_on(facts.Transferred)
def _transferred(state: ComplaintState, event: facts.Transferred, at: datetime) -> Change:
    return {"team": event.team, "assignee": None, "taken_at": None, "transfers": event.transfer}


@_on(facts.Taken)
def _taken(state: ComplaintState, event: facts.Taken, at: datetime) -> Change:
    return {"assignee": event.agent, "taken_at": at, "owner": state.owner or event.agent}


@_on(facts.HandedOver)
def _handed_over(state: ComplaintState, event: facts.HandedOver, at: datetime) -> Change:
    return {"owner": event.owner}


@_on(facts.InfoRequested)
def _info_requested(state: ComplaintState, event: facts.InfoRequested, at: datetime) -> Change:
    return {"info_requested_at": at}


@_on(facts.InfoGiven)
def _info_given(state: ComplaintState, event: facts.InfoGiven, at: datetime) -> Change:
    return {"info_requested_at": None, "attachments": [*state.attachments, *event.attachments]}


@_on(facts.Accepted)
def _accepted(state: ComplaintState, event: facts.Accepted, at: datetime) -> Change:
    return _to("investigation")


@_on(facts.Rejected)
def _rejected(state: ComplaintState, event: facts.Rejected, at: datetime) -> Change:
    return {"rejection": event.reason}


@_on(facts.StatementAsked)
def _statement_asked(state: ComplaintState, event: facts.StatementAsked, at: datetime) -> Change:
    return {"statements": [*state.statements, Statement(number=event.statement, party=event.party)]}


@_on(facts.StatementGiven)
def _statement_given(state: ComplaintState, event: facts.StatementGiven, at: datetime) -> Change:
    return {
        "statements": [
            each.model_copy(update={"answered": True}) if each.number == event.statement else each
            for each in state.statements
        ]
    }


@_on(facts.EvidenceAdded)
def _evidence_added(state: ComplaintState, event: facts.EvidenceAdded, at: datetime) -> Change:
    return {"evidence": [*state.evidence, event.evidence]}


@_on(facts.Found)
def _found(state: ComplaintState, event: facts.Found, at: datetime) -> Change:
    return _to("solution", finding=event.finding)


@_on(facts.CustomerUpdated)
def _customer_updated(state: ComplaintState, event: facts.CustomerUpdated, at: datetime) -> Change:
    return {"updates": state.updates + 1, "last_updated_at": at}


@_on(solving.Proposed)
def _proposed(state: ComplaintState, event: solving.Proposed, at: datetime) -> Change:
    """The desk has decided on all that came back by then."""
    measures = [*state.measures, *event.measures]
    return _to("follow_up", reasons=event.reasons, measures=measures, refunds=paid_anew(state.refunds))


@_on(solving.RefundStarted)
def _refund_started(state: ComplaintState, event: solving.RefundStarted, at: datetime) -> Change:
    paid_by = _measures(state, [event.measure], refund_seq=event.refund_seq)
    return {**refund_started(state, event, at, ()), **paid_by}


@_on(solving.MeasureRefused)
def _measure_refused(state: ComplaintState, event: solving.MeasureRefused, at: datetime) -> Change:
    return _measures(state, [event.measure], refused_code=event.code)


@_on(solving.MeasuresFailed)
def _measures_failed(state: ComplaintState, event: solving.MeasuresFailed, at: datetime) -> Change:
    return _to("solution", **_measures(state, event.measures, given_up=True))


@_on(facts.Answered)
def _answered(state: ComplaintState, event: facts.Answered, at: datetime) -> Change:
    return _to("confirmation", answer_sha256=event.sha256, asked_at=at, reminders=0)


@_on(facts.Reminded)
def _reminded(state: ComplaintState, event: facts.Reminded, at: datetime) -> Change:
    return {"reminders": event.reminder, "asked_at": at}


@_on(facts.EvaluatedAgain)
def _evaluated_again(state: ComplaintState, event: facts.EvaluatedAgain, at: datetime) -> Change:
    return _to("investigation", round=event.round, rejection=None, final_reason=None)


@_on(facts.FinalAsked)
def _final_asked(state: ComplaintState, event: facts.FinalAsked, at: datetime) -> Change:
    return _to("decision", final_reason=event.reason)


@_on(facts.Closed)
def _closed(state: ComplaintState, event: facts.Closed, at: datetime) -> Change:
    return _to("closed", outcome=event.outcome, closed_at=at, closed_in=state.stage)


@_on(facts.Reopened)
def _reopened(state: ComplaintState, event: facts.Reopened, at: datetime) -> Change:
    return _to("investigation", outcome=None, closed_at=None, rejection=None, round=event.round)
