"""Settlement: exchange, refund, or both; then the customer's confirmation (sop R3, R5, R7)."""

from datetime import datetime
from typing import Literal

from domain.errors import InvalidRequest, WrongStage
from domain.returns import advances, repairs
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.amounts import (
    RefundAmounts,
    is_whole_order,
    less,
    preview,
    up_to,
    with_return_freight,
)
from domain.returns.deadlines import choose_by, wait_until
from domain.returns.decisions.staging import require_stage
from domain.returns.evolve import kept_units
from domain.returns.state import LineState, ReturnState

SettlementStep = (
    Literal["send_back", "exchange", "refund", "wait", "done"] | repairs.RepairStep | advances.AdvanceStep
)


def next_step(state: ReturnState) -> SettlementStep:
    """What the settlement needs next; the workflow does it and asks again."""
    if lines_to_send_back(state) and state.sent_back_tracking_no is None:
        return "send_back"
    if state.choose_by is not None:
        return "wait"
    if step := repairs.next_step(state):
        return step
    if lines_to_exchange(state):
        return "exchange"
    if state.advance is not None:
        return advances.next_step(state, owed_minor(state))
    if lines_to_refund(state) and not state.refunds and refund_amounts(state).total_minor > 0:
        return "refund"
    return "wait" if state.open_refund else "done"


def lines_to_send_back(state: ReturnState) -> list[LineState]:
    """Lines with units that did not pass and that the customer gets back."""
    return [line for line in state.lines.values() if line.rejected and line.disposition == "send_back"]


def lines_to_exchange(state: ReturnState) -> list[LineState]:
    """Lines of an exchange or a reissue whose replacement is not ordered yet."""
    if state.kind not in ("exchange", "reissue") or state.refund_instead:
        return []
    return [line for line in state.lines.values() if line.passed and line.exchange_order_id is None]


def lines_to_refund(state: ReturnState) -> list[LineState]:
    """Lines whose passed units are paid back: all of a return, of an exchange those without a replacement."""
    if state.kind != "return" and not state.refund_instead:
        return []
    return [line for line in state.lines.values() if line.passed and line.exchange_order_id is None]


def refund_amounts(state: ReturnState) -> RefundAmounts:
    """What is paid: goods by unit, outbound freight with a whole order, return freight where it is ours.

    Money goes back along the payment it came by, so return freight is bounded by what the order's own freight
    leaves free: it never eats into what other units of the order are worth.
    """
    units = {line.line: kept_units(line) for line in lines_to_refund(state)}
    reasons = state.terms.returns.reasons
    at_fault = all(reasons.of(line.reason).outbound_freight_back for line in state.lines.values())
    goods = preview(state.bought, units, outbound_freight_back=at_fault)
    if state.return_freight_payer != "platform" or state.parcel_lost:
        return with_return_freight(goods, 0, 0)
    left = 0 if is_whole_order(state.bought, units) and at_fault else state.bought.freight_paid_minor
    cap = state.terms.returns.return_freight_cap_minor(goods.currency)
    return with_return_freight(goods, state.return_freight_minor, min(cap, left))


def owed_minor(state: ReturnState) -> int:
    """What the customer is owed beyond what they have; below zero they have too much."""
    return refund_amounts(state).total_minor - _paid_minor(state)


def _paid_minor(state: ReturnState) -> int:
    recovered = state.advance.recovered_minor if state.advance else 0
    return state.refunded_minor - recovered


def decide_refund(state: ReturnState, again: ask.RetryRefund | None = None) -> list[facts.ReturnEvent]:
    """Put the refund on its way under the next number of this case, less what was paid in advance.

    Whoever has it paid `again` asks for it then, and fixes its amount where they name a smaller one.
    """
    amounts = less(refund_amounts(state), _paid_minor(state))
    named = again.amount_minor if again else None
    if named is not None:
        amounts = _at_most(state, amounts, named)
    return [
        facts.RefundStarted(
            refund_seq=len(state.refunds) + 1,
            amount_minor=amounts.total_minor,
            goods_minor=amounts.goods_minor,
            outbound_freight_minor=amounts.outbound_freight_minor,
            return_freight_minor=amounts.return_freight_minor,
            currency=amounts.currency,
            requested_by=again.by if again else state.money_asked_by,
            edited_by=again.by if again and named is not None else state.money_fixed_by,
            way=again.way if again else "original",
            customer_says=again.customer_says if again else None,
        )
    ]


def _at_most(state: ReturnState, amounts: RefundAmounts, named_minor: int) -> RefundAmounts:
    """A smaller refund than the rules give, by somebody's word."""
    if named_minor > amounts.total_minor:
        raise InvalidRequest(
            f"amount_minor: {named_minor} is more than the {amounts.total_minor} that are owed",
            field="amount_minor",
        )
    if state.advance is not None:
        raise InvalidRequest(
            "amount_minor: money went out in advance, so what is owed is the difference to it",
            field="amount_minor",
        )
    return up_to(amounts, named_minor)


def decide_out_of_stock(state: ReturnState, line: LineState, now: datetime) -> list[facts.ReturnEvent]:
    """Ask the customer the first time; when the waiting was in vain, pay."""
    if state.wait_until is not None:
        return [choice_made(state, "refund", now, automatic=True)]
    return [facts.ExchangeOutOfStock(line=line.line, choose_by=choose_by(state, now))]


def decide_settled(state: ReturnState) -> list[facts.ReturnEvent]:
    """All is paid or sent. Where nothing passed there is nothing to confirm, so the case closes."""
    if state.passed == 0:
        return [facts.Closed(outcome="parcel_lost" if state.parcel_lost else "goods_failed")]
    return [facts.Settled()]


def decide_choose(state: ReturnState, command: ask.Choose, now: datetime) -> list[facts.ReturnEvent]:
    """The customer takes the money, waits for the goods, or has others in place of those that stay broken."""
    require_stage(state, "a choice", "settlement")
    if state.choose_by is None and state.wait_until is None:
        raise WrongStage("nothing is out of stock, so there is nothing to choose", stage=state.stage)
    allowed = ("refund", "exchange") if repairs.has_failed(state) else ("refund", "wait")
    if command.choice not in allowed:
        raise InvalidRequest(f"choice: here it is {' or '.join(allowed)}")
    return [choice_made(state, command.choice, now)]


def choice_made(
    state: ReturnState,
    choice: facts.Choice,
    now: datetime,
    *,
    automatic: bool = False,
) -> facts.ChoiceMade:
    """The choice as a fact, with the end of the waiting."""
    until = wait_until(state, now) if choice == "wait" else None
    return facts.ChoiceMade(choice=choice, automatic=automatic, wait_until=until)


def decide_retry_refund(
    state: ReturnState, command: ask.RetryRefund, now: datetime
) -> list[facts.ReturnEvent]:
    """Pay again under a new number, after the provider said for certain that the last one failed."""
    require_stage(state, "paying again", "settlement")
    part = state.open_refund
    if part is None or not part.is_unpaid:
        raise WrongStage("no refund of this case has failed", stage=state.stage)
    command.check_word()
    return decide_refund(state, command)


def decide_confirm(state: ReturnState, command: ask.Confirm, now: datetime) -> list[facts.ReturnEvent]:
    """The customer has it; the case closes."""
    require_stage(state, "confirming", "confirmation")
    if state.open_children:
        names = ", ".join(link.case_id for link in state.open_children)
        raise WrongStage(f"what this case started is still open: {names}", stage=state.stage)
    return [facts.Confirmed(), facts.Closed(outcome=state.settled_outcome)]
