"""What may happen to a delivery exception next, by the dice: requests, money, goods, late scans, storms."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from domain.cases.events import CaseEvent
from domain.cases.messages import RefundReport, Reopen
from domain.cases.news import refund_news
from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.decisions import decide
from domain.deliveries.decisions import settlement as settling
from domain.deliveries.decisions.opening import decide_open, decide_reopen
from domain.deliveries.kind import DELIVERY
from domain.deliveries.opening import Prepared
from domain.deliveries.state import DeliveryState
from domain.records import UnitRange
from tests.domain.clock_stories import Driver, Opening
from tests.domain.deliveries.given import CONFIRM, FEEDBACK, PHOTO, choose, decide_on, report, terms
from tests.domain.returns.given import OPENED_AT, order

TERMS = terms()
KINDS = ("late", "stalled", "loss", "damage", "wrong_delivery", "signed_not_received", "short_contents")
REPORTERS = ("watch", "customer", "agent")
CASE_ID = "delivery:m1:D-1"


def _begin(dice: Random) -> Opening:
    bought = order()
    told = report(dice.choice(KINDS), reported_by=dice.choice(REPORTERS))
    units = {line.line: [UnitRange(first=1, last=line.quantity)] for line in bought.lines}
    seen = dice.choice((None, "delivered"))
    prepared = Prepared(order=bought, terms=TERMS, terms_hash="t", units=units, last_status=seen)
    blank = DELIVERY.blank(CASE_ID, TERMS)
    return Opening(OPENED_AT, TERMS, decide_open(blank, told, prepared, "h", OPENED_AT))


def _next(state: DeliveryState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        units = {line: [UnitRange(first=1, last=count)] for line, count in state.lines.items()}
        return decide_reopen(state, Reopen(reason="by_ops", by="ops"), units, now)
    if state.stage == "settlement" and dice.random() < 0.8:
        return _settle(state, dice, now)
    return decide(state, dice.choice(_requests(state, dice, now)), now)


def _requests(state: DeliveryState, dice: Random, now: datetime) -> list[ask.Command]:
    remedy = dice.choice(("redeliver", "refund", "compensate", None))
    decision = decide_on(remedy, **({"amount_minor": 500} if remedy == "compensate" else {}))
    by_stage: dict[str, list[ask.Command]] = {
        "identification": [ask.Identify.model_validate({"by": "a", "kind": dice.choice(KINDS)}), decision],
        "investigation": [
            ask.CarrierAnswered(by="a", at_fault=dice.random() < 0.7, reason="x"),
            _cleared(state, dice, now),
        ],
        "choice": [choose(dice.choice(state.options)) if state.options else decision],
        "decision": [decision],
        "settlement": [
            choose(dice.choice(("redeliver", "refund"))),
            ask.PayAgain(by="l", reason="x"),
            ask.PayAgain(by="l", reason="x", way="voucher", customer_says=dice.choice((None, "call 7"))),
            _cleared(state, dice, now),
        ],
        "feedback": [FEEDBACK],
        "confirmation": [CONFIRM, ask.Object(reason="x")],
    }
    return [*by_stage[state.stage] * 2, _beside(dice, now)]


def _beside(dice: Random, now: datetime) -> ask.Command:
    """What is no step of the stage; a storm may last, or be over already."""
    until = now + timedelta(hours=dice.choice((6, 50, -1)))
    asked: list[ask.Command] = [
        ask.AddEvidence(by="a", evidence=[PHOTO]),
        ask.Contacted(by="a", how="phone"),
        ask.CorrectParty(by="a", party="carrier" if dice.random() < 0.5 else "retailer", reason="x"),
        ask.GrantRelief(by="w", window="w1", region="CN-33", reason="weather_delay", until=until),
        ask.GrantRelief(by="w", window="w1", region="CN-33", reason="weather_delay", until=until),
        ask.CallOff() if dice.random() < 0.2 else ask.Contacted(by="a", how="chat"),
    ]
    return dice.choice(asked)


def _cleared(state: DeliveryState, dice: Random, now: datetime) -> ask.ScanCleared:
    """A scan that comes as late as scans do."""
    scanned_at = now - timedelta(hours=dice.choice((0, 0, 3, 30)))
    return ask.ScanCleared(by="watch", status="delivered", scanned_at=scanned_at)


def _settle(state: DeliveryState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    match settling.next_step(state):
        case "replace":
            if dice.random() < 0.3:
                return settling.decide_out_of_stock(state, now)
            return [facts.ReplacementOrdered(exchange_order_id="EX-1")]
        case "call_off":
            return settling.decide_call_off(state)
        case "switch":
            return settling.decide_switch(state)
        case "pay":
            return settling.decide_pay(state)
        case "done":
            return settling.decide_settled(state, now)
        case "wait":
            said = dice.choice(("settled", "settled", "failed", "held"))
            told = RefundReport(refund_id="r", seq=len(state.refunds), state=said, at=now)
            return refund_news(state, told, facts.RefundReported)


DELIVERIES = Driver(kind=DELIVERY, case_id=CASE_ID, begin=_begin, next=_next)
