"""What a remedy is worth: goods and freight by unit, a delay by the policy's table (sop L5, L7)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.deliveries.state import DeliveryState
from domain.deliveries.vocabulary import Remedy
from domain.returns.amounts import RefundPreview, preview


def goods_worth(state: DeliveryState) -> RefundPreview:
    """What the affected units cost the customer; with the freight when they are the whole order."""
    return preview(state.bought, state.units, outbound_freight_back=True)


def days_late(state: DeliveryState, at: datetime) -> int:
    """How many local days the parcel was late at that moment; 0 where nothing was promised."""
    if state.promised_by is None:
        return 0
    zone = ZoneInfo(state.timezone)
    return max(0, (at.astimezone(zone).date() - state.promised_by.astimezone(zone).date()).days)


def delay_compensation_minor(state: DeliveryState, at: datetime) -> int:
    """What the policy gives for the delay until that moment."""
    order = state.bought
    rules = state.terms.deliveries.delay
    worth = rules.amount_minor(days_late(state, at), order.freight_paid_minor, order.currency)
    return min(worth, left_minor(state))


def left_minor(state: DeliveryState) -> int:
    """What this case may still give as compensation; the ledger knows of all other cases.

    With a budget of its own it stays below what the order was worth, beside what is paid for the goods.
    """
    beside = state.terms.goodwill is not None
    given = sum(
        part.settled_minor if part.is_unpaid else part.amount_minor
        for part in state.refunds
        if not (beside and part.purpose == "refund")
    )
    return max(0, state.bought.captured_minor - given)


def worth_minor(state: DeliveryState, remedy: Remedy, at: datetime) -> int:
    """What the customer would get with a remedy, decided at that moment."""
    return delay_compensation_minor(state, at) if remedy == "compensate" else goods_worth(state).total_minor
