"""An order as the shop tells it, and what a customer asks to send back (contracts §2)."""

from typing import Literal

from pydantic import Field

from domain.base import AmountMinor, Currency, Instant, Model, Quantity, Slug, Text
from domain.sla.spec import TimeZoneName

Category = Literal[
    "standard",
    "custom_made",
    "perishable",
    "digital_opened",
    "periodical",
    "hygiene",
    "activated",
    "near_expiry",
]
Tier = Literal["ordinary", "potential", "key"]
Reason = Literal["no_reason", "quality", "wrong_item", "damaged", "missing", "not_as_described"]
Condition = Literal["unused", "used"]
Kind = Literal["return", "exchange"]
Language = Literal["zh-CN", "en"]
Priority = Literal["P1", "P2", "P3", "P4"]
IntakeChannel = Literal["app", "web", "phone", "chat", "email", "order_button", "social", "forum"]


class OrderLine(Model):
    """A line of an order. `paid_minor` is what the customer paid for all its units together."""

    line: Slug
    sku: Text
    title: Text
    quantity: Quantity
    paid_minor: AmountMinor
    category: Category = "standard"
    no_return_confirmed: bool = False


class Order(Model):
    """An order with what was captured for it. `received_at` is the recipient's signature, None before it."""

    order_id: Slug
    merchant: Slug
    customer_id: Slug
    customer_tier: Tier = "ordinary"
    currency: Currency
    placed_at: Instant
    received_at: Instant | None = None
    timezone: TimeZoneName
    freight_paid_minor: AmountMinor = 0
    lines: list[OrderLine] = Field(min_length=1)

    @property
    def captured_minor(self) -> int:
        """What was captured for the order: goods and outbound freight."""
        return sum(line.paid_minor for line in self.lines) + self.freight_paid_minor


class RequestedLine(Model):
    """What the customer wants to send back of one line, and in what state it is."""

    line: Slug
    quantity: Quantity
    reason: Reason
    condition: Condition = "unused"
    packaging_intact: bool = True
    accessories_complete: bool = True


class ReturnRequest(Model):
    """A return or an exchange of some lines of an order."""

    kind: Kind
    proof_of_purchase: bool
    lines: list[RequestedLine] = Field(min_length=1)
