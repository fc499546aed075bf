"""The way back: the parcel is sent, seen, refused, lost or received (sop R5)."""

from datetime import datetime, timedelta

from domain.errors import InvalidRequest, QuantityExceeds, WrongStage
from domain.parcels import LOSS_REASONS, NOT_MOVING
from domain.returns import advance_events as advances
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.advances import is_awaited
from domain.returns.deadlines import presumed_lost, ship_back_by
from domain.returns.decisions.staging import require_stage
from domain.returns.state import ReturnState

# Clocks of two organisations never agree to the second; more than this is a wrong time, not drift.
CLOCK_DRIFT = timedelta(minutes=5)


def decide_ship(state: ReturnState, command: ask.Ship, now: datetime) -> list[facts.ReturnEvent]:
    """The customer's own tracking number, or a correction of it while nothing has arrived."""
    require_stage(state, "sending the goods", "ship_back")
    return [
        facts.Shipped(
            carrier=command.carrier,
            tracking_no=command.tracking_no,
            freight_paid_minor=command.freight_paid_minor,
        )
    ]


def decide_resolve_parcel(
    state: ReturnState, command: ask.ResolveParcel, now: datetime
) -> list[facts.ReturnEvent]:
    """A parcel that was refused at the dock, or that will never come."""
    require_stage(state, "a word on the parcel", "ship_back")
    if state.parcel is None:
        raise WrongStage("no parcel is on its way", stage=state.stage)
    if command.event == "refused":
        return [facts.ParcelRefused(reason=command.reason, ship_back_by=ship_back_by(state, now))]
    lost = facts.ParcelLost(refund=command.refund, reason=command.reason)
    is_over = not command.refund and state.open_advance is None
    return [lost, facts.Closed(outcome="parcel_lost")] if is_over else [lost]


def decide_receive(state: ReturnState, command: ask.Receive, now: datetime) -> list[facts.ReturnEvent]:
    """Count goods in; a second parcel of the same return adds to the first."""
    require_stage(state, "receiving goods", "ship_back", "inspection")
    received_at = command.received_at or now
    if received_at > now + CLOCK_DRIFT:
        raise InvalidRequest(f"received_at: {received_at.isoformat()} lies in the future")
    return [
        facts.Received(warehouse=command.warehouse, received_at=received_at, lines=_counted(state, command))
    ]


def _counted(state: ReturnState, command: ask.Receive) -> list[facts.ReceivedLine]:
    if command.lines is None:
        return [
            facts.ReceivedLine(line=line.line, quantity=line.quantity - line.received)
            for line in state.lines.values()
            if line.quantity > line.received
        ]
    for count in command.lines:
        line = state.lines.get(count.line)
        if line is None:
            raise InvalidRequest(f"lines: line {count.line} is not part of this return")
        if line.received + count.quantity > line.quantity:
            raise QuantityExceeds(
                f"line {count.line}: {line.received} + {count.quantity} received, {line.quantity} expected"
            )
    if len({count.line for count in command.lines}) < len(command.lines):
        raise InvalidRequest("lines: a line is named twice")
    return [facts.ReceivedLine(line=count.line, quantity=count.quantity) for count in command.lines]


def decide_parcel_seen(
    state: ReturnState, status: str, scanned_at: datetime, reason: str | None, now: datetime
) -> list[facts.ReturnEvent]:
    """What a carrier's scan changes for the case; most scans change nothing."""
    if state.stage != "ship_back" or state.parcel is None:
        return []
    parcel = state.parcel
    if status == "silent" or reason in LOSS_REASONS:
        return presumed_lost(state, scanned_at)
    moving = status not in NOT_MOVING
    shipped: list[facts.ReturnEvent] = []
    if parcel.shipped_at is None and moving:
        shipped = [facts.Shipped(carrier=parcel.carrier, tracking_no=parcel.tracking_no)]
    if is_awaited(state) and moving and status not in ("returning", "returned"):
        shipped.append(advances.PickedUp(scanned_at=scanned_at))
    if status == "delivered" and parcel.delivered_at is None:
        return [*shipped, facts.Delivered(scanned_at=scanned_at)]
    if status in ("returning", "returned"):
        return [*shipped, facts.ParcelRefused(reason=reason or status, ship_back_by=ship_back_by(state, now))]
    return shipped
