"""How each fact changes the watch over a parcel: the only place where its state changes."""

from datetime import datetime
from typing import Any

from domain.cases.folding import Fold
from domain.cases.relief import relief_ended, relief_granted
from domain.parcels import ExceptionChange, MilestoneReached, Scan, heard, told
from domain.parcels.book import ExceptionChangeKind
from domain.shipments import events as facts
from domain.shipments.state import RaisedCase, ShipmentState, Spared

Change = dict[str, Any]
FOLD = Fold[ShipmentState](facts.OWN)


@FOLD.on(facts.Opened)
def _opened(state: ShipmentState, event: facts.Opened, at: datetime) -> Change:
    same = event.model_dump(exclude={"order"})
    return {**same, "stage": "watching", "order": event.order, "opened_at": at}


@FOLD.on(facts.Scanned)
def _scanned(state: ShipmentState, event: facts.Scanned, at: datetime) -> Change:
    return {
        "book": heard(state.book, state.journey, event.scans, max(at, *(scan.at for scan in event.scans)))
    }


@FOLD.on(facts.MilestoneReached)
def _milestone(state: ShipmentState, event: facts.MilestoneReached, at: datetime) -> Change:
    reached = MilestoneReached(milestone=event.milestone, at=event.reached_at, overtaken=event.overtaken)
    return {"book": told(state.book, reached)}


@FOLD.on(facts.ExceptionRaised)
def _raised(state: ShipmentState, event: facts.ExceptionRaised, at: datetime) -> Change:
    case = RaisedCase(number=event.number, kind=event.kind, raised_at=event.raised_at)
    return {**_told(state, "raised", event), "raised": [*state.raised, case]}


@FOLD.on(facts.ExceptionCleared)
def _cleared(state: ShipmentState, event: facts.ExceptionCleared, at: datetime) -> Change:
    return _told(state, "cleared", event)


@FOLD.on(facts.ExceptionWithdrawn)
def _withdrawn(state: ShipmentState, event: facts.ExceptionWithdrawn, at: datetime) -> Change:
    return _told(state, "withdrawn", event)


@FOLD.on(facts.ExceptionRedated)
def _redated(state: ShipmentState, event: facts.ExceptionRedated, at: datetime) -> Change:
    raised = [
        case.model_copy(update={"raised_at": event.raised_at})
        if (case.kind, case.raised_at) == (event.kind, event.was_raised_at)
        else case
        for case in state.raised
    ]
    return {**_told(state, "redated", event), "raised": raised}


@FOLD.on(facts.CaseOpened)
def _case_opened(state: ShipmentState, event: facts.CaseOpened, at: datetime) -> Change:
    if event.refusal is not None:
        return {}
    return {
        "raised": [
            case.model_copy(update={"case_id": event.case_id}) if case.number == event.number else case
            for case in state.raised
        ]
    }


@FOLD.on(facts.Promised)
def _promised(state: ShipmentState, event: facts.Promised, at: datetime) -> Change:
    return {"promised_by": event.promised_by}


@FOLD.on(facts.ReliefGranted)
def _relief_granted(state: ShipmentState, event: facts.ReliefGranted, at: datetime) -> Change:
    began = [] if state.is_relieved else [Spared(since=at)]
    return {**relief_granted(state, event, at), "spared": [*state.spared, *began]}


@FOLD.on(facts.ReliefEnded)
def _relief_ended(state: ShipmentState, event: facts.ReliefEnded, at: datetime) -> Change:
    *before, last = state.spared
    ended = last.model_copy(update={"until": at})
    relieved = state.model_copy(update={"spared": [*before, ended]})
    # The desk knows that the parcel was held: silence counts from here on, as if somebody had seen it.
    held = Scan(at=at, status="held", reason="weather_delay")
    book = state.book
    if state.course(at).ended_at is None:
        book = heard(book, relieved.journey, [held], at)
    return {**relief_ended(state, event, at), "spared": relieved.spared, "book": book}


@FOLD.on(facts.Closed)
def _closed(state: ShipmentState, event: facts.Closed, at: datetime) -> Change:
    return {"stage": "closed", "outcome": event.outcome, "closed_at": at, "closed_in": state.stage}


@FOLD.on(facts.Reopened)
def _reopened(state: ShipmentState, event: facts.Reopened, at: datetime) -> Change:
    return {"stage": "watching", "outcome": None, "closed_at": None}


def _told(state: ShipmentState, change: ExceptionChangeKind, event: Any) -> Change:
    fields = event.model_dump(include={"kind", "raised_at", "cleared_at", "was_raised_at", "reason"})
    return {"book": told(state.book, ExceptionChange(change=change, **fields))}
