"""What may be asked of a delivery exception: start, updates, answers (docs/messages-deliveries.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.base import AmountMinor, Instant, Model, Quantity, Slug, Text
from domain.cases import messages as cases
from domain.cases.messages import OpenCase, Words
from domain.cases.relief import GrantRelief as GrantRelief
from domain.deliveries.vocabulary import Remedy, TrackingNo
from domain.message import Message
from domain.orders import IntakeChannel, Language, Priority
from domain.parcels.vocabulary import ExceptionKind, Party
from domain.refund_ways import ByWay
from domain.regions import Region
from domain.schema_rules import any_of, both, given, told_by, without

Reporter = Literal["watch", "customer", "agent"]


class Evidence(Model):
    """A photo or a paper, by reference; its hash says that it is still the same."""

    reference: Annotated[Text, Field(min_length=1, max_length=200)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


EvidenceList = Annotated[list[Evidence], Field(max_length=20)]


class AffectedLine(Model):
    """Units of an order line that it is about."""

    line: Slug
    quantity: Quantity


class ExceptionReport(Model):
    """What went wrong with a parcel (sop L4), by the word of the watch, the customer or an agent.

    No `lines`: all that was ordered. `reason` is the carrier's, in the carrier-neutral vocabulary; its prefix
    says who answers for it. `origin` and `destination` are regions, never addresses.
    """

    order_id: Slug
    customer_id: Slug
    kind: ExceptionKind
    carrier: Slug
    tracking_no: TrackingNo
    reported_by: Reporter = "customer"
    channel: IntakeChannel = "app"
    language: Language = "zh-CN"
    priority: Priority = "P3"
    policy: Slug = "standard"
    reason: Slug | None = None
    raised_at: Instant | None = None
    shipped_at: Instant | None = None
    promised_by: Instant | None = None
    origin: Region | None = None
    destination: Region | None = None
    lines: list[AffectedLine] = []
    evidence: EvidenceList = []
    words: Words | None = None

    @field_validator("lines")
    @classmethod
    def _names_a_line_once(cls, lines: list[AffectedLine]) -> list[AffectedLine]:
        names = [line.line for line in lines]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"line {twice} is named twice; add its quantities up")
        return lines

    @model_validator(mode="after")
    def _times_are_in_order(self) -> Self:
        times = [("promised_by", self.promised_by), ("raised_at", self.raised_at)]
        for name, at in times:
            if at is not None and self.shipped_at is not None and at < self.shipped_at:
                raise ValueError(f"{name} lies before shipped_at")
        return self


class OpenDelivery(OpenCase):
    """The only argument of `DeliveryException`: a new exception, or a closed case to go on with."""

    kind = "delivery"
    content_field = "exception"

    exception: ExceptionReport | None = None

    def headline(self) -> str:
        """One line for lists; no personal data."""
        what = self.exception.kind.replace("_", " ") if self.exception else "exception"
        return f"Delivery {self.number} of {self.merchant}: {what}"

    def page(self) -> str:
        """Order, parcel and lines; no goods."""
        told = self.exception
        if told is None:
            return self.headline()
        lines = [f"- line {line.line}: {line.quantity}" for line in told.lines] or ["- the whole order"]
        head = f"Order {told.order_id}, parcel {told.carrier} {told.tracking_no}, by {told.reported_by}"
        return "\n".join([head, "", *lines])


class Identify(Message):
    """What it really is: for a report that the scans contradict, or an exception that became another one."""

    by: Slug
    kind: ExceptionKind
    reason: Slug | None = None


class CorrectParty(Message):
    """Who answers for it, by a person's word and reason, instead of what the carrier's reason says."""

    by: Slug
    party: Party
    reason: Words


class AddEvidence(Message):
    """More photos or papers."""

    by: Slug
    evidence: Annotated[list[Evidence], Field(min_length=1, max_length=20)]


class Contacted(Message):
    """A person reached the customer whom no notice had reached."""

    by: Slug
    how: Literal["phone", "chat", "email", "in_person"]


class CarrierAnswered(Message):
    """What the carrier says of the parcel: is it at fault? Proof of delivery comes as evidence."""

    by: Slug
    at_fault: bool
    reason: Words | None = None
    evidence: EvidenceList = []


class ScanCleared(Message):
    """A scan, maybe a late one, ends the exception: the parcel moves again, or was delivered after all."""

    by: Slug
    status: Literal["moving", "delivered"]
    scanned_at: Instant


class Choose(Message):
    """The customer's choice among what was offered."""

    remedy: Remedy


class Decide(Message):
    """A person's word on what the customer gets; without `remedy`: nothing, and why.

    `amount_minor` is a compensation's; without it, what the policy's table gives for the delay.
    """

    model_config = told_by(
        any_of(
            without("amount_minor"),
            both(given("remedy"), {"properties": {"remedy": {"const": "compensate"}}}),
        )
    )

    agent: Slug
    remedy: Remedy | None = None
    amount_minor: AmountMinor | None = None
    reason: Words

    @model_validator(mode="after")
    def _only_a_compensation_has_an_amount(self) -> Self:
        if self.amount_minor is not None and self.remedy != "compensate":
            raise ValueError("amount_minor goes with the remedy `compensate` only")
        return self


class GiveFeedback(Message):
    """What was done and why, written for the customer in their language (sop L5)."""

    by: Slug
    done: Words
    cause: Words
    prevention: Words | None = None


class ConfirmDelivery(Message):
    """The customer says that it is settled; the case closes."""

    by: Literal["customer", "agent"] = "customer"


class Object(Message):
    """The customer is not content with what was done; a person looks again."""

    reason: Words


class PayAgain(ByWay, Message):
    """Ops or a lead lets a failed refund be paid again, under a new number of its own.

    The `way` is the same again, or `voucher` with the customer's word.
    """

    by: Slug
    reason: Words


class CallOff(Message):
    """The customer withdraws the report, before anything was made up for."""

    by: Literal["customer", "agent"] = "customer"
    reason: Words | None = None


Command = (
    Identify
    | CorrectParty
    | AddEvidence
    | Contacted
    | CarrierAnswered
    | ScanCleared
    | Choose
    | Decide
    | GiveFeedback
    | ConfirmDelivery
    | Object
    | PayAgain
    | CallOff
    | GrantRelief
)


class Opened(cases.Opened):
    """The answer to `open`: what it is, who answers for it, and what was decided at once."""

    kind: ExceptionKind
    party: Party
    remedy: Remedy | None = None
    choose_by: Instant | None = None


class Progress(Model):
    """Query `progress`: fit for the customer's eyes."""

    number: str
    order_id: str
    kind: ExceptionKind
    carrier: str
    tracking_no: str
    now: str
    next: str | None = None
    options: list[Remedy] = []
    until: Instant | None = None
    remedy: Remedy | None = None
    amount_minor: int | None = None
    currency: str | None = None
    arrived_at: Instant | None = None
    outcome: str | None = None
