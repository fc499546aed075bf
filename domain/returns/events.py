"""The facts of a return. Each has a stored name and a version that are for ever; payloads are plain JSON."""

from typing import Literal

from domain.base import AmountMinor, Currency, Instant, Model
from domain.cases.events import CaseEvent, RefundReportedFact, RefundStartedFact
from domain.orders import Kind, Language, Order, Reason
from domain.records import UnitRange

Outcome = Literal[
    "refunded",
    "exchanged",
    "refunded_and_exchanged",
    "refused",
    "cancelled",
    "expired",
    "goods_failed",
    "parcel_lost",
    "repaired",
    "reissued",
    "clawed_back",
    "written_off",
]


class ReturnEvent(CaseEvent):
    """A fact that only returns have."""


class AppliedLine(Model):
    """A line as it was applied for and judged by rule."""

    line: str
    quantity: int
    reason: Reason
    decision: Literal["accept", "refuse", "review"]
    code: str
    units: list[UnitRange] = []
    part: str | None = None


class Applied(ReturnEvent):
    """The customer applied; the order, the judgement by rule and what it rests on (sop R1, R2)."""

    name = "return.applied"
    kind: Kind
    order: Order
    channel: str
    language: Language
    priority: str
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str
    decision: Literal["accept", "refuse", "review"]
    lines: list[AppliedLine]
    goods_minor: AmountMinor
    outbound_freight_minor: AmountMinor
    currency: Currency
    return_freight_payer: Literal["customer", "platform"]
    apply_by: Instant | None = None


class Approved(ReturnEvent):
    """The application passed the review; the customer may send the goods (sop R4)."""

    name = "return.approved"
    automatic: bool = False
    note: str | None = None
    ship_back_by: Instant


class Refused(ReturnEvent):
    """The application did not pass; code and reason go to the customer (sop R4)."""

    name = "return.refused"
    code: str
    reason: str


class InfoRequested(ReturnEvent):
    """The desk asked the customer for more."""

    name = "return.info_requested"
    question: str


class InfoGiven(ReturnEvent):
    """The customer answered."""

    name = "return.info_given"
    answer: str
    attachments: list[str] = []


class LabelMade(ReturnEvent):
    """A prepaid label for the way back was made."""

    name = "return.label_made"
    carrier: str
    tracking_no: str
    url: str


class LabelRefused(ReturnEvent):
    """No label could be had; the customer sends the goods with a number of their own and is paid back."""

    name = "return.label_refused"
    reason: str


class Reminded(ReturnEvent):
    """The customer was reminded to send the goods."""

    name = "return.reminded"
    ship_back_by: Instant


class Shipped(ReturnEvent):
    """The goods are on their way back."""

    name = "return.shipped"
    carrier: str
    tracking_no: str
    freight_paid_minor: AmountMinor = 0


class Delivered(ReturnEvent):
    """The carrier says that the parcel arrived at the warehouse."""

    name = "return.delivered"
    scanned_at: Instant


class ParcelRefused(ReturnEvent):
    """The parcel was not taken in; the customer may send it again until `ship_back_by`."""

    name = "return.parcel_refused"
    reason: str
    ship_back_by: Instant


class ParcelMissing(ReturnEvent):
    """The parcel is presumed lost; somebody has to decide."""

    name = "return.parcel_missing"
    last_seen_at: Instant


class ParcelLost(ReturnEvent):
    """The parcel will not come; `refund` says whether the customer is paid all the same."""

    name = "return.parcel_lost"
    refund: bool
    reason: str


class ReceivedLine(Model):
    """Units that the warehouse counted in."""

    line: str
    quantity: int


class Received(ReturnEvent):
    """The warehouse has the goods (sop R5): received, not yet accepted."""

    name = "return.received"
    warehouse: str
    received_at: Instant
    lines: list[ReceivedLine]


class InspectedUnits(Model):
    """The inspector's count of one line."""

    line: str
    passed: int
    failed: int
    short: int
    wrong_item: int
    reason: str | None = None
    disposition: Literal["send_back", "keep"] = "send_back"


class Inspected(ReturnEvent):
    """The inspection's result (sop R5)."""

    name = "return.inspected"
    lines: list[InspectedUnits]


class GoodsSentBack(ReturnEvent):
    """Goods that did not pass are on their way to the customer again."""

    name = "return.goods_sent_back"
    carrier: str
    tracking_no: str


class ExchangePlaced(ReturnEvent):
    """The replacement was ordered."""

    name = "return.exchange_placed"
    line: str
    quantity: int
    exchange_order_id: str


class ExchangeOutOfStock(ReturnEvent):
    """The replacement is out of stock; the customer is asked until `choose_by`."""

    name = "return.exchange_out_of_stock"
    line: str
    choose_by: Instant


Choice = Literal["refund", "wait", "exchange"]


class ChoiceMade(ReturnEvent):
    """What the customer chose, or the policy for them when they did not answer."""

    name = "return.choice_made"
    choice: Choice
    automatic: bool = False
    wait_until: Instant | None = None


class RefundStarted(ReturnEvent, RefundStartedFact):
    """A refund was put on its way; the `Refund` workflow with this number pays it."""

    name = "return.refund_started"
    goods_minor: AmountMinor
    outbound_freight_minor: AmountMinor
    return_freight_minor: AmountMinor


class RefundReported(ReturnEvent, RefundReportedFact):
    """What became of the refund."""

    name = "return.refund_reported"


class Settled(ReturnEvent):
    """All that the customer is owed was paid or sent (sop R3, R5)."""

    name = "return.settled"


class Confirmed(ReturnEvent):
    """The customer confirmed, or said nothing until the policy's time ran out."""

    name = "return.confirmed"
    automatic: bool = False


class Cancelled(ReturnEvent):
    """The customer withdrew."""

    name = "return.cancelled"
    reason: str | None = None


class Expired(ReturnEvent):
    """The goods were not sent in time."""

    name = "return.expired"


class Closed(ReturnEvent):
    """The case is over."""

    name = "return.closed"
    outcome: Outcome


class Reopened(ReturnEvent):
    """A closed case goes on in the stage it had left, with the units that it claims again."""

    name = "return.reopened"
    reason: str
    stage: str
    units: dict[str, list[UnitRange]]
    ship_back_by: Instant | None = None


OWN: tuple[type[ReturnEvent], ...] = tuple(ReturnEvent.__subclasses__())
