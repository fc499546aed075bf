"""Stripe's webhooks, verified by its own client library: `Stripe-Signature` over time and raw body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import stripe

from domain.base import Model, SomeMinor
from domain.disputes import DisputeState
from domain.errors import WebhookForged, WebhookUnsigned
from domain.provider_news import DisputeNews, News, RefundNews
from providers.payments_stripe import KEY_NAME, STATES, amount_from_stripe
from providers.webhook_forms import check_fresh, read_signed, unix_time

HEADER = "stripe-signature"
LIBRARY: Any = stripe.WebhookSignature  # its types are partly unknown
DISPUTES: dict[str, DisputeState] = {
    "needs_response": "open",
    "under_review": "open",
    "won": "won",
    "lost": "lost",
}
"""Every other status is an inquiry's, of whose payment Stripe still refunds, or one that was prevented."""


class _Refund(Model):
    id: str
    amount: SomeMinor
    currency: str
    status: str
    metadata: dict[str, str] | None = None


class _Dispute(Model):
    id: str
    amount: SomeMinor
    currency: str
    status: str
    payment_intent: str | None = None
    charge: str | None = None


class _Data(Model):
    object: dict[str, Any]


class _Event(Model):
    id: str
    type: str
    created: int
    data: _Data


class StripeWebhook:
    """The endpoint whose secret (`whsec_…`) this is; it hears of refunds and of disputes."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> News | None:
        """As `PaymentWebhook` says."""
        header = headers.get(HEADER)
        if not header:
            raise WebhookUnsigned
        try:
            LIBRARY.verify_header(body, header, self._secret)
        except (stripe.SignatureVerificationError, ValueError):
            raise WebhookForged from None
        # Without its tolerance: the library knows no clock but its own, and lets the future pass.
        check_fresh(_signed_at(header), now)
        event = read_signed(_Event, body)
        match event.data.object.get("object"):
            case "refund":
                return _refund_news(event)
            case "dispute":
                return _dispute_news(event)
            case _:
                return None


def _refund_news(event: _Event) -> RefundNews:
    refund = read_signed(_Refund, event.data.object)
    currency = refund.currency.upper()
    return RefundNews(
        provider="stripe",
        provider_ref=refund.id,
        event_id=event.id,
        key=(refund.metadata or {}).get(KEY_NAME),
        state=STATES.get(refund.status, "pending"),
        amount_minor=amount_from_stripe(refund.amount, currency),
        currency=currency,
        occurred_at=unix_time(event.created),
    )


def _dispute_news(event: _Event) -> DisputeNews | None:
    dispute = read_signed(_Dispute, event.data.object)
    state, currency = DISPUTES.get(dispute.status), dispute.currency.upper()
    if state is None:
        return None
    return DisputeNews(
        provider="stripe",
        dispute_id=dispute.id,
        payments=tuple(name for name in (dispute.payment_intent, dispute.charge) if name),
        amount_minor=amount_from_stripe(dispute.amount, currency),
        currency=currency,
        state=state,
        at=unix_time(event.created),
    )


def _signed_at(header: str) -> datetime:
    """The time that was signed: the first `t`, exactly as the library takes it."""
    items = [item.split("=", 2) for item in header.split(",")]
    return unix_time(next(item[1] for item in items if item[0] == "t"))
