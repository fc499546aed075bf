"""`decide(state, command, now)`, and what scans and time bring about for a parcel (sop L1-L4, L7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.cases.decisions import refuse_closed
from domain.cases.events import CaseEvent
from domain.cases.relief import GrantRelief, decide_relief, relief_deadline, relief_due
from domain.errors import InvalidRequest, OrderNotFound
from domain.parcels import ExceptionChange, MilestoneReached, ParcelChange, Scan, changes, heard, next_instant
from domain.policy.periods import period_end
from domain.shipments import events as facts
from domain.shipments import messages as ask
from domain.shipments.opening import Prepared
from domain.shipments.state import ShipmentState
from domain.sla import parse_duration

# Clocks of two organisations never agree to the second; more than this is a wrong time, not drift.
CLOCK_DRIFT = timedelta(minutes=5)


def decide_open(parcel: ask.Parcel, prepared: Prepared, request_hash: str, now: datetime) -> list[CaseEvent]:
    """The watch as a fact, with what is promised by the order's delivery method (sop L1)."""
    order, terms = prepared.order, prepared.terms
    if order.customer_id != parcel.customer_id:
        raise OrderNotFound(f"customer and order do not belong together: {parcel.order_id}")
    if parcel.shipped_at > now + CLOCK_DRIFT:
        raise InvalidRequest(
            f"shipped_at: {parcel.shipped_at.isoformat()} lies in the future", field="shipped_at"
        )
    promise = terms.parcels.method(parcel.method).promise
    promised_by = parcel.promised_by
    if promised_by is None and promise is not None:
        promised_by = period_end(promise, parcel.shipped_at, order.timezone)
    opened = facts.Opened(
        order=order,
        promised_by=promised_by,
        policy_asked=parcel.policy,
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=prepared.terms_hash,
        request_hash=request_hash,
        **parcel.model_dump(exclude={"order_id", "customer_id", "promised_by", "policy"}),
    )
    return [opened]


def decide_reopen(state: ShipmentState, reopen: Any) -> list[CaseEvent]:
    """A watch that was given up or stopped goes on; one that still runs is left as it is."""
    return [] if state.open else [facts.Reopened(reason=reopen.reason)]


def decide(state: ShipmentState, command: ask.Command, now: datetime) -> Sequence[CaseEvent]:
    """The events that follow a request."""
    refuse_closed(state)
    if isinstance(command, GrantRelief):
        return decide_relief(state, command, now, facts.ReliefGranted, facts.ReliefEnded)
    if isinstance(command, ask.Promise):
        return _promise(state, command)
    return [facts.Closed(outcome="stopped")]


def _promise(state: ShipmentState, command: ask.Promise) -> Sequence[CaseEvent]:
    assert state.shipped_at is not None
    if command.promised_by < state.shipped_at:
        raise InvalidRequest("promised_by lies before the parcel was sent", field="promised_by")
    return [facts.Promised(promised_by=command.promised_by, reason=command.reason)]


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request."""
    role = "weather" if isinstance(command, GrantRelief) else "staff"
    return f"{role}:{command.by}"


def decide_scans(state: ShipmentState, scans: Sequence[Scan], now: datetime) -> list[CaseEvent]:
    """What a carrier's scans change; nothing for scans that decide nothing (sop L2)."""
    if not state.open:
        return []
    book = heard(state.book, state.journey, scans, now + CLOCK_DRIFT)
    new = [scan for scan in book.scans if scan not in state.book.scans]
    if not new:
        return []
    after = state.model_copy(update={"book": heard(state.book, state.journey, new, now + CLOCK_DRIFT)})
    return [facts.Scanned(scans=new), *told_now(after, now)]


def told_now(state: ShipmentState, now: datetime) -> list[CaseEvent]:
    """What is to be told of the parcel as of now, and its end."""
    as_of = max(now, *(scan.at for scan in state.book.scans)) if state.book.scans else now
    found: list[CaseEvent] = []
    for change in changes(state.book, state.journey, as_of):
        if isinstance(change, MilestoneReached) or not state.excuses(change.kind, change.raised_at):
            found.append(_fact(state, change, found))
    course = state.course(as_of)
    if course.ended_at is not None:
        # Its status may come from what was noted after it had arrived, as the end of a storm is.
        came_back = course.status == "returned" or "delivered" not in course.milestones
        found.append(facts.Closed(outcome="returned" if came_back else "delivered"))
    return found


def _fact(state: ShipmentState, change: ParcelChange, before: Sequence[CaseEvent]) -> CaseEvent:
    if isinstance(change, MilestoneReached):
        return facts.MilestoneReached(
            milestone=change.milestone, reached_at=change.at, overtaken=change.overtaken
        )
    match change:
        case ExceptionChange(change="raised"):
            raised = sum(isinstance(event, facts.ExceptionRaised) for event in before)
            number = len(state.raised) + raised + 1
            return facts.ExceptionRaised(
                number=number, kind=change.kind, raised_at=change.raised_at, reason=change.reason
            )
        case ExceptionChange(change="cleared"):
            assert change.cleared_at is not None
            return facts.ExceptionCleared(
                kind=change.kind, raised_at=change.raised_at, cleared_at=change.cleared_at
            )
        case ExceptionChange(change="withdrawn"):
            return facts.ExceptionWithdrawn(kind=change.kind, raised_at=change.raised_at)
        case _:
            assert change.was_raised_at is not None
            return facts.ExceptionRedated(
                kind=change.kind,
                was_raised_at=change.was_raised_at,
                raised_at=change.raised_at,
                cleared_at=change.cleared_at,
            )


def next_deadline(state: ShipmentState) -> tuple[datetime, str] | None:
    """When time alone changes something next: silence, lateness, the end of the weather, of the watch."""
    if state.stage != "watching":
        return None
    if state.is_relieved:
        return relief_deadline(state)
    upcoming = next_instant(state.book, state.journey, _known_at(state))
    moments = [(given_up_at(state), "end of the watch")]
    if upcoming is not None:
        moments.append((upcoming, "silence or lateness"))
    return min(moments)


def given_up_at(state: ShipmentState) -> datetime:
    """When nobody asks the carrier any more: so long after the parcel's last sign."""
    seen = [scan.at for scan in state.book.scans]
    assert state.shipped_at is not None
    return max([state.shipped_at, *seen]) + parse_duration(state.terms.parcels.given_up_after)


def _known_at(state: ShipmentState) -> datetime:
    assert state.last_event_at is not None
    return state.last_event_at


def decide_due(state: ShipmentState, now: datetime) -> list[CaseEvent]:
    """What follows when that moment has come."""
    due = next_deadline(state)
    if due is None or due[0] > now:
        return []
    if state.is_relieved:
        return [*relief_due(state, now, facts.ReliefEnded)]
    told = told_now(state, now)
    if now >= given_up_at(state):
        told.append(facts.Closed(outcome="given_up"))
    return told
