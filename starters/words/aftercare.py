"""What happened to a return beside the plain way, in one sentence per event."""

from domain.returns import advance_events as advances
from domain.returns import aftercare_events as care
from starters.money import money
from starters.words.telling import on, until


@on(care.Diagnosed)
def _diagnosed(event: care.Diagnosed, zone: str) -> str:
    return f"diagnosed: {event.diagnosis}"


@on(care.Advised)
def _advised(event: care.Advised, zone: str) -> str:
    return f"the desk recommends: {event.recommend}; the customer is asked"


@on(care.AdviceAnswered)
def _advice_answered(event: care.AdviceAnswered, zone: str) -> str:
    return f"the customer's word on the advice: {event.kind}"


@on(care.GoodsWaived)
def _goods_waived(event: care.GoodsWaived, zone: str) -> str:
    by = "the policy" if event.automatic else "the desk"
    return f"nothing need come back: {by} does without the goods"


@on(care.RepairOrdered)
def _repair_ordered(event: care.RepairOrdered, zone: str) -> str:
    return f"repair ordered (attempt {event.attempt}); to be done before {until(event.repair_by, zone)}"


@on(care.Repaired)
def _repaired(event: care.Repaired, zone: str) -> str:
    return f"repaired at attempt {event.attempt}"


@on(care.RepairFailed)
def _repair_failed(event: care.RepairFailed, zone: str) -> str:
    then = f"; the customer may choose until {until(event.choose_by, zone)}" if event.choose_by else ""
    return f"the repair failed ({event.reason}){then}"


@on(care.Appealed)
def _appealed(event: care.Appealed, zone: str) -> str:
    return f"the customer appeals: {event.reason}"


@on(advances.PickedUp)
def _picked_up(event: advances.PickedUp, zone: str) -> str:
    return f"the carrier has it, scanned {until(event.scanned_at, zone)}"


@on(advances.Advanced)
def _advanced(event: advances.Advanced, zone: str) -> str:
    worth = money(event.amount_minor, event.currency)
    return f"{worth} goes out in advance; the goods must be here before {until(event.goods_by, zone)}"


@on(advances.AdvanceDeclined)
def _advance_declined(event: advances.AdvanceDeclined, zone: str) -> str:
    return f"the money waits for the goods ({event.reason.replace('_', ' ')})"


@on(advances.ClawbackDue)
def _clawback_due(event: advances.ClawbackDue, zone: str) -> str:
    return f"goods paid for in advance are late; the money is asked back at {until(event.ask_at, zone)}"


@on(advances.ClawbackReminded)
def _clawback_reminded(event: advances.ClawbackReminded, zone: str) -> str:
    return f"told again of late goods; the money is asked back at {until(event.ask_at, zone)}"


@on(advances.ClawbackAsked)
def _clawback_asked(event: advances.ClawbackAsked, zone: str) -> str:
    return f"asked to pay {money(event.amount_minor, event.currency)} back"


@on(advances.ClawbackAnswered)
def _clawback_answered(event: advances.ClawbackAnswered, zone: str) -> str:
    return f"what was asked back is {event.outcome.replace('_', ' ')}: {event.reason}"


@on(advances.AdvanceEnded)
def _advance_ended(event: advances.AdvanceEnded, zone: str) -> str:
    return f"the advance is {event.outcome.replace('_', ' ')}, and the books say so"
