"""`evolve(state, event)`: how each fact changes a delivery exception. The only place where it changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.cases import relief
from domain.cases.events import CaseEvent
from domain.cases.folding import Fold
from domain.cases.steps import refund_reported, refund_started
from domain.deliveries import events as facts
from domain.deliveries.state import DeliveryState, Grant, Stage

Change = dict[str, Any]


def happened_at(state: DeliveryState, event: CaseEvent, now: datetime) -> datetime:
    """A scan's own time; never before the case, never after now."""
    if not isinstance(event, facts.Cleared):
        return now
    return min(max(event.scanned_at, state.opened_at or event.scanned_at), now)


FOLD = Fold[DeliveryState](facts.OWN, happened_at, money_asked=(facts.Granted,))
_on = FOLD.on
_on(facts.RefundReported)(refund_reported)
_on(facts.ReliefGranted)(relief.relief_granted)
_on(facts.ReliefEnded)(relief.relief_ended)


def after(state: DeliveryState, events: Sequence[CaseEvent], now: datetime) -> DeliveryState:
    """The state that these events would make."""
    return FOLD.record(state, events, now, "system")[0]


def _to(stage: Stage, **more: Any) -> Change:
    return {"stage": stage, **more}


_AS_REPORTED = (
    *("order", "kind", "reason", "reported_by", "carrier", "tracking_no", "channel", "language", "priority"),
    *("policy_asked", "policy", "policy_hash", "calendar_revision", "terms_hash", "request_hash"),
    *("raised_at", "shipped_at", "promised_by", "origin", "destination", "evidence"),
)
_NOTHING_OFFERED: Change = {
    "options": [],
    "choose_by": None,
    "no_answer_means": None,
    "investigate_until": None,
}


@_on(facts.Reported)
def _reported(state: DeliveryState, event: facts.Reported, at: datetime) -> Change:
    return _to(
        "identification",
        **{name: getattr(event, name) for name in _AS_REPORTED},
        lines={line.line: line.quantity for line in event.lines},
        units={line.line: line.units for line in event.lines},
        opened_at=at,
    )


@_on(facts.Identified)
def _identified(state: DeliveryState, event: facts.Identified, at: datetime) -> Change:
    """What it became is looked into anew where its rule says so."""
    return _to(
        "remedy",
        kind=event.kind,
        party=event.party,
        reason=event.reason,
        looked_into=state.looked_into and event.kind == state.kind,
        **_NOTHING_OFFERED,
    )


@_on(facts.PartyCorrected)
def _party_corrected(state: DeliveryState, event: facts.PartyCorrected, at: datetime) -> Change:
    return {"party": event.party}


@_on(facts.EvidenceAdded)
def _evidence_added(state: DeliveryState, event: facts.EvidenceAdded, at: datetime) -> Change:
    return {"evidence": [*state.evidence, *event.evidence]}


@_on(facts.CustomerTold)
def _customer_told(state: DeliveryState, event: facts.CustomerTold, at: datetime) -> Change:
    return {"told_at": at}


@_on(facts.InvestigationStarted)
def _investigation_started(state: DeliveryState, event: facts.InvestigationStarted, at: datetime) -> Change:
    return _to("investigation", looked_into=True, investigate_until=event.until)


@_on(facts.CarrierAnswered)
def _carrier_answered(state: DeliveryState, event: facts.CarrierAnswered, at: datetime) -> Change:
    return _to("remedy", investigate_until=None, evidence=[*state.evidence, *event.evidence])


@_on(facts.CarrierSilent)
def _carrier_silent(state: DeliveryState, event: facts.CarrierSilent, at: datetime) -> Change:
    return _to("remedy", investigate_until=None)


@_on(facts.Offered)
def _offered(state: DeliveryState, event: facts.Offered, at: datetime) -> Change:
    return _to(
        "choice", options=event.remedies, choose_by=event.choose_by, no_answer_means=event.no_answer_means
    )


@_on(facts.Chosen)
def _chosen(state: DeliveryState, event: facts.Chosen, at: datetime) -> Change:
    """What is being settled stays so until whatever was under way has ended."""
    stage: Stage = "settlement" if state.stage == "settlement" else "remedy"
    return _to(stage, **_NOTHING_OFFERED, chosen=event.remedy, wait_until=event.wait_until)


@_on(facts.Referred)
def _referred(state: DeliveryState, event: facts.Referred, at: datetime) -> Change:
    return _to("decision", **_NOTHING_OFFERED)


@_on(facts.Granted)
def _granted(state: DeliveryState, event: facts.Granted, at: datetime) -> Change:
    """Goods that were to be sent once more and were not ordered are not sent any more."""
    kept = [grant for grant in state.grants if not grant.is_to_be_ordered]
    grant = Grant(remedy=event.remedy, amount_minor=event.amount_minor)
    return _to("settlement", **_NOTHING_OFFERED, chosen=None, wait_until=None, grants=[*kept, grant])


@_on(facts.Declined)
def _declined(state: DeliveryState, event: facts.Declined, at: datetime) -> Change:
    return _to("confirmation", **_NOTHING_OFFERED, feedback_at=at)


@_on(facts.ReplacementOrdered)
def _replacement_ordered(state: DeliveryState, event: facts.ReplacementOrdered, at: datetime) -> Change:
    ordered = state.grants[-1].model_copy(update={"exchange_order_id": event.exchange_order_id})
    return {"grants": [*state.grants[:-1], ordered], "wait_until": None, **_NOTHING_OFFERED}


@_on(facts.OutOfStock)
def _out_of_stock(state: DeliveryState, event: facts.OutOfStock, at: datetime) -> Change:
    means = state.terms.deliveries.stock.no_answer_means
    return {
        "options": ["redeliver", "refund"],
        "choose_by": event.choose_by,
        "no_answer_means": means,
        "wait_until": None,
    }


@_on(facts.RefundStarted)
def _refund_started(state: DeliveryState, event: facts.RefundStarted, at: datetime) -> Change:
    paying = state.grants[state.grant_to_pay]
    grants = [grant.paid_with(event.refund_seq) if grant is paying else grant for grant in state.grants]
    return {**refund_started(state, event, at, paying.refund_seqs), "grants": grants}


@_on(facts.Cleared)
def _cleared(state: DeliveryState, event: facts.Cleared, at: datetime) -> Change:
    arrived = event.scanned_at if event.status == "delivered" else state.arrived_at
    return {"cleared_at": at, "arrived_at": arrived}


@_on(facts.Settled)
def _settled(state: DeliveryState, event: facts.Settled, at: datetime) -> Change:
    return _to("feedback")


@_on(facts.FeedbackGiven)
def _feedback_given(state: DeliveryState, event: facts.FeedbackGiven, at: datetime) -> Change:
    return _to("confirmation", feedback_at=at)


@_on(facts.ClaimRefused)
def _claim_refused(state: DeliveryState, event: facts.ClaimRefused, at: datetime) -> Change:
    return {"claim_refused": True}


@_on(facts.Closed)
def _closed(state: DeliveryState, event: facts.Closed, at: datetime) -> Change:
    """Units that were made up for stay claimed; all others are let go."""
    return _to(
        "closed",
        outcome=event.outcome,
        closed_at=at,
        closed_in=state.stage,
        units=state.units if state.goods_grant else {},
        **_NOTHING_OFFERED,
    )


@_on(facts.Reopened)
def _reopened(state: DeliveryState, event: facts.Reopened, at: datetime) -> Change:
    return _to("decision", outcome=None, closed_at=None, units=event.units)
