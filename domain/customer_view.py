"""What a case's customer is shown: four stages, whose turn it is, until when, and what they may say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from domain.base import Instant, Model
from domain.cases.state import AnyState
from domain.complaints.messages import ComplaintStep
from domain.complaints.state import ComplaintState
from domain.complaints.views import progress as complaint_progress
from domain.deliveries.state import DeliveryState
from domain.deliveries.views import progress as delivery_progress
from domain.errors import InvalidRequest
from domain.records import CaseKind, Recorded
from domain.returns.decisions.appeal import takes_appeal
from domain.returns.repairs import has_failed
from domain.returns.state import ReturnState
from domain.returns.views import progress as return_progress
from domain.returns.views import waiting_for

CUSTOMERS_KINDS: tuple[CaseKind, ...] = ("return", "complaint", "delivery")
"""Kinds of cases that are about a customer; parcels, claims and improvements are the desk's own."""

StepState = Literal["done", "current", "open", "skipped"]
Ask = Literal["give_info", "accept_advice", "ship", "choose", "confirm", "wrong"]
"""What a customer may say: `wrong` is that something is not right, in their own words."""

DELIVERY_STEPS = (
    ("reported", ("opening", "identification")),
    ("solution", ("remedy", "investigation", "choice", "decision")),
    ("settlement", ("settlement",)),
    ("confirmation", ("feedback", "confirmation")),
)
_DELIVERY_STAGES = tuple(stage for _, stages in DELIVERY_STEPS for stage in stages)
_TOLD = {
    "give_info": (("return.info_requested", "question"), ("complaint.info_requested", "question")),
    "accept_advice": (("return.diagnosed", "diagnosis"),),
    "confirm": (
        ("complaint.proposed", "reasons"),
        ("complaint.rejected", "reason"),
        ("delivery.feedback_given", "done"),
    ),
    "wrong": (("return.refused", "reason"),),
}
"""What the desk said that an answer is asked for, by what is asked: a fact, and its field."""


class Step(Model):
    """One of the four stages."""

    name: str
    state: StepState


class CustomerView(Model):
    """A case as its customer sees it. `until`: by when they should act or, if it is on us, hear from us."""

    kind: CaseKind
    number: str
    order_id: str | None
    what: str
    """The kind of return, or what happened to the parcel."""
    steps: tuple[Step, ...]
    now: str
    """The stage; `closed` when the case is over, `money_owed` while an advance is to be paid back."""
    asks: tuple[Ask, ...]
    """What they may say; the first is `next`, where it is their turn."""
    next: Ask | None = None
    """What the case waits for from them; None while it is on us."""
    options: tuple[str, ...] = ()
    until: Instant | None = None
    outcome: str | None = None
    is_rejected: bool = False
    """What they are to confirm is that their complaint was not upheld."""
    label_url: str | None = None
    """A label that is paid for, while the goods have not been sent."""
    carrier: str | None = None
    tracking_no: str | None = None
    """Of the parcel that is on its way, to us or to them."""
    refunded_minor: int = 0
    currency: str | None = None


def customer_view(state: AnyState, now: datetime) -> CustomerView:
    """What the customer sees of their case. Raises `InvalidRequest` for a case that is no customer's."""
    match state:
        case ReturnState():
            return _of_return(state, now)
        case ComplaintState():
            return _of_complaint(state)
        case DeliveryState():
            return _of_delivery(state)
        case _:
            raise InvalidRequest(f"{state.case_id} is no customer's", field="case_id")


def told(asks: Sequence[Ask], facts: Sequence[Recorded]) -> str | None:
    """The desk's last words that the customer is to answer; None where it only waits for a deed."""
    wanted = dict(_TOLD.get(asks[0], ())) if asks else {}
    for fact in reversed(facts):
        if fact.type in wanted and (words := fact.data.get(wanted[fact.type])):
            return str(words)
    return None


def _of_return(state: ReturnState, now: datetime) -> CustomerView:
    seen = return_progress(state)
    asks = _asked_of_return(state, seen.next, now)
    parcel = state.parcel if state.parcel and state.parcel.shipped_at else None
    return CustomerView(
        kind="return",
        number=seen.number,
        order_id=seen.order_id,
        what=seen.kind,
        steps=tuple(Step(name=each.step, state=each.state) for each in seen.steps),
        now="money_owed" if _owes_money(state, seen.next) else seen.now,
        asks=asks,
        next=asks[0] if asks and asks[0] == seen.next else None,
        options=_choices(state) if seen.next == "choose" else (),
        until=seen.until,
        outcome=seen.outcome,
        label_url=_label(state),
        carrier=parcel.carrier if parcel else None,
        tracking_no=parcel.tracking_no if parcel else None,
        refunded_minor=state.refunded_minor,
        currency=state.order.currency if state.order else None,
    )


def _label(state: ReturnState) -> str | None:
    """What a carrier gave as its label's address; only one that a browser may follow."""
    parcel = state.parcel
    if state.stage != "ship_back" or parcel is None or parcel.shipped_at is not None:
        return None
    return parcel.label_url if (parcel.label_url or "").startswith("https://") else None


def _asked_of_return(state: ReturnState, request: str | None, now: datetime) -> tuple[Ask, ...]:
    """Beside what is next: correct a tracking number, say what is wrong with what was decided or came."""
    if any(link.relation == "complained_of_in" and link.open for link in state.links):
        return ()
    asks = _asked(request)
    parcel = state.parcel
    if state.stage == "ship_back" and not asks and parcel is not None and parcel.delivered_at is None:
        asks.append("ship")
    if state.stage == "confirmation" or takes_appeal(state, now):
        asks.append("wrong")
    return tuple(asks)


def _owes_money(state: ReturnState, request: str | None) -> bool:
    return state.stage == "settlement" and request is None and waiting_for(state) == "customer"


def _choices(state: ReturnState) -> tuple[str, ...]:
    return ("refund", "exchange") if has_failed(state) else ("refund", "wait")


def _of_complaint(state: ComplaintState) -> CustomerView:
    seen = complaint_progress(state)
    asks = _asked(seen.next)
    if state.stage == "confirmation":
        asks.append("wrong")
    return CustomerView(
        kind="complaint",
        number=seen.number,
        order_id=seen.order_id,
        what="complaint",
        steps=_folded(seen.steps),
        now=seen.now,
        asks=tuple(asks),
        next=asks[0] if seen.next else None,
        is_rejected=state.rejection is not None,
        until=seen.until,
        outcome=seen.outcome,
        refunded_minor=state.refunded_minor,
        currency=state.order.currency if state.order else None,
    )


def _asked(request: str | None) -> list[Ask]:
    """What is next, as the kinds name it."""
    return [cast("Ask", request)] if request else []


def _folded(steps: Sequence[ComplaintStep]) -> tuple[Step, ...]:
    """A complaint's five steps as the four that every customer sees: the review is a part of the first."""
    received, review, *others = steps
    first = review.state if review.state == "current" else received.state
    folded = Step(name=received.step, state=first)
    return (folded, *(Step(name=each.step, state=each.state) for each in others))


def _of_delivery(state: DeliveryState) -> CustomerView:
    seen = delivery_progress(state)
    asks = _asked(seen.next)
    if state.stage == "confirmation":
        asks.append("wrong")
    return CustomerView(
        kind="delivery",
        number=seen.number,
        order_id=seen.order_id,
        what=seen.kind,
        steps=_delivery_steps(state),
        now=seen.now,
        asks=tuple(asks),
        next=asks[0] if seen.next else None,
        carrier=seen.carrier,
        tracking_no=seen.tracking_no,
        options=tuple(seen.options) if seen.next == "choose" else (),
        until=seen.until,
        outcome=seen.outcome,
        refunded_minor=state.refunded_minor,
        currency=state.order.currency if state.order else None,
    )


def _delivery_steps(state: DeliveryState) -> tuple[Step, ...]:
    reached = _DELIVERY_STAGES.index(state.stage if state.open else state.closed_in or "identification")

    def of(stages: Sequence[str]) -> StepState:
        first, last = _DELIVERY_STAGES.index(stages[0]), _DELIVERY_STAGES.index(stages[-1])
        if last < reached or (not state.open and first <= reached):
            return "done"
        if first <= reached:
            return "current"
        return "open" if state.open else "skipped"

    return tuple(Step(name=name, state=of(stages)) for name, stages in DELIVERY_STEPS)
