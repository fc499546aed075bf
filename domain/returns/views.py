"""What others see of a return: who owes the next step, and the customer's four stages."""

from datetime import datetime

from domain.cases.readings import clock_rows, known_at, nearest_clock
from domain.returns.deadlines import next_deadline
from domain.returns.messages import Progress, ProgressStep
from domain.returns.state import ReturnState, Stage

NEXT = {
    "agent": "an agent reviews the case",
    "customer": "the customer acts",
    "carrier": "the carrier brings the parcel",
    "warehouse": "the warehouse receives and inspects",
    "stock": "the replacement is back in stock",
    "workshop": "the workshop repairs the goods",
    "payment": "the refund settles",
    "approver": "a second person approves the refund or declines it",
    "ops": "somebody looks into the refund",
    "system": "the desk goes on by itself",
}


def headline(state: ReturnState) -> str:
    """What the case is, without its stage."""
    return f"{state.kind.capitalize()} {state.number} of order {state.bought.order_id}"


STEPS: tuple[tuple[str, tuple[Stage, ...]], ...] = (
    ("review", ("opening", "review")),
    ("ship_back", ("ship_back",)),
    ("inspection", ("inspection",)),
    ("refund_or_exchange", ("settlement", "confirmation")),
)
STAGES: tuple[Stage, ...] = tuple(stage for _, stages in STEPS for stage in stages)


def waiting_for(state: ReturnState) -> str | None:
    """Who owes the next step; None for a closed case."""
    match state.stage:
        case "opening":
            return "system"
        case "review":
            return "customer" if state.info_requested_at or state.advised else "agent"
        case "ship_back":
            return _waiting_for_parcel(state)
        case "inspection":
            return "warehouse"
        case "settlement":
            return _waiting_for_settlement(state)
        case "confirmation":
            return "customer"
        case _:
            return None


def _waiting_for_parcel(state: ReturnState) -> str:
    parcel = state.parcel
    if parcel is None or parcel.shipped_at is None:
        return "customer"
    if parcel.missing_since is not None:
        return "agent"
    return "warehouse" if parcel.delivered_at else "carrier"


def _waiting_for_settlement(state: ReturnState) -> str:
    if state.choose_by is not None or _owes_money(state):
        return "customer"
    if state.repair is not None and state.repair.state == "ordered":
        return "workshop"
    if state.wait_until is not None:
        return "stock"
    if state.awaits_approval:
        return "approver"
    refund = state.open_refund
    return "ops" if refund is not None and refund.state != "started" else "payment"


def _owes_money(state: ReturnState) -> bool:
    """Whether the customer was asked for money that they have not paid back."""
    advance = state.open_advance
    return advance is not None and advance.asked_minor > 0 and advance.answer is None


NOT_DONE = (None, "refused", "cancelled", "expired", "goods_failed", "clawed_back", "written_off")
"""Outcomes of cases in which nothing of what was asked for was done."""


def progress(state: ReturnState) -> Progress:
    """The customer's view (sop R6): four stages, what is next, until when; nothing of our inner life."""
    reached = STAGES.index(state.closed_in or "review") if not state.open else STAGES.index(state.stage)
    done = state.outcome not in NOT_DONE
    return Progress(
        number=state.number,
        order_id=state.bought.order_id,
        kind=state.kind,
        steps=[_step(state, name, stages, reached, done) for name, stages in STEPS],
        now=state.stage if state.open else "closed",
        next=_customer_next(state),
        until=_customer_until(state),
        outcome=state.outcome,
    )


def _customer_until(state: ReturnState) -> datetime | None:
    """Until when it is their turn, or by when they hear from us."""
    if state.stage == "ship_back" and waiting_for(state) == "customer":
        return state.ship_back_by
    if waiting_for(state) == "customer" and (deadline := next_deadline(state)):
        return deadline[0]
    nearest = nearest_clock(clock_rows(state, known_at(state))) if state.open else None
    return nearest.due_at if nearest else None


def _step(state: ReturnState, name: str, stages: tuple[Stage, ...], reached: int, done: bool) -> ProgressStep:
    first, last = STAGES.index(stages[0]), STAGES.index(stages[-1])
    if last < reached or (not state.open and (done or last == reached)):
        status = "done"
    elif first <= reached:
        status = "current"
    else:
        status = "open" if state.open else "skipped"
    return ProgressStep.model_validate({"step": name, "state": status})


def _customer_next(state: ReturnState) -> str | None:
    """What the customer can do, as the name of the request; None when it is on us."""
    if state.stage == "review" and state.info_requested_at is not None:
        return "give_info"
    if state.stage == "review" and state.advised is not None:
        return "accept_advice"
    if state.stage == "ship_back" and _waiting_for_parcel(state) == "customer":
        return "ship"
    if state.stage == "settlement" and state.choose_by is not None:
        return "choose"
    return "confirm" if state.stage == "confirmation" else None
