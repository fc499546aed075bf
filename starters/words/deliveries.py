"""What happened to a delivery exception, in one sentence per event."""

from domain.deliveries import events as facts
from starters.money import money
from starters.words.telling import amount_by_way, on, plain, until

plain(facts.CarrierSilent, "the carrier did not answer in time")
plain(facts.Settled, "what was granted was paid or sent")
plain(facts.ReliefEnded, "the extreme weather is over; the clocks go on")


@on(facts.Reported)
def _reported(event: facts.Reported, zone: str) -> str:
    lines = ", ".join(f"{line.quantity} of line {line.line}" for line in event.lines)
    what = event.kind.replace("_", " ")
    return f"{what}, told by the {event.reported_by}: {event.carrier} {event.tracking_no} ({lines})"


@on(facts.Identified)
def _identified(event: facts.Identified, zone: str) -> str:
    return f"identified as {event.kind.replace('_', ' ')}; {event.party} answers for it"


@on(facts.PartyCorrected)
def _party(event: facts.PartyCorrected, zone: str) -> str:
    return f"{event.party} answers for it: {event.reason}"


@on(facts.EvidenceAdded)
def _evidence(event: facts.EvidenceAdded, zone: str) -> str:
    return f"evidence added ({len(event.evidence)} files)"


@on(facts.CustomerTold)
def _told(event: facts.CustomerTold, zone: str) -> str:
    return f"the customer knows of it, by {event.how}"


@on(facts.InvestigationStarted)
def _investigation(event: facts.InvestigationStarted, zone: str) -> str:
    return f"the carrier is asked, until {until(event.until, zone)}"


@on(facts.CarrierAnswered)
def _answered(event: facts.CarrierAnswered, zone: str) -> str:
    fault = "at fault" if event.at_fault else "not at fault"
    return f"the carrier says that it is {fault}" + (f": {event.reason}" if event.reason else "")


@on(facts.Offered)
def _offered(event: facts.Offered, zone: str) -> str:
    return f"offered: {' or '.join(event.remedies)}, to be chosen until {until(event.choose_by, zone)}"


@on(facts.Chosen)
def _chosen(event: facts.Chosen, zone: str) -> str:
    by = "no answer, so the policy chose" if event.automatic else "the customer chose"
    return f"{by} {event.remedy}"


@on(facts.Referred)
def _referred(event: facts.Referred, zone: str) -> str:
    why = f": {event.reason}" if event.reason else ""
    return f"a person decides ({event.code.replace('_', ' ')}){why}"


@on(facts.Granted)
def _granted(event: facts.Granted, zone: str) -> str:
    worth = f", worth {money(event.amount_minor, event.currency)}" if event.amount_minor else ""
    by = " by the policy" if event.automatic else ""
    return f"granted{by}: {event.remedy}{worth}"


@on(facts.Declined)
def _declined(event: facts.Declined, zone: str) -> str:
    return f"declined: {event.reason}"


@on(facts.ReplacementOrdered)
def _replacement(event: facts.ReplacementOrdered, zone: str) -> str:
    return f"the goods are sent once more, order {event.exchange_order_id}"


@on(facts.OutOfStock)
def _out_of_stock(event: facts.OutOfStock, zone: str) -> str:
    return f"out of stock; the customer may choose until {until(event.choose_by, zone)}"


@on(facts.RefundStarted)
def _refund_started(event: facts.RefundStarted, zone: str) -> str:
    return f"refund {event.refund_seq} of {amount_by_way(event)} is on its way"


@on(facts.RefundReported)
def _refund_reported(event: facts.RefundReported, zone: str) -> str:
    return f"refund {event.refund_seq} {event.state}" + (f": {event.reason}" if event.reason else "")


@on(facts.Cleared)
def _cleared(event: facts.Cleared, zone: str) -> str:
    how = "it was delivered after all" if event.status == "delivered" else "the parcel moves again"
    return f"cleared: {how}, scanned {until(event.scanned_at, zone)}"


@on(facts.FeedbackGiven)
def _feedback(event: facts.FeedbackGiven, zone: str) -> str:
    by = "by the policy's words" if event.automatic else f"in writing: {event.done}"
    return f"the customer was told what was done, {by}"


@on(facts.Confirmed)
def _confirmed(event: facts.Confirmed, zone: str) -> str:
    return "nobody objected in time" if event.automatic else "the customer confirmed"


@on(facts.Objected)
def _objected(event: facts.Objected, zone: str) -> str:
    return f"the customer is not content: {event.reason}"


@on(facts.ClaimRefused)
def _claim_refused(event: facts.ClaimRefused, zone: str) -> str:
    return f"no claim could be opened: {event.reason}"


@on(facts.ReliefGranted)
def _relief(event: facts.ReliefGranted, zone: str) -> str:
    return f"extreme weather in {event.region} ({event.reason}) until {until(event.until, zone)}"


@on(facts.Cancelled)
def _cancelled(event: facts.Cancelled, zone: str) -> str:
    return "withdrawn" + (f": {event.reason}" if event.reason else "")


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({event.reason.replace('_', ' ')})"
