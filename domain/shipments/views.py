"""What others see of the watch over a parcel."""

from domain.parcels import ParcelStatus, party_of
from domain.shipments.messages import ExceptionNow, Opened, Progress
from domain.shipments.state import ShipmentState

NEXT = {
    "carrier": "the carrier brings the parcel",
    "system": "the desk begins to follow it",
}


def headline(state: ShipmentState) -> str:
    """What is watched, and where it is."""
    where = status_of(state).replace("_", " ")
    leg = "Parcel" if state.leg == "outbound" else "Parcel on its way back"
    return f"{leg} {state.carrier} {state.tracking_no} of order {state.bought.order_id}, {where}"


def waiting_for(state: ShipmentState) -> str | None:
    """Who owes the next step; None for a watch that is over."""
    if not state.open:
        return None
    return "system" if state.stage == "opening" else "carrier"


def status_of(state: ShipmentState) -> ParcelStatus:
    """The parcel's last status."""
    return state.book.scans[-1].status if state.book.scans else "registered"


def facets(state: ShipmentState) -> dict[str, str]:
    """What figures group parcels by."""
    last = state.raised[-1] if state.raised else None
    reason = next((scan.reason for scan in reversed(state.book.scans) if scan.reason), None)
    found = {
        "carrier": state.carrier,
        "tracking_no": state.tracking_no,
        "leg": state.leg,
        "method": state.method,
        "lane": state.lane,
        "origin": state.origin,
        "region": state.destination,
        "status": status_of(state),
        "exception": last.kind if last else None,
        "reason": reason,
        "party": party_of(reason) if reason else None,
    }
    return {name: value for name, value in found.items() if value}


def progress(state: ShipmentState) -> Progress:
    """The customer's view (sop L2): where it is, by when it comes, what went wrong."""
    assert state.last_event_at is not None
    course = state.course(state.last_event_at)
    return Progress(
        order_id=state.bought.order_id,
        carrier=state.carrier,
        tracking_no=state.tracking_no,
        leg=state.leg,
        method=state.method,
        status=status_of(state),
        promised_by=state.journey.promised_by,
        delivered_at=course.milestones.get("delivered"),
        milestones=dict(course.milestones.items()),
        exceptions=[
            ExceptionNow(kind=each.kind, raised_at=each.raised_at, cleared_at=each.cleared_at)
            for each in state.book.exceptions
        ],
        outcome=state.outcome,
    )


def opening_answer(state: ShipmentState) -> Opened:
    """By when it is to arrive, of the state right after the opening."""
    found = {
        "case_id": state.case_id,
        "seq": state.seq,
        "stage": state.stage,
        "request_hash": state.request_hash,
        "promised_by": state.promised_by,
    }
    return Opened.model_validate({name: value for name, value in found.items() if value is not None})
