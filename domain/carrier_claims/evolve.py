"""`evolve(state, event)`: how each fact changes a claim. The only place where its state changes."""

from datetime import datetime
from typing import Any

from domain.carrier_claims import events as facts
from domain.carrier_claims.state import ClaimState, Stage
from domain.cases.events import CaseEvent
from domain.cases.folding import Fold

Change = dict[str, Any]


def happened_at(state: ClaimState, event: CaseEvent, now: datetime) -> datetime:
    """The carrier's time to claim runs from shipping, whenever we open ours; money has its own time."""
    match event:
        case facts.WindowOpened():
            return min(event.shipped_at, now)
        case facts.Paid():
            return min(max(event.paid_at, state.opened_at or event.paid_at), now)
        case _:
            return now


FOLD = Fold[ClaimState](facts.OWN, happened_at)
_on = FOLD.on


def _to(stage: Stage, **more: Any) -> Change:
    return {"stage": stage, **more}


@_on(facts.Opened)
def _opened(state: ClaimState, event: facts.Opened, at: datetime) -> Change:
    same = ("order", "exception", "carrier", "tracking_no", "reason", "lane", "file_by", "evidence")
    pinned = ("priority", "policy", "policy_hash", "calendar_revision", "terms_hash", "request_hash")
    return _to(
        "filing",
        **{name: getattr(event, name) for name in (*same, *pinned)},
        claimed_minor=event.amount_minor,
        opened_at=at,
    )


@_on(facts.WindowOpened)
def _window_opened(state: ClaimState, event: facts.WindowOpened, at: datetime) -> Change:
    return {"shipped_at": event.shipped_at}


@_on(facts.Filed)
def _filed(state: ClaimState, event: facts.Filed, at: datetime) -> Change:
    """What was withdrawn meanwhile stays so."""
    stage: Stage = "answer" if state.stage == "filing" else state.stage
    return _to(stage, filed_revision=event.revision, carrier_ref=event.carrier_ref)


@_on(facts.EvidenceWanted)
def _evidence_wanted(state: ClaimState, event: facts.EvidenceWanted, at: datetime) -> Change:
    return _to("evidence", evidence_until=event.until)


@_on(facts.EvidenceGiven)
def _evidence_given(state: ClaimState, event: facts.EvidenceGiven, at: datetime) -> Change:
    return _to(
        "filing",
        evidence=[*state.evidence, *event.evidence],
        evidence_until=None,
        revision=state.revision + 1,
    )


@_on(facts.Accepted)
def _accepted(state: ClaimState, event: facts.Accepted, at: datetime) -> Change:
    return _to("payment", accepted_minor=event.amount_minor, evidence_until=None, appeal_by=None)


@_on(facts.Denied)
def _denied(state: ClaimState, event: facts.Denied, at: datetime) -> Change:
    return _to("denied", appeal_by=event.appeal_by, evidence_until=None, accepted_minor=None)


@_on(facts.Appealed)
def _appealed(state: ClaimState, event: facts.Appealed, at: datetime) -> Change:
    return _to(
        "filing",
        appeal=event.reason,
        appeal_by=None,
        evidence=[*state.evidence, *event.evidence],
        revision=state.revision + 1,
    )


@_on(facts.Paid)
def _paid(state: ClaimState, event: facts.Paid, at: datetime) -> Change:
    return _to(
        "booking", paid_minor=event.amount_minor, paid_at=event.paid_at, evidence_until=None, appeal_by=None
    )


@_on(facts.Withdrawn)
def _withdrawn(state: ClaimState, event: facts.Withdrawn, at: datetime) -> Change:
    return _to("withdrawal", evidence_until=None, appeal_by=None)


@_on(facts.Closed)
def _closed(state: ClaimState, event: facts.Closed, at: datetime) -> Change:
    return _to(
        "closed",
        outcome=event.outcome,
        closed_at=at,
        closed_in=state.stage,
        evidence_until=None,
        appeal_by=None,
    )


@_on(facts.Reopened)
def _reopened(state: ClaimState, event: facts.Reopened, at: datetime) -> Change:
    stage: Stage = "answer" if state.filed_revision else "filing"
    return _to(stage, outcome=None, closed_at=None)
