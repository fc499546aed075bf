"""`evolve(state, event)`: how each fact changes a return. The only place where its state changes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from domain.records import Recorded, UnitRange
from domain.returns import events as facts
from domain.returns.events import PAYLOADS, ReturnEvent
from domain.returns.state import LineState, ParcelState, RefundPart, ReturnState, Stage
from domain.sla import ClockBook, observe, told

E = TypeVar("E", bound=ReturnEvent)
Change = dict[str, Any]
Step = Callable[[ReturnState, Any, datetime], Change]

_STEPS: dict[type[ReturnEvent], Step] = {}


def evolve(state: ReturnState, record: Recorded, event: ReturnEvent | None = None) -> ReturnState:
    """The state after one recorded fact. `event` spares decoding where the payload is still at hand."""
    event = event or decode(record)
    step = _STEPS.get(type(event))
    change = step(state, event, record.at) if step else {}
    if "stage" in change and change["stage"] != state.stage:
        change["stage_since"] = record.at
    return state.model_copy(
        update={
            **change,
            "seq": record.seq,
            "last_event_at": max(record.at, state.last_event_at or record.at),
            "clocks": _heard(state, record, event),
        }
    )


def _heard(state: ReturnState, record: Recorded, event: ReturnEvent) -> ClockBook:
    if isinstance(event, facts.ClockChanged):
        return told(state.clocks, event.change, record.at)
    return observe(state.clocks, state.terms.clocks, record.type, record.at)


def decode(record: Recorded) -> ReturnEvent:
    """The payload of a stored fact, after upcasting."""
    return PAYLOADS[record.type].model_validate(record.data)


def fold(state: ReturnState, records: list[Recorded]) -> ReturnState:
    """The state after all these facts."""
    for record in records:
        state = evolve(state, record)
    return state


def _on(event: type[E]) -> Callable[[Callable[[ReturnState, E, datetime], Change]], Step]:
    def register(step: Callable[[ReturnState, E, datetime], Change]) -> Step:
        _STEPS[event] = step
        return step

    return register


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
        lines={
            line.line: LineState(line=line.line, quantity=line.quantity, reason=line.reason, units=line.units)
            for line in kept
        },
        return_freight_payer=event.return_freight_payer,
        preview_minor=event.goods_minor + event.outbound_freight_minor,
        opened_at=at,
    )


@_on(facts.Approved)
def _approved(state: ReturnState, event: facts.Approved, at: datetime) -> Change:
    return _to("ship_back", ship_back_by=event.ship_back_by, info_requested_at=None)


@_on(facts.Refused)
def _refused(state: ReturnState, event: facts.Refused, at: datetime) -> Change:
    return {"code": event.code, "lines": {}}


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
        return {"parcel_lost": True}
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
    return {
        "choose_by": None,
        "wait_until": event.wait_until,
        "refund_instead": event.choice == "refund",
    }


@_on(facts.RefundStarted)
def _refund_started(state: ReturnState, event: facts.RefundStarted, at: datetime) -> Change:
    part = RefundPart(seq=event.refund_seq, amount_minor=event.amount_minor, since=at)
    return {"refunds": [*state.refunds, part]}


@_on(facts.RefundReported)
def _refund_reported(state: ReturnState, event: facts.RefundReported, at: datetime) -> Change:
    news = {"state": event.state, "since": at, "reason": event.reason}
    return {
        "refunds": [
            part.model_copy(update=news) if part.seq == event.refund_seq else part for part in state.refunds
        ]
    }


@_on(facts.Settled)
def _settled(state: ReturnState, event: facts.Settled, at: datetime) -> Change:
    return _to("confirmation", settled_at=at)


@_on(facts.Closed)
def _closed(state: ReturnState, event: facts.Closed, at: datetime) -> Change:
    kept = {name: {"units": kept_units(line)} for name, line in state.lines.items()}
    return _to(
        "closed", outcome=event.outcome, closed_at=at, closed_in=state.stage, lines=_replaced(state, kept)
    )


@_on(facts.Reopened)
def _reopened(state: ReturnState, event: facts.Reopened, at: datetime) -> Change:
    claimed = {name: {"units": units} for name, units in event.units.items()}
    change = _to(event.stage, outcome=None, closed_at=None, lines=_replaced(state, claimed))  # type: ignore[arg-type]
    return change | ({"ship_back_by": event.ship_back_by} if event.ship_back_by else {})


@_on(facts.ClockChanged)
def _clock_changed(state: ReturnState, event: facts.ClockChanged, at: datetime) -> Change:
    return {"breaches": state.breaches + 1} if event.change == "breached" else {}


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
