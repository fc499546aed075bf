"""A refund: its key, its states, and what the ledger knows of it (design §5)."""

import hashlib
import re
from typing import Literal

from domain.base import Currency, Model, Quantity, UtcInstant

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

KEY_LENGTH_MAX = 40  # the shortest limit among the rails (facts: WeChat, Razorpay)


def refund_key(merchant: str, number: str, seq: int) -> str:
    """The provider's idempotency key: `rf-<case>-<seq>` in `[A-Za-z0-9_-]`, at most 40 characters.

    A case name that is too long or has other characters is shortened with a digest of the whole,
    so that two cases never share a key.
    """
    case = f"{merchant}-{number}"
    room = KEY_LENGTH_MAX - len(f"rf--{seq}")
    if len(case) > room or not re.fullmatch(r"[A-Za-z0-9_-]+", case):
        digest = hashlib.sha256(f"{merchant}:{number}".encode()).hexdigest()[:12]
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", case)
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
