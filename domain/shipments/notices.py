"""Which fact of a parcel tells the customer what (sop L3, L7): each milestone once."""

from datetime import datetime
from typing import Any

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.cases.telling import Wording, notices
from domain.notice_kinds import CustomerNotice
from domain.notices import Notice
from domain.parcels import Milestone
from domain.shipments import events as facts
from domain.shipments.state import ShipmentState

Said = tuple[CustomerNotice, dict[str, Any]] | None

_MILESTONES: dict[Milestone, CustomerNotice] = {
    "picked_up": "parcel_picked_up",
    "out_for_delivery": "parcel_out_for_delivery",
    "arrived": "parcel_arrived",
    "delivered": "parcel_delivered",
}


def notices_of(state: ShipmentState, fact: Fact, now: datetime) -> list[Notice]:
    """Whom the policy has told of a fact, given the state after it."""
    return notices(state, fact, now, _WORDINGS)


def _milestone(state: ShipmentState, event: facts.MilestoneReached) -> Said:
    if event.overtaken or state.leg != "outbound":
        return None
    until = state.journey.promised_by if event.milestone == "picked_up" else None
    return _MILESTONES[event.milestone], {**_parcel(state), "until": until}


def _relief(state: ShipmentState, event: facts.ReliefGranted) -> Said:
    if not event.tell or state.leg != "outbound":
        return None
    return "extreme_weather", {**_parcel(state), "code": event.reason, "until": event.until}


def _parcel(state: ShipmentState) -> dict[str, Any]:
    return {"carrier": state.carrier, "tracking_no": state.tracking_no}


_WORDINGS: dict[type[CaseEvent], Wording] = {
    facts.MilestoneReached: _milestone,
    facts.ReliefGranted: _relief,
}
