"""A refund: its key, its states, and what the ledger knows of it (design §5)."""

import hashlib
import re
from datetime import datetime
from typing import Literal, Self

from pydantic import JsonValue, model_validator

from domain.base import Currency, Model, Quantity, Slug, UtcInstant
from domain.message import Message
from domain.policy.work_rules import RefundRules
from domain.records import Batch, Recorded

RefundState = Literal["intent", "sent", "unknown", "pending", "settled", "failed", "returned"]

# What a provider or a person may still change; the others are final for the order's budget.
OPEN_STATES: tuple[RefundState, ...] = ("intent", "sent", "unknown", "pending")

NEXT_STATES: dict[RefundState, tuple[RefundState, ...]] = {
    "intent": ("sent", "failed"),
    "sent": ("unknown", "pending", "settled", "failed"),
    "unknown": ("sent", "pending", "settled", "failed"),
    "pending": ("unknown", "settled", "failed"),
    "settled": ("returned",),
    "failed": (),
    "returned": (),
}

# An underscore stands only before a digest, so that a plain name never looks like one that has it.
_PLAIN_CASE = re.compile(r"[A-Za-z0-9-]+")

KEY_LENGTH_MAX = 40  # the shortest limit among the rails (facts: WeChat, Razorpay)


def refund_key(merchant: str, number: str, seq: int) -> str:
    """The provider's idempotency key: `rf-<case>-<seq>` in `[A-Za-z0-9_-]`, at most 40 characters.

    A case whose name is too long, has other characters or could be read as another case's is named with a
    digest of the whole, so that two cases never share a key.
    """
    case = f"{merchant}-{number}"
    room = KEY_LENGTH_MAX - len(f"rf--{seq}")
    if len(case) > room or not _PLAIN_CASE.fullmatch(case) or "-" in merchant:
        digest = hashlib.sha256(f"{merchant}:{number}".encode()).hexdigest()[:12]
        plain = re.sub(r"[^A-Za-z0-9-]", "-", case)
        case = f"{plain[: room - 13]}_{digest}"
    return f"rf-{case}-{seq}"


class RefundIntent(Model):
    """What is to be paid back, fixed before any provider hears of it."""

    refund_id: str
    key: str
    case_id: str
    seq: int
    merchant: str
    order_id: str
    amount_minor: Quantity
    currency: Currency
    provider: str


class RefundRow(RefundIntent):
    """A row of the ledger."""

    state: RefundState
    provider_ref: str | None = None
    reason: str | None = None
    first_sent_at: UtcInstant | None = None
    state_since: UtcInstant
    attempts: int = 0
    last_error: str | None = None


class PayRefund(Message):
    """The only argument of the workflow `Refund`: what a case asks to have paid."""

    case_id: str
    merchant: Slug
    number: Slug
    seq: Quantity
    order_id: Slug
    amount_minor: Quantity
    currency: Currency
    rules: RefundRules

    @property
    def refund_id(self) -> str:
        """The refund's workflow id and stream."""
        return f"refund:{self.merchant}:{self.number}:{self.seq}"

    @property
    def key(self) -> str:
        """The provider's idempotency key."""
        return refund_key(self.merchant, self.number, self.seq)

    def intent(self, provider: str) -> RefundIntent:
        """What the ledger fixes before any provider hears of it."""
        shared = self.model_dump(
            include={"case_id", "seq", "merchant", "order_id", "amount_minor", "currency"}
        )
        return RefundIntent(refund_id=self.refund_id, key=self.key, provider=provider, **shared)


class Reservation(Model):
    """A refund that is to be taken from its order's budget. `at`: the refund's own time."""

    order: PayRefund
    at: UtcInstant


class RefundOutcome(Model):
    """What became of a refund: settled and failed are certain; held waits for a person."""

    state: Literal["settled", "failed", "held"]
    at: UtcInstant
    provider_ref: str | None = None
    reason: str | None = None


class ResolveRefund(Message):
    """Update `resolve` of a held refund: a person asked the provider and knows what became of it."""

    by: Slug
    paid: bool
    provider_ref: str | None = None
    reason: str

    @model_validator(mode="after")
    def _payment_has_a_reference(self) -> Self:
        if self.paid and not self.provider_ref:
            raise ValueError("a refund that was paid has a `provider_ref`")
        return self


def requested(order: PayRefund, at: datetime) -> Batch:
    """The first fact of a refund's stream."""
    data = order.model_dump(mode="json", include={"case_id", "order_id", "seq", "amount_minor", "currency"})
    return _batch(order, 1, "refund.requested", at, {**data, "key": order.key})


def ended(order: PayRefund, seq: int, outcome: RefundOutcome, actor: str = "system") -> Batch:
    """The fact that a refund settled, failed or is held for a person."""
    data = outcome.model_dump(mode="json", include={"provider_ref", "reason"}, exclude_none=True)
    return _batch(order, seq, f"refund.{outcome.state}", outcome.at, data, actor)


def _batch(
    order: PayRefund, seq: int, name: str, at: datetime, data: dict[str, JsonValue], actor: str = "system"
) -> Batch:
    fact = Recorded(seq=seq, type=name, at=at, actor=actor, data=data)
    return Batch(case_id=order.refund_id, first_seq=seq, events=[fact])
