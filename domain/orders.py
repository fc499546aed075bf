"""An order as the shop tells it, and what a customer asks to send back (contracts §2)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import AmountMinor, Currency, Instant, Model, Quantity, Slug, SomeMinor, Text
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
Kind = Literal["return", "exchange", "repair", "reissue"]
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


class OrderPayment(Model):
    """A payment of an order. `payment_id` is what the gateway knows it by; `rail` names the gateway."""

    payment_id: Slug
    amount_minor: SomeMinor
    currency: Currency
    rail: Slug | None = None
    """Without it the merchant's first."""


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
    payments: list[OrderPayment] = []
    """In order of capture. None named: it was paid by one payment, that is named as the order."""

    @model_validator(mode="after")
    def _payments_are_of_this_order(self) -> Self:
        ids = [payment.payment_id for payment in self.payments]
        if len(set(ids)) < len(ids):
            raise ValueError("`payments` names a payment twice")
        if any(payment.currency != self.currency for payment in self.payments):
            raise ValueError(f"`payments` are not all in {self.currency}, the order's currency")
        if self.captured_minor > self._worth_minor:
            raise ValueError(f"`payments` add up to more than the {self._worth_minor} of lines and freight")
        return self

    @property
    def _worth_minor(self) -> int:
        return sum(line.paid_minor for line in self.lines) + self.freight_paid_minor

    @property
    def captured_minor(self) -> int:
        """What was captured for the order: its payments, or goods and outbound freight."""
        if self.payments:
            return sum(payment.amount_minor for payment in self.payments)
        return self._worth_minor


class RequestedLine(Model):
    """What the customer wants to send back of one line, and in what state it is."""

    line: Slug
    quantity: Quantity
    reason: Reason
    condition: Condition = "unused"
    packaging_intact: bool = True
    accessories_complete: bool = True
    part: Slug | None = None
    """Of a reissue: the SKU of the part that is missing; without one the whole unit is sent again."""


class ReturnRequest(Model):
    """What a customer asks for some lines of an order: a return, an exchange, a repair or a reissue."""

    kind: Kind
    proof_of_purchase: bool
    lines: list[RequestedLine] = Field(min_length=1)
