"""`evolve(state, event)`: how each fact changes a return. The only place where its state changes."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.folding import Fold
from domain.cases.steps import refund_reported, refund_started
from domain.records import UnitRange
from domain.returns import advance_events as advances
from domain.returns import aftercare_events as care
from domain.returns import events as facts
from domain.returns import evolve_advances, evolve_aftercare
from domain.returns.amounts import goods_value
from domain.returns.state import LineState, ParcelState, ReturnState, Stage

Change = dict[str, Any]


def happened_at(state: ReturnState, event: CaseEvent, now: datetime) -> datetime:
    """When it happened, by the word of who saw it; never before the case, never after now."""
    match event:
        case facts.Received():
            said = event.received_at
        case facts.Delivered() | advances.PickedUp():
            said = event.scanned_at
        case _:
            return now
    return min(max(said, state.opened_at or said), now)


FOLD = Fold[ReturnState](
    (*facts.OWN, *care.OWN, *advances.OWN),
    happened_at,
    money_asked=(facts.Approved, facts.ParcelLost),
    money_fixed=(facts.Inspected,),
)
_on = FOLD.on
for event, step in (evolve_aftercare.STEPS | evolve_advances.STEPS).items():
    _on(event)(step)
_on(facts.RefundStarted)(refund_started)
_on(facts.RefundReported)(refund_reported)


def _replaced(state: ReturnState, changes: dict[str, Change]) -> dict[str, LineState]:
    return {
        name: line.model_copy(update=changes[name]) if name in changes else line
        for name, line in state.lines.items()
    }


def _to(stage: Stage, **more: Any) -> Change:
    return {"stage": stage, **more}


@_on(facts.Applied)
def _applied(state: ReturnState, event: facts.Applied, at: datetime) -> Change:
    kept = [line for line in event.lines if line.decision != "refuse"]
    refused = [line for line in event.lines if line.decision == "refuse"]
    refused_code = refused[0].code if refused else None
    return _to(
        "review",
        kind=event.kind,
        order=event.order,
        channel=event.channel,
        language=event.language,
        priority=event.priority,
        policy=event.policy,
        policy_hash=event.policy_hash,
        calendar_revision=event.calendar_revision,
        terms_hash=event.terms_hash,
        request_hash=event.request_hash,
        decision=event.decision,
        code=refused_code if refused_code and not kept else "ok",
        refused_units=sum(line.quantity for line in refused),
        refused_code=refused_code,
        lines={line.line: _line(line) for line in kept},
        refused_lines={line.line: _line(line) for line in refused},
        return_freight_payer=event.return_freight_payer,
        preview_minor=event.goods_minor + event.outbound_freight_minor,
        opened_at=at,
    )


def _line(line: facts.AppliedLine) -> LineState:
    return LineState(
        line=line.line, quantity=line.quantity, reason=line.reason, units=line.units, part=line.part
    )


@_on(facts.Approved)
def _approved(state: ReturnState, event: facts.Approved, at: datetime) -> Change:
    return _to("ship_back", ship_back_by=event.ship_back_by, info_requested_at=None, advised=None)


@_on(facts.Refused)
def _refused(state: ReturnState, event: facts.Refused, at: datetime) -> Change:
    let_go = {name: line.model_copy(update={"units": []}) for name, line in state.lines.items()}
    return {"code": event.code, "lines": {}, "refused_lines": state.refused_lines | let_go}


@_on(facts.InfoRequested)
def _info_requested(state: ReturnState, event: facts.InfoRequested, at: datetime) -> Change:
    return {"info_requested_at": at}


@_on(facts.InfoGiven)
def _info_given(state: ReturnState, event: facts.InfoGiven, at: datetime) -> Change:
    return {"info_requested_at": None}


@_on(facts.LabelMade)
def _label_made(state: ReturnState, event: facts.LabelMade, at: datetime) -> Change:
    return {"parcel": ParcelState(carrier=event.carrier, tracking_no=event.tracking_no, label_url=event.url)}


@_on(facts.LabelRefused)
def _label_refused(state: ReturnState, event: facts.LabelRefused, at: datetime) -> Change:
    return {"label_refused": True}


@_on(facts.Reminded)
def _reminded(state: ReturnState, event: facts.Reminded, at: datetime) -> Change:
    return {"reminders": state.reminders + 1, "last_reminded_at": at}


@_on(facts.Shipped)
def _shipped(state: ReturnState, event: facts.Shipped, at: datetime) -> Change:
    url = state.parcel.label_url if state.parcel and state.parcel.tracking_no == event.tracking_no else None
    return {
        "parcel": ParcelState(
            carrier=event.carrier, tracking_no=event.tracking_no, label_url=url, shipped_at=at
        ),
        "return_freight_minor": event.freight_paid_minor,
    }


@_on(facts.Delivered)
def _delivered(state: ReturnState, event: facts.Delivered, at: datetime) -> Change:
    return _parcel(state, delivered_at=event.scanned_at, missing_since=None)


@_on(facts.ParcelMissing)
def _parcel_missing(state: ReturnState, event: facts.ParcelMissing, at: datetime) -> Change:
    return _parcel(state, missing_since=at)


def _parcel(state: ReturnState, **changes: Any) -> Change:
    return {"parcel": state.parcel.model_copy(update=changes)} if state.parcel else {}


@_on(facts.ParcelRefused)
def _parcel_refused(state: ReturnState, event: facts.ParcelRefused, at: datetime) -> Change:
    return _to(
        "ship_back",
        ship_back_by=event.ship_back_by,
        parcel=None,
        parcels_refused=state.parcels_refused + 1,
        reminders=0,
    )


@_on(facts.ParcelLost)
def _parcel_lost(state: ReturnState, event: facts.ParcelLost, at: datetime) -> Change:
    if not event.refund:
        # Money that is out already has to be asked back; without an advance the case is over.
        return _to("settlement" if state.open_advance else state.stage, parcel_lost=True)
    paid = {name: {"passed": line.quantity} for name, line in state.lines.items()}
    return _to("settlement", parcel_lost=True, refund_instead=True, lines=_replaced(state, paid))


@_on(facts.Received)
def _received(state: ReturnState, event: facts.Received, at: datetime) -> Change:
    counted = {
        line.line: {"received": state.lines[line.line].received + line.quantity} for line in event.lines
    }
    return _to("inspection", received_at=event.received_at, lines=_replaced(state, counted))


@_on(facts.Inspected)
def _inspected(state: ReturnState, event: facts.Inspected, at: datetime) -> Change:
    found = {
        line.line: {
            "passed": line.passed,
            "failed": line.failed,
            "short": line.short,
            "wrong_item": line.wrong_item,
            "rejection": line.reason,
            "disposition": line.disposition,
        }
        for line in event.lines
    }
    return _to("settlement", lines=_replaced(state, found))


@_on(facts.GoodsSentBack)
def _goods_sent_back(state: ReturnState, event: facts.GoodsSentBack, at: datetime) -> Change:
    if state.repair is not None and state.repair.state == "repaired":
        return {"repair": state.repair.model_copy(update={"state": "returned"})}
    return {"sent_back_tracking_no": event.tracking_no}


@_on(facts.ExchangePlaced)
def _exchange_placed(state: ReturnState, event: facts.ExchangePlaced, at: datetime) -> Change:
    placed = {event.line: {"exchange_order_id": event.exchange_order_id}}
    return {"lines": _replaced(state, placed), "wait_until": None, "choose_by": None}


@_on(facts.ExchangeOutOfStock)
def _out_of_stock(state: ReturnState, event: facts.ExchangeOutOfStock, at: datetime) -> Change:
    return {"choose_by": event.choose_by, "wait_until": None}


@_on(facts.ChoiceMade)
def _choice_made(state: ReturnState, event: facts.ChoiceMade, at: datetime) -> Change:
    instead = {"kind": "exchange"} if event.choice == "exchange" else {}
    return {
        "choose_by": None,
        "wait_until": event.wait_until,
        "refund_instead": event.choice == "refund",
        **instead,
    }


@_on(facts.Settled)
def _settled(state: ReturnState, event: facts.Settled, at: datetime) -> Change:
    return _to("confirmation", settled_at=at)


@_on(facts.Closed)
def _closed(state: ReturnState, event: facts.Closed, at: datetime) -> Change:
    kept = {name: {"units": _kept(state, event.outcome, line)} for name, line in state.lines.items()}
    return _to(
        "closed", outcome=event.outcome, closed_at=at, closed_in=state.stage, lines=_replaced(state, kept)
    )


@_on(facts.Reopened)
def _reopened(state: ReturnState, event: facts.Reopened, at: datetime) -> Change:
    claimed = {name: {"units": units} for name, units in event.units.items()}
    again = state.model_copy(update={"lines": reopened_lines(state)})
    change: Change = {
        "stage": event.stage,
        "outcome": None,
        "closed_at": None,
        "lines": _replaced(again, claimed),
        "appeal": None,
    }
    if state.outcome == "refused":
        change |= {"code": "ok", "refused_lines": {}, "preview_minor": goods_value(state.bought, event.units)}
    return change | ({"ship_back_by": event.ship_back_by} if event.ship_back_by else {})


def reopened_lines(state: ReturnState) -> dict[str, LineState]:
    """What a closed return goes on with: its lines; of a refused one also those that were refused."""
    return state.refused_lines | state.lines if state.outcome == "refused" else state.lines


def _kept(state: ReturnState, outcome: facts.Outcome, line: LineState) -> list[UnitRange]:
    """Units that nobody may be given money or goods for again."""
    if state.advance is not None and state.advance.outcome == "written_off":
        return line.units
    if outcome == "repaired" or (line.part and line.exchange_order_id):
        return []  # the customer has the goods as they were bought, and may come back with them
    return kept_units(line)


def kept_units(line: LineState) -> list[UnitRange]:
    """What a closed case still claims of a line: the units that were paid back or exchanged, lowest first."""
    left = line.passed
    kept: list[UnitRange] = []
    for units in line.units:
        count = min(units.count, left)
        if count:
            kept.append(units.model_copy(update={"last": units.first + count - 1}))
        left -= count
    return kept
