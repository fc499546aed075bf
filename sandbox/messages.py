"""What is said to the sandbox over HTTP and what it answers; shared by its server and its client."""

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from domain.base import AmountMinor, Currency, Instant, Model, Quantity, Slug, SomeMinor
from domain.orders import Language
from sandbox.payment_messages import Key, WebhookSent
from sandbox.vocabulary import Status

OtherKey = Annotated[str, Field(min_length=1, max_length=200)]
InboxChannel = Literal["email", "sms", "push"]


class Contact(Model):
    """How the shop reaches a customer."""

    name: str
    language: Language = "zh-CN"
    timezone: str = "Asia/Shanghai"
    email: str | None = None
    phone: str | None = None
    push_token: str | None = None


class Stock(Model):
    """Units on the shelf; None where nobody counts them, so that they never run out."""

    quantity: AmountMinor | None


class Goods(Model):
    """Units of an order's line that are sent out again."""

    line: str
    sku: str
    quantity: Quantity


class Exchange(Model):
    """A replacement for some goods of an order; once per key."""

    key: OtherKey
    order_id: Slug
    lines: list[Goods] = Field(min_length=1)


class ExchangeOrder(Exchange):
    """A replacement order that was placed."""

    merchant: Slug
    new_order_id: str


class VoucherRequest(Model):
    """A voucher for who bought an order; once per key."""

    key: Key
    order_id: Slug
    amount_minor: SomeMinor
    currency: Currency


class Voucher(VoucherRequest):
    """A voucher that was given."""

    ref: str
    merchant: Slug
    customer_id: Slug


class Scan(Model):
    """A scan to be made, at `at` or now. `code` says the carrier's own code instead of our status."""

    status: Status = "in_transit"
    reason: str | None = None
    code: str | None = None
    at: Instant | None = None
    text: str = ""
    tells: Slug | None = None
    """The merchant who is told by webhook that there is news; nobody else is."""


class SourceEvent(Model):
    """What the shop or the warehouse tells by webhook; `id` and `at` by default of their own, and now.

    `counted`: whether the warehouse says which of its words on the case it is (`sequence`).
    """

    type: str
    data: dict[str, Any]
    id: str | None = None
    at: Instant | None = None
    counted: bool = True


class SourceSent(WebhookSent):
    """One webhook of a carrier, the shop or the warehouse."""

    source: str
    webhook_id: str
    type: str


class LabelOrder(Model):
    """A prepaid label; once per key."""

    key: OtherKey
    merchant: Slug
    order_id: Slug


class ParcelLabel(Model):
    """A parcel's name and where its label can be fetched."""

    carrier: str
    tracking_no: str
    url: str


class Announcement(Model):
    """Which parcel belongs to which case."""

    merchant: Slug
    case_id: OtherKey
    carrier: str
    tracking_no: str


class SendBack(Model):
    """Goods that go to the customer again; once per key."""

    key: OtherKey
    merchant: Slug
    case_id: OtherKey
    lines: list[Goods] = Field(min_length=1)


class Shipment(SendBack):
    """Goods that went to the customer again."""

    parcel: ParcelLabel


class Repair(Model):
    """Goods that are to be repaired; once per key."""

    key: OtherKey
    merchant: Slug
    case_id: OtherKey
    lines: list[Goods] = Field(min_length=1)


class WorkshopSays(Model):
    """What becomes of a repair."""

    state: Literal["repaired", "failed", "impossible"]
    reason: str = ""


class RepairNow(Model):
    """Where a repair is by now."""

    state: Literal["ordered", "repaired", "failed", "impossible"] = "ordered"
    reason: str = ""


class RepairOrder(Repair, RepairNow):
    """A repair that was ordered, and what became of it."""


class Notice(Model):
    """A message for one customer. The receiver drops a repeat of the same `notice_id`."""

    notice_id: OtherKey
    to: str
    subject: str = ""
    body: str
    html: str | None = None


class Arrived(Notice):
    """A message in the inbox. `handed_over`: how often the same one was brought."""

    channel: InboxChannel
    ref: str
    at: Instant
    handed_over: int = 1


class Dead(Model):
    """An address, number or token at which nobody can be reached (any more)."""

    channel: InboxChannel
    to: str
    dead: bool = True


FaultKind = Literal[
    "lost_before", "lost_after", "error_before", "error_after", "slow", "down", "key_pruned", "fails_later"
]


class FaultRule(Model):
    """One way of failing and the requests that it hits; every selector that is given must agree.

    `operation` names one kind of request; `key` means those that carry this value in their path or as `key`
    or `notice_id`; `every` the n-th, 2n-th … of them; `first` at most n; `probability` a share, by `seed`.
    """

    kind: FaultKind
    operation: str | None = None
    key: str | None = None
    every: PositiveInt | None = None
    first: PositiveInt | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int = 0
    delay_seconds: Annotated[float, Field(ge=0, le=600)] = 1.0


class ActiveFault(FaultRule):
    """A rule with what it has seen and done since it was set."""

    matched: int
    fired: int


class FaultRules(Model):
    """All the faults of one part; they replace those before."""

    rules: list[FaultRule] = []
