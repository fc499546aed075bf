"""What a parcel's exceptions become: cases of their own, told when a scan ends them (sop L4, L5)."""

from typing import Literal

from domain.cases.links import Cause
from domain.deliveries.messages import ExceptionReport, OpenDelivery, ScanCleared
from domain.deliveries.vocabulary import UNDELIVERED
from domain.shipments import events as facts
from domain.shipments.state import RaisedCase, ShipmentState

Over = facts.ExceptionCleared | facts.ExceptionWithdrawn


def opens_case(state: ShipmentState, event: facts.ExceptionRaised) -> bool:
    """Whether an exception of a parcel that is sent out becomes a case, by its kind and the policy.

    One trouble is one case: while a case of the parcel is open, another exception opens none.
    """
    if state.leg != "outbound" or not state.terms.deliveries.opens(event.kind):
        return False
    running = {link.case_id for link in state.open_children}
    return not any(case.case_id in running for case in state.raised if case.number != event.number)


def delivery_start(state: ShipmentState, event: facts.ExceptionRaised) -> OpenDelivery:
    """The case of an exception; its number follows from the parcel's, so that a repeat finds the same one."""
    order = state.bought
    return OpenDelivery(
        merchant=state.merchant,
        number=f"{state.number}-{event.number}",
        exception=ExceptionReport(
            order_id=order.order_id,
            customer_id=order.customer_id,
            kind=event.kind,
            carrier=state.carrier,
            tracking_no=state.tracking_no,
            reported_by="watch",
            channel=state.channel,  # pyright: ignore[reportArgumentType] - as the watch was opened
            language=state.language,
            priority=state.priority,  # pyright: ignore[reportArgumentType]
            policy=state.policy_asked,
            reason=event.reason,
            raised_at=event.raised_at,
            shipped_at=state.shipped_at,
            promised_by=state.journey.promised_by,
            origin=state.origin,
            destination=state.destination,
        ),
        cause=Cause(case_id=state.case_id),
    )


def case_of(state: ShipmentState, event: Over) -> RaisedCase | None:
    """The case that hears that its exception is over; None for an exception that became none."""
    named = (event.kind, event.raised_at)
    return next(
        (case for case in state.raised if (case.kind, case.raised_at) == named and case.case_id), None
    )


def cleared_message(state: ShipmentState, event: Over) -> ScanCleared:
    """What such a case is told: the parcel moves again, or arrived after all."""
    at = event.cleared_at if isinstance(event, facts.ExceptionCleared) else event.raised_at
    last = state.book.scans[-1]
    is_over = last.status == "delivered" and event.kind in UNDELIVERED
    status: Literal["delivered", "moving"] = "delivered" if is_over else "moving"
    return ScanCleared(by="watch", status=status, scanned_at=at)
