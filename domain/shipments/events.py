"""The facts of a parcel's watch. Each has a stored name and a version that are for ever."""

from typing import Literal

from domain.base import Instant
from domain.cases.events import CaseEvent
from domain.cases.relief import ReliefEndedFact, ReliefGrantedFact
from domain.orders import Language, Order
from domain.parcels import Milestone, Scan, WatchedKind
from domain.shipments.messages import Leg

Outcome = Literal["delivered", "returned", "given_up", "stopped"]


class ShipmentEvent(CaseEvent):
    """A fact that only shipments have."""


class Opened(ShipmentEvent):
    """The watch began; by which method the parcel goes and what was promised (sop L1)."""

    name = "shipment.opened"
    order: Order
    carrier: str
    tracking_no: str
    leg: Leg
    method: str
    shipped_at: Instant
    promised_by: Instant | None = None
    origin: str | None = None
    destination: str | None = None
    channel: str
    language: Language
    priority: str
    policy_asked: str = "standard"
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str


class Scanned(ShipmentEvent):
    """The carrier's scans that decide something; those that change nothing are not recorded."""

    name = "shipment.scanned"
    scans: list[Scan]


class MilestoneReached(ShipmentEvent):
    """A milestone of the journey (sop L3); nobody is told of one that a later one has overtaken."""

    name = "shipment.milestone_reached"
    milestone: Milestone
    reached_at: Instant
    overtaken: bool = False


class ExceptionRaised(ShipmentEvent):
    """Something went wrong, by a scan or by silence (sop L4); `number` counts the parcel's exceptions."""

    name = "shipment.exception_raised"
    number: int
    kind: WatchedKind
    raised_at: Instant
    reason: str | None = None


class ExceptionCleared(ShipmentEvent):
    """A scan, maybe a late one, ended an exception."""

    name = "shipment.exception_cleared"
    kind: WatchedKind
    raised_at: Instant
    cleared_at: Instant


class ExceptionWithdrawn(ShipmentEvent):
    """A late scan showed that a silence never was."""

    name = "shipment.exception_withdrawn"
    kind: WatchedKind
    raised_at: Instant


class ExceptionRedated(ShipmentEvent):
    """A late scan showed that an exception began at another time."""

    name = "shipment.exception_redated"
    kind: WatchedKind
    was_raised_at: Instant
    raised_at: Instant
    cleared_at: Instant | None = None


class CaseOpened(ShipmentEvent):
    """An exception became a case of its own, or the case was refused (`refusal`, a code)."""

    name = "shipment.case_opened"
    number: int
    case_id: str
    refusal: str | None = None


class Promised(ShipmentEvent):
    """Another day was promised."""

    name = "shipment.promised"
    promised_by: Instant
    reason: str


class ReliefGranted(ShipmentEvent, ReliefGrantedFact):
    """Extreme weather touches the parcel: silence and lateness do not count until it is over (sop L7)."""

    name = "shipment.relief_granted"


class ReliefEnded(ShipmentEvent, ReliefEndedFact):
    """The extreme weather is over; silence counts from here on, and the promise is later by its length."""

    name = "shipment.relief_ended"


class Closed(ShipmentEvent):
    """The parcel arrived or came back, or nobody follows it any more."""

    name = "shipment.closed"
    outcome: Outcome


class Reopened(ShipmentEvent):
    """A watch that was over goes on."""

    name = "shipment.reopened"
    reason: str


OWN: tuple[type[ShipmentEvent], ...] = tuple(ShipmentEvent.__subclasses__())
