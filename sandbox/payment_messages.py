"""What is said to the sandbox's payment gateway over HTTP, and what it answers."""

from datetime import timedelta, timezone
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat

from domain.base import AmountMinor, Currency, Instant, Model, Slug, SomeMinor

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
"""A payment's idempotency key, as short and plain as the strictest rail wants it."""

CHINA = timezone(timedelta(hours=8))
"""The clocks by which WeChat Pay and Alipay tell times, most of them without an offset."""

RefundState = Literal["pending", "settled", "failed"]


class Capture(Model):
    """What was captured for an order: the most that can go back."""

    merchant: Slug
    order_id: Slug
    amount_minor: AmountMinor
    currency: Currency


Dialect = Literal["sandbox", "stripe", "wechat", "alipay"]


class RefundRequest(Model):
    """Pay some of an order's money back; once per key while the key is remembered."""

    key: Key
    order_id: Slug
    amount_minor: SomeMinor
    currency: Currency
    from_captured: bool = True
    """False: from the merchant's own money, as much as the merchant says."""
    metadata: dict[str, str] = {}


class Refund(RefundRequest):
    """A refund as the gateway knows it."""

    ref: str
    merchant: Slug
    state: RefundState
    reason: str | None = None
    accepted_at: Instant
    dialect: Dialect = "sandbox"
    """How it was asked for, and so how its webhooks speak."""


class Dispute(Model):
    """Where a payment's dispute is: nothing is refunded while it is open, or after it was lost.

    Its webhook is in `dialect`: Stripe and the sandbox's own gateway send them.
    """

    state: Literal["open", "won", "lost"]
    dialect: Dialect = "sandbox"


class Movement(Model):
    """Money that moved: positive to the customer, negative back from them."""

    at: Instant
    ref: str
    key: str
    merchant: str
    order_id: str
    amount_minor: int
    currency: str


class GatewaySettings(Model):
    """How the gateway behaves from now on. `settle_after_seconds` None: refunds stay pending until told."""

    settle_after_seconds: Annotated[float, Field(ge=0)] | None = 0
    key_window_seconds: PositiveFloat = 24 * 3600


Share = Annotated[float, Field(ge=0, le=1)]


class WebhookSettings(Model):
    """Where webhooks go, and what befalls them on the way. `url` None: none are sent.

    Each goes to `<url>/<dialect>/<merchant>`, or with its source in place of a dialect; `urls` are those of
    single merchants. Of each, `repeat` are sent, each `delay_seconds` later, or with `shuffle` any time up to
    that; a share `drop` never leaves. To a share of events, by `seed`, somebody adds bad ones: `forge` tells
    the opposite under a wrong signature, `unsigned` under none, `stale` is genuine and signed a week ago.
    """

    url: str | None = None
    urls: dict[Slug, str] = {}
    repeat: Annotated[int, Field(ge=1, le=100)] = 1
    shuffle: bool = False
    delay_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    drop: Share = 0.0
    forge: Share = 0.0
    unsigned: Share = 0.0
    stale: Share = 0.0
    tries: Annotated[int, Field(ge=1, le=20)] = 8
    """How often a webhook is sent that is not answered with 2xx; the pauses double from 0.2 s."""
    seed: int = 0


WebhookKind = Literal["genuine", "forge", "unsigned", "stale"]


class WebhookSent(Model):
    """One webhook that left, and the answer; `status` None as long as there is none."""

    kind: WebhookKind
    merchant: Slug
    tries: int = 0
    status: int | None = None
    answer: str = ""


class Delivery(WebhookSent):
    """One of the gateway's own."""

    dialect: Dialect
    key: str
    ref: str
    state: RefundState
