"""How a complaint is opened, and what its customer may see (docs/messages-complaint.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Instant, Model, Slug, Text
from domain.cases import messages as cases
from domain.cases.messages import CaseName, OpenCase
from domain.complaints.record import Attachment, ComplainedLine, Demand
from domain.grading import ComplaintCategory, Severity, Source, Urgency
from domain.orders import IntakeChannel, Language
from domain.schema_rules import any_of, both, given, one_of, told_by, when, without
from domain.sla.spec import TimeZoneName

Content = Annotated[Text, Field(min_length=1, max_length=8000)]


_OF_A_REGULATOR = both(given("source"), {"properties": {"source": {"const": "regulator"}}})


class Complaint(Model):
    """A complaint as it was taken in (sop C1, C2).

    The customer is known by their id in the shop, which knows how they are reached. A complaint about no
    order says the customer's time zone. A call comes with its transcript. Class and grade may be given later.
    """

    model_config = told_by(
        when("channel", ["phone"], given("transcript")),
        any_of(given("order_id"), both(given("timezone"), without("goods"))),
        when("source", ["regulator"], given("regulator_reference")),
        any_of(without("regulator_reference"), _OF_A_REGULATOR),
        one_of(given("severity", "urgency"), without("severity", "urgency")),
    )

    customer_id: Slug
    order_id: Slug | None = None
    goods: list[ComplainedLine] = Field(default_factory=list[ComplainedLine], max_length=100)
    occurred_at: Instant
    received_at: Instant | None = None
    """When the channel received it; without it, now."""
    content: Content
    demand: Demand
    channel: IntakeChannel = "app"
    taken_in_by: Slug | None = None
    transcript: Attachment | None = None
    attachments: list[Attachment] = Field(default_factory=list[Attachment], max_length=20)
    about: CaseName | None = None
    """The case that it is about, as a return."""
    source: Source = "customer"
    regulator_reference: Slug | None = None
    language: Language = "zh-CN"
    timezone: TimeZoneName | None = None
    category: ComplaintCategory | None = None
    severity: Severity | None = None
    urgency: Urgency | None = None
    policy: Slug = "standard"

    @model_validator(mode="after")
    def _record_is_whole(self) -> Self:
        problems = (
            (self.channel == "phone" and self.transcript is None, "a call needs its `transcript`"),
            (self.order_id is None and bool(self.goods), "goods need the `order_id` that they are of"),
            (self.order_id is None and self.timezone is None, "without an `order_id` say the `timezone`"),
            (
                (self.source == "regulator") != (self.regulator_reference is not None),
                "`regulator_reference` goes with the source `regulator`, and with no other",
            ),
            ((self.severity is None) != (self.urgency is None), "`severity` and `urgency` go together"),
            (
                self.received_at is not None and self.received_at < self.occurred_at,
                "`received_at` lies before `occurred_at`",
            ),
            (len({line.line for line in self.goods}) < len(self.goods), "`goods` names a line twice"),
        )
        if wrong := next((words for is_wrong, words in problems if is_wrong), None):
            raise ValueError(wrong)
        return self


class OpenComplaint(OpenCase):
    """The only argument of the workflow `ComplaintCase`: a new complaint, or a closed one to go on with."""

    kind = "complaint"
    content_field = "complaint"

    complaint: Complaint | None = None

    def page(self) -> str:
        """Order, channel, class; nothing that the customer wrote."""
        taken = self.complaint
        if taken is None:
            return self.headline()
        order = f"Order {taken.order_id}" if taken.order_id else "No order"
        category = (taken.category or "not classified yet").replace("_", " ")
        return f"{order}, {category}, from {taken.source} by {taken.channel}, policy {taken.policy}"


class Opened(cases.Opened):
    """The answer to `open`: priority, and the team that has it, where the class was given."""

    priority: str
    team: str | None = None


class ComplaintStep(Model):
    """A step of the way, as the customer is told it."""

    step: Literal["received", "review", "investigation", "solution", "confirmation"]
    state: Literal["done", "current", "open", "skipped"]


class ComplaintProgress(Model):
    """Query `progress`: fit for the customer's eyes, nothing of the desk's inner life."""

    number: str
    order_id: str | None = None
    steps: list[ComplaintStep]
    now: str
    next: str | None = None
    until: Instant | None = None
    updates: int = 0
    outcome: str | None = None
