"""What happened, in one sentence per event: for timelines and for the answer to "why is it there?"."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from domain.records import Recorded
from domain.returns import events as facts
from domain.returns.evolve import decode
from starters.moments import moment
from starters.money import money

E = TypeVar("E", bound=facts.ReturnEvent)
_WORDS: dict[type[facts.ReturnEvent], Callable[[Any, str], str]] = {}

BACKGROUND = (facts.ClockChanged.name, facts.NoticeReported.name)
"""Events that do not move a case."""


def say(record: Recorded, timezone: str) -> str:
    """The event as a sentence without its end; times in the zone."""
    event = decode(record)
    return _WORDS[type(event)](event, timezone)


def _on(event: type[E]) -> Callable[[Callable[[E, str], str]], Callable[[E, str], str]]:
    def register(words: Callable[[E, str], str]) -> Callable[[E, str], str]:
        _WORDS[event] = words
        return words

    return register


def _plain(event: type[facts.ReturnEvent], words: str) -> None:
    _WORDS[event] = lambda _event, _zone: words


def _until(at: datetime, zone: str) -> str:
    return moment(at, zone)


_plain(facts.Settled, "all that the customer is owed was paid or sent")
_plain(facts.Expired, "the goods were not sent in time")


@_on(facts.Applied)
def _applied(event: facts.Applied, zone: str) -> str:
    lines = ", ".join(f"{line.quantity} of line {line.line} ({line.reason})" for line in event.lines)
    worth = money(event.goods_minor + event.outbound_freight_minor, event.currency)
    return f"{event.kind} applied for: {lines}, worth {worth}; by rule: {event.decision}"


@_on(facts.Approved)
def _approved(event: facts.Approved, zone: str) -> str:
    how = "approved by the policy" if event.automatic else "approved"
    return f"{how}; the goods must be sent before {_until(event.ship_back_by, zone)}"


@_on(facts.Refused)
def _refused(event: facts.Refused, zone: str) -> str:
    return f"refused ({event.code}): {event.reason}"


@_on(facts.InfoRequested)
def _info_requested(event: facts.InfoRequested, zone: str) -> str:
    return f"the customer was asked: {event.question}"


@_on(facts.InfoGiven)
def _info_given(event: facts.InfoGiven, zone: str) -> str:
    files = f" ({len(event.attachments)} files)" if event.attachments else ""
    return f"the customer answered: {event.answer}{files}"


@_on(facts.LabelMade)
def _label_made(event: facts.LabelMade, zone: str) -> str:
    return f"prepaid label made: {event.carrier} {event.tracking_no}"


@_on(facts.LabelRefused)
def _label_refused(event: facts.LabelRefused, zone: str) -> str:
    return f"no label could be had ({event.reason}); the customer sends it themselves"


@_on(facts.Reminded)
def _reminded(event: facts.Reminded, zone: str) -> str:
    return f"reminded to send the goods before {_until(event.ship_back_by, zone)}"


@_on(facts.Shipped)
def _shipped(event: facts.Shipped, zone: str) -> str:
    return f"sent with {event.carrier} {event.tracking_no}"


@_on(facts.Delivered)
def _delivered(event: facts.Delivered, zone: str) -> str:
    return f"delivered, scanned {_until(event.scanned_at, zone)}"


@_on(facts.ParcelRefused)
def _parcel_refused(event: facts.ParcelRefused, zone: str) -> str:
    return (
        f"parcel not taken in ({event.reason}); may be sent again before {_until(event.ship_back_by, zone)}"
    )


@_on(facts.ParcelMissing)
def _parcel_missing(event: facts.ParcelMissing, zone: str) -> str:
    return f"the parcel is missing, last seen {_until(event.last_seen_at, zone)}"


@_on(facts.ParcelLost)
def _parcel_lost(event: facts.ParcelLost, zone: str) -> str:
    paid = "paid all the same" if event.refund else "not paid"
    return f"the parcel is lost, {paid}: {event.reason}"


@_on(facts.Received)
def _received(event: facts.Received, zone: str) -> str:
    lines = ", ".join(f"{line.quantity} of line {line.line}" for line in event.lines)
    return f"received at {event.warehouse}: {lines or 'nothing new'}"


@_on(facts.Inspected)
def _inspected(event: facts.Inspected, zone: str) -> str:
    return "inspected: " + "; ".join(map(_found, event.lines))


def _found(line: facts.InspectedUnits) -> str:
    counts = {
        "passed": line.passed,
        "failed": line.failed,
        "short": line.short,
        "wrong item": line.wrong_item,
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"line {line.line} {told}" + (f" ({line.reason})" if line.reason else "")


@_on(facts.GoodsSentBack)
def _goods_sent_back(event: facts.GoodsSentBack, zone: str) -> str:
    return f"what did not pass goes back with {event.carrier} {event.tracking_no}"


@_on(facts.ExchangePlaced)
def _exchange_placed(event: facts.ExchangePlaced, zone: str) -> str:
    return f"replacement ordered: {event.quantity} of line {event.line}, order {event.exchange_order_id}"


@_on(facts.ExchangeOutOfStock)
def _out_of_stock(event: facts.ExchangeOutOfStock, zone: str) -> str:
    return f"out of stock: line {event.line}; the customer may choose until {_until(event.choose_by, zone)}"


@_on(facts.ChoiceMade)
def _choice_made(event: facts.ChoiceMade, zone: str) -> str:
    by = "no answer, so the policy chose" if event.automatic else "the customer chose"
    until = f" until {_until(event.wait_until, zone)}" if event.wait_until else ""
    return f"{by} to {'be paid' if event.choice == 'refund' else f'wait{until}'}"


@_on(facts.RefundStarted)
def _refund_started(event: facts.RefundStarted, zone: str) -> str:
    return f"refund {event.refund_seq} of {money(event.amount_minor, event.currency)} is on its way"


@_on(facts.RefundReported)
def _refund_reported(event: facts.RefundReported, zone: str) -> str:
    return f"refund {event.refund_seq} {event.state}" + (f": {event.reason}" if event.reason else "")


@_on(facts.Confirmed)
def _confirmed(event: facts.Confirmed, zone: str) -> str:
    return "nobody objected in time" if event.automatic else "the customer confirmed"


@_on(facts.Cancelled)
def _cancelled(event: facts.Cancelled, zone: str) -> str:
    return "withdrawn" + (f": {event.reason}" if event.reason else "")


@_on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@_on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({event.reason.replace('_', ' ')}) in {event.stage.replace('_', ' ')}"


@_on(facts.NoticeReported)
def _notice(event: facts.NoticeReported, zone: str) -> str:
    kind = event.kind.replace("_", " ")
    return f"told by {event.channel}: {kind}" if event.state == "sent" else f"could not be told: {kind}"


@_on(facts.ClockChanged)
def _clock(event: facts.ClockChanged, zone: str) -> str:
    rung = f" at {event.rung}" if event.rung else ""
    due = (
        f", due {_until(event.due_at, zone)}"
        if event.due_at and event.change in ("activated", "resumed")
        else ""
    )
    return f"clock {event.metric} {event.change}{rung}{due}"
