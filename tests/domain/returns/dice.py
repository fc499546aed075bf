"""What may happen to a return next, by the dice: requests of everybody, the settlement's steps, late news."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from domain.cases.events import CaseEvent
from domain.cases.messages import RefundReport, Reopen
from domain.cases.news import refund_news
from domain.records import UnitRange
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns import repairs
from domain.returns.decisions import decide
from domain.returns.decisions import settlement as settling
from domain.returns.decisions.opening import decide_open, decide_reopen
from domain.returns.kind import RETURN
from domain.returns.state import ReturnState
from tests.domain.clock_stories import Driver, Opening
from tests.domain.returns.given import OPENED_AT, application, order, prepared, terms

TERMS = terms()
KINDS = ("return", "exchange", "repair")
REASONS = ("quality", "no_reason", "damaged")


def _begin(dice: Random) -> Opening:
    wanted = [("1", dice.randint(1, 3), dice.choice(REASONS))]
    wanted += [("2", dice.randint(1, 2), dice.choice(REASONS))] if dice.random() < 0.4 else []
    kinds = ("return", "exchange") if "no_reason" in {reason for *_, reason in wanted} else KINDS
    asked = application(*wanted, kind=dice.choice(kinds))
    events = decide_open(asked, prepared(TERMS, order()), "h", OPENED_AT)
    return Opening(OPENED_AT, TERMS, events)


def _next(state: ReturnState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        units = {line.line: [UnitRange(first=1, last=line.quantity)] for line in state.lines.values()}
        return decide_reopen(state, Reopen(reason="by_ops", by="ops"), units, now)
    if state.stage == "settlement" and dice.random() < 0.8:
        return _settle(state, dice, now)
    if state.stage == "ship_back" and dice.random() < 0.2:
        return [facts.Delivered(scanned_at=now - _late(dice))]
    return decide(state, dice.choice(_requests(state, dice, now)), now)


def _requests(state: ReturnState, dice: Random, now: datetime) -> list[ask.Command]:
    approve = dice.random() < 0.9
    by_stage: dict[str, list[ask.Command]] = {
        "review": [
            ask.Review(agent="a", approve=approve, reason=None if approve else "no"),
            ask.RequestInfo(agent="a", question="?"),
            ask.GiveInfo(answer="!"),
        ],
        "ship_back": [
            ask.Ship(carrier="swift", tracking_no=f"SW-{dice.randint(1000, 9999)}"),
            ask.Receive(warehouse="w1", received_at=now - _late(dice)),
            ask.ResolveParcel(by="a", event="lost", refund=dice.random() < 0.5, reason="gone"),
        ],
        "inspection": [_inspection(state, dice)],
        "settlement": [
            ask.Choose(choice=dice.choice(("refund", "exchange" if repairs.has_failed(state) else "wait"))),
            ask.RetryRefund(by="l", reason="!"),
            ask.RetryRefund(by="l", reason="!", way="voucher", customer_says=dice.choice((None, "call 7"))),
        ],
        "confirmation": [ask.Confirm()],
    }
    rare: list[ask.Command] = [ask.Cancel()] if dice.random() < 0.1 else []
    return by_stage[state.stage] + rare


def _inspection(state: ReturnState, dice: Random) -> ask.Inspect:
    found: list[ask.InspectedLine] = []
    for line in state.lines.values():
        passed = dice.randint(0, line.quantity)
        rest = line.quantity - passed
        found.append(ask.InspectedLine(line=line.line, passed=passed, failed=rest, reason="worn"))
    return ask.Inspect(inspector="i", lines=found)


def _settle(state: ReturnState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    match settling.next_step(state):
        case "send_back":
            return [facts.GoodsSentBack(carrier="swift", tracking_no="SW-1")]
        case "exchange":
            line = settling.lines_to_exchange(state)[0]
            if dice.random() < 0.3:
                return settling.decide_out_of_stock(state, line, now)
            return [facts.ExchangePlaced(line=line.line, quantity=line.passed, exchange_order_id="SO-9")]
        case "refund":
            return settling.decide_refund(state)
        case "done":
            return settling.decide_settled(state)
        case "order_repair" | "repair" | "return_repaired" as step:
            return _repair(state, step, dice, now)
        case _:  # no story pays in advance, so all else waits for the refund
            return _news(state, dice, now)


def _repair(state: ReturnState, step: repairs.RepairStep, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    match step:
        case "order_repair":
            return repairs.decide_order(state, now)
        case "repair":
            said = dice.choice(("repaired", "failed", "impossible"))
            return repairs.decide_outcome(state, said, "worn through", now + timedelta(days=3))
        case "return_repaired":
            return [facts.GoodsSentBack(carrier="swift", tracking_no="SW-2")]


def _news(state: ReturnState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    said = dice.choice(("settled", "settled", "failed", "held"))
    report = RefundReport(refund_id="r", seq=len(state.refunds), state=said, at=now)
    return refund_news(state, report, facts.RefundReported)


def _late(dice: Random) -> timedelta:
    return timedelta(hours=dice.choice((0, 0, 3, 30)))


RETURNS = Driver(
    kind=RETURN,
    case_id="return:m1:R-1",
    begin=_begin,
    next=_next,
)
