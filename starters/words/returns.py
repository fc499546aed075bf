"""What happened to a return, in one sentence per event."""

from domain.returns import events as facts
from starters.money import money
from starters.words.telling import amount_by_way, on, plain, until

plain(facts.Settled, "all that the customer is owed was paid or sent")
plain(facts.Expired, "the goods were not sent in time")


@on(facts.Applied)
def _applied(event: facts.Applied, zone: str) -> str:
    lines = ", ".join(f"{line.quantity} of line {line.line} ({line.reason})" for line in event.lines)
    worth = money(event.goods_minor + event.outbound_freight_minor, event.currency)
    return f"{event.kind} applied for: {lines}, worth {worth}; by rule: {event.decision}"


@on(facts.Approved)
def _approved(event: facts.Approved, zone: str) -> str:
    how = "approved by the policy" if event.automatic else "approved"
    return f"{how}; the goods must be sent before {until(event.ship_back_by, zone)}"


@on(facts.Refused)
def _refused(event: facts.Refused, zone: str) -> str:
    return f"refused ({event.code}): {event.reason}"


@on(facts.InfoRequested)
def _info_requested(event: facts.InfoRequested, zone: str) -> str:
    return f"the customer was asked: {event.question}"


@on(facts.InfoGiven)
def _info_given(event: facts.InfoGiven, zone: str) -> str:
    files = f" ({len(event.attachments)} files)" if event.attachments else ""
    return f"the customer answered: {event.answer}{files}"


@on(facts.LabelMade)
def _label_made(event: facts.LabelMade, zone: str) -> str:
    return f"prepaid label made: {event.carrier} {event.tracking_no}"


@on(facts.LabelRefused)
def _label_refused(event: facts.LabelRefused, zone: str) -> str:
    return f"no label could be had ({event.reason}); the customer sends it themselves"


@on(facts.Reminded)
def _reminded(event: facts.Reminded, zone: str) -> str:
    return f"reminded to send the goods before {until(event.ship_back_by, zone)}"


@on(facts.Shipped)
def _shipped(event: facts.Shipped, zone: str) -> str:
    return f"sent with {event.carrier} {event.tracking_no}"


@on(facts.Delivered)
def _delivered(event: facts.Delivered, zone: str) -> str:
    return f"delivered, scanned {until(event.scanned_at, zone)}"


@on(facts.ParcelRefused)
def _parcel_refused(event: facts.ParcelRefused, zone: str) -> str:
    return f"parcel not taken in ({event.reason}); may be sent again before {until(event.ship_back_by, zone)}"


@on(facts.ParcelMissing)
def _parcel_missing(event: facts.ParcelMissing, zone: str) -> str:
    return f"the parcel is missing, last seen {until(event.last_seen_at, zone)}"


@on(facts.ParcelLost)
def _parcel_lost(event: facts.ParcelLost, zone: str) -> str:
    paid = "paid all the same" if event.refund else "not paid"
    return f"the parcel is lost, {paid}: {event.reason}"


@on(facts.Received)
def _received(event: facts.Received, zone: str) -> str:
    lines = ", ".join(f"{line.quantity} of line {line.line}" for line in event.lines)
    return f"received at {event.warehouse}: {lines or 'nothing new'}"


@on(facts.Inspected)
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


@on(facts.GoodsSentBack)
def _goods_sent_back(event: facts.GoodsSentBack, zone: str) -> str:
    return f"what did not pass goes back with {event.carrier} {event.tracking_no}"


@on(facts.ExchangePlaced)
def _exchange_placed(event: facts.ExchangePlaced, zone: str) -> str:
    return f"replacement ordered: {event.quantity} of line {event.line}, order {event.exchange_order_id}"


@on(facts.ExchangeOutOfStock)
def _out_of_stock(event: facts.ExchangeOutOfStock, zone: str) -> str:
    return f"out of stock: line {event.line}; the customer may choose until {until(event.choose_by, zone)}"


@on(facts.ChoiceMade)
def _choice_made(event: facts.ChoiceMade, zone: str) -> str:
    by = "no answer, so the policy chose" if event.automatic else "the customer chose"
    how_long = f" until {until(event.wait_until, zone)}" if event.wait_until else ""
    return f"{by} to {'be paid' if event.choice == 'refund' else f'wait{how_long}'}"


@on(facts.RefundStarted)
def _refund_started(event: facts.RefundStarted, zone: str) -> str:
    return f"refund {event.refund_seq} of {amount_by_way(event)} is on its way"


@on(facts.RefundReported)
def _refund_reported(event: facts.RefundReported, zone: str) -> str:
    return f"refund {event.refund_seq} {event.state}" + (f": {event.reason}" if event.reason else "")


@on(facts.Confirmed)
def _confirmed(event: facts.Confirmed, zone: str) -> str:
    return "nobody objected in time" if event.automatic else "the customer confirmed"


@on(facts.Cancelled)
def _cancelled(event: facts.Cancelled, zone: str) -> str:
    return "withdrawn" + (f": {event.reason}" if event.reason else "")


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({event.reason.replace('_', ' ')}) in {event.stage.replace('_', ' ')}"
