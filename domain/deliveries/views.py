"""What others see of a delivery exception: who owes the next step, the customer's view, what figures need."""

from domain.cases.readings import clock_rows, known_at, nearest_clock
from domain.deliveries.deadlines import next_deadline
from domain.deliveries.decisions.settlement import next_step
from domain.deliveries.messages import Progress
from domain.deliveries.state import DeliveryState

NEXT = {
    "agent": "an agent looks at the case",
    "customer": "the customer acts",
    "carrier": "the carrier answers, or the parcel comes",
    "stock": "the goods are back in stock",
    "payment": "the money settles",
    "approver": "a second person approves the refund or declines it",
    "ops": "somebody looks into the refund",
    "system": "the desk goes on by itself",
}

_BY_STAGE = {
    "opening": "system",
    "identification": "agent",
    "remedy": "system",
    "investigation": "carrier",
    "choice": "customer",
    "decision": "agent",
    "feedback": "agent",
    "confirmation": "customer",
}

_ASKS = {"choice": "choose", "confirmation": "confirm"}


def headline(state: DeliveryState) -> str:
    """What the case is, without its stage."""
    return f"{state.kind.replace('_', ' ').capitalize()} of order {state.bought.order_id} ({state.number})"


def waiting_for(state: DeliveryState) -> str | None:
    """Who owes the next step; None for a closed case."""
    return _waiting_for_settlement(state) if state.stage == "settlement" else _BY_STAGE.get(state.stage)


def _waiting_for_settlement(state: DeliveryState) -> str:
    if state.choose_by is not None:
        return "customer"
    if state.wait_until is not None:
        return "stock"
    if state.awaits_approval:
        return "approver"
    refund = state.open_refund
    if refund is not None:
        return "payment" if refund.state == "started" else "ops"
    return "payment" if next_step(state) == "pay" else "system"


def progress(state: DeliveryState) -> Progress:
    """The customer's view: what happened, what is next, until when; nothing of our inner life."""
    grant = state.grant
    money = grant if grant is not None and grant.remedy != "redeliver" else None
    deadline = next_deadline(state) if waiting_for(state) == "customer" else None
    nearest = nearest_clock(clock_rows(state, known_at(state))) if state.open else None
    return Progress(
        number=state.number,
        order_id=state.bought.order_id,
        kind=state.kind,
        carrier=state.carrier,
        tracking_no=state.tracking_no,
        now=state.stage,
        next="choose" if state.choose_by is not None else _ASKS.get(state.stage),
        options=state.options,
        until=deadline[0] if deadline else nearest.due_at if nearest else None,
        remedy=grant.remedy if grant else None,
        amount_minor=money.amount_minor if money else None,
        currency=state.bought.currency if money else None,
        arrived_at=state.arrived_at,
        outcome=state.outcome,
    )


def facets(state: DeliveryState) -> dict[str, str]:
    """What figures group by: carrier, lane, reason, responsible party (sop L6); regions, never addresses."""
    found = {
        "exception": state.kind,
        "carrier": state.carrier,
        "party": state.party,
        "reason": state.reason,
        "lane": state.lane,
        "origin": state.origin,
        "region": state.destination,
        "remedy": state.grant.remedy if state.grant else None,
    }
    return {name: value for name, value in found.items() if value}
