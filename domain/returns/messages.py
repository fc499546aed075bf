"""What may be asked of a return: the start argument, the updates and their answers (docs/messages.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.base import AmountMinor, Instant, Model, Quantity, Slug, Text
from domain.message import Message
from domain.orders import IntakeChannel, Language, Priority, ReturnRequest
from domain.refunds import PayRefund, RefundOutcome

Words = Annotated[Text, Field(min_length=1, max_length=2000)]
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


class Reopen(Model):
    """Why a closed case goes on: the run is seeded from the store."""

    reason: Literal["late_parcel", "refund_reported", "by_ops"]
    by: Slug


class OpenReturn(Message):
    """The only argument of the workflow `ReturnCase`: a new application, or a closed case to go on with."""

    merchant: Slug
    number: Slug
    application: Application | None = None
    reopen: Reopen | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.application is None) == (self.reopen is None):
            raise ValueError("give either `application` (a new case) or `reopen` (a closed one)")
        return self

    @property
    def case_id(self) -> str:
        """The workflow id and the name of the stream."""
        return f"return:{self.merchant}:{self.number}"


class Review(Message):
    """An agent's word on the application (sop R4). A refusal needs a reason in the customer's language."""

    agent: Slug
    approve: bool
    reason: Words | None = None

    @model_validator(mode="after")
    def _refusal_has_a_reason(self) -> Self:
        if not self.approve and not self.reason:
            raise ValueError("a refusal needs `reason`, in the customer's language")
        return self


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


class InspectedLine(Model):
    """What the inspector found of one line; the four counts add up to what was approved."""

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
    """The customer's choice when the exchange is out of stock."""

    choice: Literal["refund", "wait"]


class RetryRefund(Message):
    """Ops or a lead lets a failed refund be paid again, under a new number of its own."""

    by: Slug
    reason: Words


class Confirm(Message):
    """The customer says that the money or the goods arrived."""

    by: Literal["customer", "agent"] = "customer"


class Cancel(Message):
    """The customer withdraws the application before the goods are received."""

    by: Literal["customer", "agent"] = "customer"
    reason: Words | None = None


Command = (
    Review
    | RequestInfo
    | GiveInfo
    | Ship
    | Receive
    | ResolveParcel
    | Inspect
    | Choose
    | RetryRefund
    | Confirm
    | Cancel
)


class Answer(Model):
    """The answer to an update: readers that need their own write wait for `seq` in the store.

    `request_hash` is the digest of the request that was applied: a caller that used the same key for other
    content sees a hash that is not its own.
    """

    case_id: str
    seq: int
    stage: str
    outcome: str | None = None
    request_hash: str


class Opened(Answer):
    """The answer to `open`: what was decided at once, and what would be paid."""

    decision: Literal["accept", "refuse", "review"]
    code: str
    refund_minor: int
    currency: str
    ship_back_by: Instant | None = None


class RefundReport(Model):
    """Signal `refund_reported`: what became of a refund of this case."""

    refund_id: str
    seq: int
    state: Literal["settled", "failed", "held"]
    at: Instant
    reason: str | None = None


def report_of(order: PayRefund, outcome: RefundOutcome) -> RefundReport:
    """What the case hears of its refund."""
    return RefundReport(
        refund_id=order.refund_id,
        seq=order.seq,
        state=outcome.state,
        at=outcome.at,
        reason=outcome.reason,
    )


class ProgressStep(Model):
    """One of the four stages that a customer may ask about (sop R6)."""

    step: Literal["review", "ship_back", "inspection", "refund_or_exchange"]
    state: Literal["done", "current", "open", "skipped"]


class Progress(Model):
    """Query `progress`: fit for the customer's eyes, nothing of the desk's inner life."""

    number: str
    order_id: str
    kind: Literal["return", "exchange"]
    steps: list[ProgressStep]
    now: str
    next: str | None = None
    until: Instant | None = None
    outcome: str | None = None
