"""The facts of a delivery exception. Each has a stored name and a version that are for ever."""

from typing import Literal

from domain.base import AmountMinor, Currency, Instant, Model
from domain.cases.events import CaseEvent, RefundReportedFact, RefundStartedFact
from domain.cases.relief import ReliefEndedFact, ReliefGrantedFact
from domain.deliveries.messages import Evidence
from domain.deliveries.vocabulary import Remedy
from domain.orders import Language, Order
from domain.parcels.vocabulary import ExceptionKind, Party
from domain.records import UnitRange

Outcome = Literal["redelivered", "refunded", "compensated", "cleared", "declined", "cancelled"]
ReferralCode = Literal["above_ceiling", "nothing_due", "carrier_denies", "customer_objects"]


class DeliveryEvent(CaseEvent):
    """A fact that only delivery exceptions have."""


class ReportedLine(Model):
    """Units of a line that it is about, and which of them the case claims."""

    line: str
    quantity: int
    units: list[UnitRange] = []


class Reported(DeliveryEvent):
    """Something went wrong with a parcel, by whose word, and what the case rests on (sop L4)."""

    name = "delivery.reported"
    order: Order
    kind: ExceptionKind
    carrier: str
    tracking_no: str
    reported_by: Literal["watch", "customer", "agent"]
    channel: str
    language: Language
    priority: str
    policy_asked: str = "standard"
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str
    reason: str | None = None
    raised_at: Instant | None = None
    shipped_at: Instant | None = None
    promised_by: Instant | None = None
    origin: str | None = None
    destination: str | None = None
    lines: list[ReportedLine]
    evidence: list[Evidence] = []
    words: str | None = None
    last_status: str | None = None
    """The carrier's last word on the parcel when it was reported."""


class Identified(DeliveryEvent):
    """What it is and who answers for it (sop L5); `automatic`: the scans agree with the report."""

    name = "delivery.identified"
    kind: ExceptionKind
    party: Party
    reason: str | None = None
    automatic: bool = False


class PartyCorrected(DeliveryEvent):
    """A person named another responsible party, with a reason."""

    name = "delivery.party_corrected"
    party: Party
    reason: str


class EvidenceAdded(DeliveryEvent):
    """More photos or papers."""

    name = "delivery.evidence_added"
    evidence: list[Evidence]


class CustomerTold(DeliveryEvent):
    """The customer knows of it: by our notice, or by a person whom the notices had left the matter to."""

    name = "delivery.customer_told"
    how: str


class InvestigationStarted(DeliveryEvent):
    """The carrier is asked, and the parcel waited for, until then at most."""

    name = "delivery.investigation_started"
    until: Instant


class CarrierAnswered(DeliveryEvent):
    """What the carrier says."""

    name = "delivery.carrier_answered"
    at_fault: bool
    reason: str | None = None
    evidence: list[Evidence] = []


class CarrierSilent(DeliveryEvent):
    """The carrier's time is over, and the parcel is not there."""

    name = "delivery.carrier_silent"


class Offered(DeliveryEvent):
    """The customer may choose until `choose_by`; then `no_answer_means` counts."""

    name = "delivery.offered"
    remedies: list[Remedy]
    choose_by: Instant
    no_answer_means: Remedy


class Chosen(DeliveryEvent):
    """What the customer chose, or the policy for them when they did not answer."""

    name = "delivery.chosen"
    remedy: Remedy
    automatic: bool = False
    wait_until: Instant | None = None
    """How long the stock is waited for, where the redelivery was out of stock."""


class Referred(DeliveryEvent):
    """A person has to decide, and why the policy doesn't."""

    name = "delivery.referred"
    code: ReferralCode
    reason: str | None = None


class Granted(DeliveryEvent):
    """The customer gets it: goods again, the money for them, or a compensation of `amount_minor`."""

    name = "delivery.granted"
    remedy: Remedy
    amount_minor: AmountMinor
    currency: Currency
    automatic: bool = False
    reason: str | None = None


class Declined(DeliveryEvent):
    """The customer gets nothing, and why."""

    name = "delivery.declined"
    reason: str


class ReplacementOrdered(DeliveryEvent):
    """The goods are sent once more, as an order of its own."""

    name = "delivery.replacement_ordered"
    exchange_order_id: str


class OutOfStock(DeliveryEvent):
    """The goods cannot be sent once more now; the customer is asked until `choose_by`."""

    name = "delivery.out_of_stock"
    choose_by: Instant


class RefundStarted(DeliveryEvent, RefundStartedFact):
    """A refund or a compensation was put on its way; the `Refund` workflow with this number pays it."""

    name = "delivery.refund_started"
    goods_minor: AmountMinor
    outbound_freight_minor: AmountMinor
    compensation_minor: AmountMinor


class RefundReported(DeliveryEvent, RefundReportedFact):
    """What became of it."""

    name = "delivery.refund_reported"


class Cleared(DeliveryEvent):
    """A scan ended the exception: the parcel moves again or was delivered after all."""

    name = "delivery.cleared"
    status: Literal["moving", "delivered"]
    scanned_at: Instant


class Settled(DeliveryEvent):
    """All that the customer was granted was paid or sent."""

    name = "delivery.settled"


class FeedbackGiven(DeliveryEvent):
    """The customer was told what was done and why (sop L5); `automatic`: in the policy's own words."""

    name = "delivery.feedback_given"
    automatic: bool = False
    done: str | None = None
    cause: str | None = None
    prevention: str | None = None


class Confirmed(DeliveryEvent):
    """The customer confirmed, or said nothing until the policy's time ran out."""

    name = "delivery.confirmed"
    automatic: bool = False


class Objected(DeliveryEvent):
    """The customer is not content."""

    name = "delivery.objected"
    reason: str


class ClaimRefused(DeliveryEvent):
    """The claim against the carrier could not be opened; the case goes on without."""

    name = "delivery.claim_refused"
    reason: str


class ReliefGranted(DeliveryEvent, ReliefGrantedFact):
    """Extreme weather: the clocks rest until the window's end (sop L7)."""

    name = "delivery.relief_granted"


class ReliefEnded(DeliveryEvent, ReliefEndedFact):
    """The weather is over; the clocks go on."""

    name = "delivery.relief_ended"


class Cancelled(DeliveryEvent):
    """The customer withdrew the report."""

    name = "delivery.cancelled"
    reason: str | None = None


class Closed(DeliveryEvent):
    """The case is over."""

    name = "delivery.closed"
    outcome: Outcome


class Reopened(DeliveryEvent):
    """A closed case goes on: a person decides anew, with the units that it claims again."""

    name = "delivery.reopened"
    reason: str
    units: dict[str, list[UnitRange]]


OWN: tuple[type[DeliveryEvent], ...] = tuple(DeliveryEvent.__subclasses__())
