"""What may be asked of a return: the start argument, the updates and their answers (docs/messages.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.base import AmountMinor, Instant, Model, Quantity, Slug, Text
from domain.cases import messages as cases
from domain.cases.messages import Answer as Answer
from domain.cases.messages import OpenCase
from domain.cases.messages import RefundReport as RefundReport
from domain.cases.messages import Reopen as Reopen
from domain.cases.messages import Words as Words
from domain.message import Message as Message
from domain.orders import IntakeChannel, Kind, Language, Priority, ReturnRequest
from domain.refund_ways import ByWay
from domain.returns.advance_events import Answer as ClawbackAnswer
from domain.returns.events import Choice
from domain.schema_rules import any_of, given, told_by, when

TrackingNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{4,40}$")]


class Application(Model):
    """A customer's application to return or exchange goods of one order (sop R1)."""

    order_id: Slug
    customer_id: Slug
    channel: IntakeChannel = "app"
    language: Language = "zh-CN"
    priority: Priority = "P3"
    policy: Slug = "standard"
    request: ReturnRequest

    @field_validator("request")
    @classmethod
    def _names_a_line_once(cls, request: ReturnRequest) -> ReturnRequest:
        names = [line.line for line in request.lines]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"line {twice} is named twice; add its quantities up")
        return request


class OpenReturn(OpenCase):
    """The only argument of the workflow `ReturnCase`: a new application, or a closed case to go on with."""

    kind = "return"
    content_field = "application"

    application: Application | None = None

    def headline(self) -> str:
        """One line for lists; no personal data."""
        what = self.application.request.kind if self.application else self.kind
        return f"{what.capitalize()} {self.number} of {self.merchant}"

    def page(self) -> str:
        """Order, priority and the lines with their reasons; no goods."""
        asked = self.application
        if asked is None:
            return self.headline()
        lines = [f"- line {line.line}: {line.quantity} × {line.reason}" for line in asked.request.lines]
        head = f"Order {asked.order_id}, priority {asked.priority}, by {asked.channel}, policy {asked.policy}"
        return "\n".join([head, "", *lines])


class Review(Message):
    """An agent's word on the application (sop R4). A refusal needs a reason in the customer's language."""

    model_config = told_by(when("approve", [False], given("reason")))

    agent: Slug
    approve: bool
    reason: Words | None = None
    nothing_back: bool | None = None
    """Of a reissue: whether the desk does without the goods; without a word, what the policy says."""

    @model_validator(mode="after")
    def _refusal_has_a_reason(self) -> Self:
        if not self.approve and not self.reason:
            raise ValueError("a refusal needs `reason`, in the customer's language")
        return self


class Advise(Message):
    """An agent found out what the matter is, and what would help best (sop R8).

    Where that is not what the customer applied for, they are asked.
    """

    agent: Slug
    diagnosis: Words
    recommend: Kind


class AcceptAdvice(Message):
    """The customer's word on the advice; without `accept` they keep to what they applied for."""

    accept: bool = True


class RequestInfo(Message):
    """An agent asks the customer for more before deciding; the clocks that the policy names pause."""

    agent: Slug
    question: Words


class GiveInfo(Message):
    """The customer's answer; files are given by reference."""

    answer: Words
    attachments: list[Text] = Field(default_factory=list[Text], max_length=20)


class Ship(Message):
    """The customer sent the goods with a tracking number of their own (sop R5).

    `freight_paid_minor` is what the customer paid for it; the platform pays it back where the
    freight is the platform's, up to the policy's cap.
    """

    carrier: Slug
    tracking_no: TrackingNo
    freight_paid_minor: AmountMinor = 0


class LineCount(Model):
    """So many units of a line."""

    line: Slug
    quantity: Quantity


class Receive(Message):
    """The warehouse took a parcel in: received is not yet accepted. No `lines`: all that was expected."""

    warehouse: Slug
    received_at: Instant | None = None
    lines: list[LineCount] | None = None


class ResolveParcel(Message):
    """A word on a parcel that went wrong.

    `refused`: the dock did not take it in. `lost`: it will not come, and `refund` says whether the customer
    is paid all the same.
    """

    by: Slug
    event: Literal["refused", "lost"]
    refund: bool = False
    reason: Words


_ALL_PASSED = {"properties": {name: {"const": 0} for name in ("failed", "short", "wrong_item")}}


class InspectedLine(Model):
    """What the inspector found of one line; the four counts add up to what was approved."""

    model_config = told_by(any_of(given("reason"), _ALL_PASSED))

    line: Slug
    passed: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)
    short: int = Field(default=0, ge=0)
    wrong_item: int = Field(default=0, ge=0)
    reason: Words | None = None
    disposition: Literal["send_back", "keep"] | None = None
    """What becomes of units that did not pass; without a word, what the policy says."""

    @property
    def quantity(self) -> int:
        """Units accounted for."""
        return self.passed + self.failed + self.short + self.wrong_item

    @model_validator(mode="after")
    def _rejection_has_a_reason(self) -> Self:
        if self.quantity > self.passed and not self.reason:
            raise ValueError(f"line {self.line}: units that did not pass need `reason`")
        return self


class Inspect(Message):
    """The inspection's result, all lines at once (sop R5)."""

    inspector: Slug
    lines: list[InspectedLine] = Field(min_length=1)


class Choose(Message):
    """The customer's choice when the replacement is out of stock, or the goods cannot be repaired."""

    choice: Choice


class ResolveClawback(Message):
    """What became of an advance whose goods did not come or did not pass, by a person's or a provider's word.

    `amount_minor` is what came back; without it, all that was asked for.
    """

    model_config = told_by(
        when("outcome", ["written_off"], {"properties": {"amount_minor": {"enum": [None, 0]}}})
    )

    by: Slug
    outcome: ClawbackAnswer
    amount_minor: AmountMinor | None = None
    provider_ref: Slug | None = None
    reason: Words

    @model_validator(mode="after")
    def _written_off_is_not_paid(self) -> Self:
        if self.outcome == "written_off" and self.amount_minor:
            raise ValueError("what came back is `paid_back`; written off is what did not")
        return self


class Appeal(Message):
    """The customer does not accept the refusal, or what the inspection found; closed returns take it too."""

    by: Literal["customer", "agent"] = "customer"
    reason: Words


class RetryRefund(ByWay, Message):
    """Ops or a lead lets a failed refund be paid again, under a new number of its own.

    With `amount_minor` only so much of it, as where a second person declined the whole. The `way` is the same
    again, or `voucher` with the customer's word.
    """

    by: Slug
    reason: Words
    amount_minor: Quantity | None = None


class Confirm(Message):
    """The customer says that the money or the goods arrived."""

    by: Literal["customer", "agent"] = "customer"


class Cancel(Message):
    """The customer withdraws the application before the goods are received."""

    by: Literal["customer", "agent"] = "customer"
    reason: Words | None = None


Command = (
    Review
    | Advise
    | AcceptAdvice
    | RequestInfo
    | GiveInfo
    | Ship
    | Receive
    | ResolveParcel
    | Inspect
    | Choose
    | ResolveClawback
    | Appeal
    | RetryRefund
    | Confirm
    | Cancel
)


class Opened(cases.Opened):
    """The answer to `open`: what was decided at once, and what would be paid."""

    decision: Literal["accept", "refuse", "review"]
    code: str
    refund_minor: int
    currency: str
    ship_back_by: Instant | None = None


class ProgressStep(Model):
    """One of the four stages that a customer may ask about (sop R6)."""

    step: Literal["review", "ship_back", "inspection", "refund_or_exchange"]
    state: Literal["done", "current", "open", "skipped"]


class Progress(Model):
    """Query `progress`: fit for the customer's eyes, nothing of the desk's inner life."""

    number: str
    order_id: str
    kind: Kind
    steps: list[ProgressStep]
    now: str
    next: str | None = None
    until: Instant | None = None
    outcome: str | None = None
