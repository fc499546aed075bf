"""Money in advance: who may have it, until when the goods have to be here, and what is asked back."""

from datetime import datetime
from typing import Literal

from domain.base import Model, UtcInstant
from domain.policy.aftercare_rules import AdvanceRules
from domain.policy.periods import period_end
from domain.returns import advance_events as facts
from domain.returns.amounts import goods_value
from domain.returns.events import RefundStarted, ReturnEvent
from domain.returns.state import ReturnState
from domain.sla import parse_duration

AdvanceStep = Literal["end_advance", "refund", "ask_back", "wait", "done"]


class WantedAdvance(Model):
    """An advance that is to be bounded by what else the customer has open. `at`: the case's own time."""

    case_id: str
    merchant: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    exposure_minor: int
    at: UtcInstant


def may_advance(state: ReturnState) -> bool:
    """Whether the policy pays this return before the goods are here, once the carrier has them."""
    rules = state.terms.returns.advance
    if rules is None or state.kind != "return" or state.stage != "ship_back":
        return False
    if state.advance is not None or state.advance_declined or state.refunds:
        return False
    return rules.covers(state.bought.customer_tier, state.reasons, state.preview_minor, state.bought.currency)


def is_awaited(state: ReturnState) -> bool:
    """Whether the case wants to hear that the carrier has the parcel."""
    return may_advance(state) and state.parcel is not None and state.parcel.picked_up_at is None


def is_wanted(state: ReturnState) -> bool:
    """Whether the money is to go out now."""
    return may_advance(state) and state.parcel is not None and state.parcel.picked_up_at is not None


def advance_request(state: ReturnState, now: datetime) -> WantedAdvance:
    """What the books are asked before the money goes out."""
    currency = state.bought.currency
    return WantedAdvance(
        case_id=state.case_id,
        merchant=state.merchant,
        order_id=state.bought.order_id,
        customer_id=state.bought.customer_id,
        amount_minor=state.preview_minor,
        currency=currency,
        exposure_minor=_rules(state).exposure_minor.get(currency, 0),
        at=now,
    )


def decide_granted(
    state: ReturnState, wanted: WantedAdvance, granted: bool, now: datetime
) -> list[ReturnEvent]:
    """Pay in advance, or wait for the goods: as the books say, and unless the case has gone on meanwhile."""
    if not granted:
        return [facts.AdvanceDeclined(reason="exposure")]
    if state.stage not in ("ship_back", "inspection") or state.refunds:
        return [facts.AdvanceDeclined(reason="too_late")]
    goods_minor = min(goods_value(state.bought, state.held), wanted.amount_minor)
    goods_by = period_end(_rules(state).goods_within, now, state.bought.timezone)
    return [
        facts.Advanced(amount_minor=wanted.amount_minor, currency=wanted.currency, goods_by=goods_by),
        RefundStarted(
            refund_seq=1,
            amount_minor=wanted.amount_minor,
            goods_minor=goods_minor,
            outbound_freight_minor=wanted.amount_minor - goods_minor,
            return_freight_minor=0,
            currency=wanted.currency,
            requested_by=state.money_asked_by,
        ),
    ]


def clawback_deadline(state: ReturnState) -> tuple[datetime, str] | None:
    """When the customer hears next that goods which were paid for are not here; None once asked to pay."""
    advance = state.open_advance
    if advance is None or advance.answer or advance.asked_minor or state.open_refund is not None:
        return None
    if advance.due_at is None:
        return advance.goods_by, "goods paid in advance are due"
    rules = _rules(state)
    reminders = rules.remind_after[advance.reminders :]
    if reminders:
        return advance.due_at + parse_duration(reminders[0]), "reminder of goods paid in advance"
    return advance.due_at + parse_duration(rules.ask_after), "asking the advance back"


def decide_clawback_due(state: ReturnState, now: datetime) -> list[ReturnEvent]:
    """Tell, tell again, then ask the money back."""
    advance = state.advance
    assert advance is not None
    rules = _rules(state)
    ask_at = (advance.due_at or now) + parse_duration(rules.ask_after)
    if advance.due_at is None:
        return [facts.ClawbackDue(ask_at=ask_at)]
    if advance.reminders < len(rules.remind_after):
        return [facts.ClawbackReminded(ask_at=ask_at)]
    return decide_ask_back(state, advance.amount_minor)


def decide_ask_back(state: ReturnState, amount_minor: int) -> list[ReturnEvent]:
    """Ask the customer to pay so much back."""
    return [facts.ClawbackAsked(amount_minor=amount_minor, currency=state.bought.currency)]


def next_step(state: ReturnState, owed_minor: int) -> AdvanceStep:
    """What a settlement needs next; `owed_minor` is what the goods are worth less what the customer has."""
    if ending(state) or (state.open_advance and not state.open_refund and owed_minor >= 0):
        return "end_advance"
    if state.open_refund is not None:
        return "wait"
    if owed_minor > 0:
        return "refund"
    if owed_minor < 0 and state.open_advance is not None:
        return "wait" if state.open_advance.asked_minor == -owed_minor else "ask_back"
    return "done"


def ending(state: ReturnState) -> facts.AdvanceOutcome | None:
    """How an advance ends without the goods: as was answered, or because it could not be paid at all."""
    advance = state.open_advance
    if advance is None:
        return None
    if state.open_refund is not None and state.open_refund.is_unpaid:
        return "unpaid"
    return advance.answer


def decide_ended(state: ReturnState) -> list[facts.AdvanceEnded]:
    """The advance's end as a fact, to be told once the books have it."""
    assert state.advance is not None
    outcome = ending(state) or "earned"
    return [facts.AdvanceEnded(outcome=outcome, recovered_minor=state.advance.recovered_minor)]


def _rules(state: ReturnState) -> AdvanceRules:
    rules = state.terms.returns.advance
    assert rules is not None
    return rules
