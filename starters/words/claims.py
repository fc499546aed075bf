"""What happened to a claim against a carrier, in one sentence per event."""

from domain.carrier_claims import events as facts
from starters.money import money
from starters.words.telling import on, plain, until

plain(facts.Expired, "too late for the carrier")


@on(facts.Opened)
def _opened(event: facts.Opened, zone: str) -> str:
    worth = money(event.amount_minor, event.currency)
    return f"claim of {worth} against {event.carrier}, to be filed by {until(event.file_by, zone)}"


@on(facts.WindowOpened)
def _window(event: facts.WindowOpened, zone: str) -> str:
    return f"the carrier's time counts from the shipping at {until(event.shipped_at, zone)}"


@on(facts.Filed)
def _filed(event: facts.Filed, zone: str) -> str:
    return f"filed, revision {event.revision}, as {event.carrier_ref}"


@on(facts.FilingRefused)
def _refused(event: facts.FilingRefused, zone: str) -> str:
    return f"the carrier takes no such claim: {event.reason}"


@on(facts.EvidenceWanted)
def _wanted(event: facts.EvidenceWanted, zone: str) -> str:
    what = f": {event.reason}" if event.reason else ""
    return f"the carrier wants evidence until {until(event.until, zone)}{what}"


@on(facts.EvidenceGiven)
def _given(event: facts.EvidenceGiven, zone: str) -> str:
    return f"evidence given ({len(event.evidence)} files)"


@on(facts.Accepted)
def _accepted(event: facts.Accepted, zone: str) -> str:
    return f"accepted with {event.amount_minor} (minor units)"


@on(facts.Denied)
def _denied(event: facts.Denied, zone: str) -> str:
    why = f": {event.reason}" if event.reason else ""
    again = f"; may be appealed until {until(event.appeal_by, zone)}" if event.appeal_by else ""
    return f"denied{why}{again}"


@on(facts.Appealed)
def _appealed(event: facts.Appealed, zone: str) -> str:
    return f"appealed: {event.reason}"


@on(facts.Paid)
def _paid(event: facts.Paid, zone: str) -> str:
    return f"{event.amount_minor} (minor units) paid at {until(event.paid_at, zone)}"


@on(facts.Withdrawn)
def _withdrawn(event: facts.Withdrawn, zone: str) -> str:
    return f"withdrawn: {event.reason}"


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({event.reason.replace('_', ' ')})"
