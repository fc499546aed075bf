"""Settlement: goods once more, or money; the workflow does what is next and asks again (sop L5)."""

from datetime import datetime
from typing import Literal

from domain.deliveries import events as facts
from domain.deliveries import messages as ask
from domain.deliveries.amounts import goods_worth
from domain.deliveries.decisions.policy_way import go_on
from domain.deliveries.decisions.staging import require_stage
from domain.deliveries.state import DeliveryState
from domain.errors import WrongStage
from domain.policy.periods import period_end
from domain.returns.amounts import RefundAmounts, less

SettlementStep = Literal["replace", "call_off", "switch", "pay", "wait", "done"]


def next_step(state: DeliveryState) -> SettlementStep:
    """What the settlement needs next."""
    grant = state.grants[-1]
    if grant.is_to_be_ordered:
        if state.cleared_at is not None:
            return "call_off"
        if state.chosen == "refund":
            return "switch"
        return "wait" if state.choose_by is not None else "replace"
    if grant.awaits_payment:
        return "pay"
    return "wait" if state.open_refund else "done"


def decide_call_off(state: DeliveryState) -> list[facts.DeliveryEvent]:
    """The parcel is there after all and nothing was ordered: the redelivery is called off."""
    return [facts.Closed(outcome=state.outcome_so_far if len(state.grants) > 1 else "cleared")]


def decide_switch(state: DeliveryState) -> list[facts.DeliveryEvent]:
    """The money in place of goods that are out of stock; what was approved once needs nobody again."""
    worth = goods_worth(state)
    return [
        facts.Granted(
            remedy="refund", amount_minor=worth.total_minor, currency=worth.currency, automatic=True
        )
    ]


def decide_pay(state: DeliveryState, again: ask.PayAgain | None = None) -> list[facts.DeliveryEvent]:
    """Put what was granted on its way under the next number; who has it paid `again` asks for it."""
    grant, worth = state.grants[state.grant_to_pay], goods_worth(state)
    is_for_goods = grant.remedy == "refund"
    paid_minor = sum(part.settled_minor for part in state.refunds if part.seq in grant.refund_seqs)
    left = less(RefundAmounts(**worth.model_dump()), paid_minor)
    return [
        facts.RefundStarted(
            refund_seq=len(state.refunds) + 1,
            amount_minor=grant.amount_minor - paid_minor,
            currency=worth.currency,
            purpose="refund" if is_for_goods else "compensation",
            goods_minor=left.goods_minor if is_for_goods else 0,
            outbound_freight_minor=left.outbound_freight_minor if is_for_goods else 0,
            compensation_minor=0 if is_for_goods else grant.amount_minor - paid_minor,
            requested_by=again.by if again else state.money_asked_by,
            way=again.way if again else "original",
            customer_says=again.customer_says if again else None,
        )
    ]


def decide_out_of_stock(state: DeliveryState, now: datetime) -> list[facts.DeliveryEvent]:
    """Ask the customer the first time; when the waiting was in vain, pay."""
    if state.wait_until is not None:
        return [facts.Chosen(remedy="refund", automatic=True)]
    within = state.terms.deliveries.stock.choose_within
    return [facts.OutOfStock(choose_by=period_end(within, now, state.timezone))]


def decide_settled(state: DeliveryState, now: datetime) -> list[facts.DeliveryEvent]:
    """All was paid or ordered; the customer is told what was done and why."""
    return go_on(state, [facts.Settled()], now)


def decide_pay_again(state: DeliveryState, command: ask.PayAgain, now: datetime) -> list[facts.DeliveryEvent]:
    """Pay again under a new number, after the provider said for certain that the last one failed."""
    del now
    require_stage(state, "paying again", "settlement")
    part = state.open_refund
    if part is None or not part.is_unpaid:
        raise WrongStage("no refund of this case has failed", stage=state.stage)
    command.check_word()
    return decide_pay(state, command)
