"""Stripe's webhooks, verified by its own client library: `Stripe-Signature` over time and raw body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import stripe

from domain.base import Model, SomeMinor
from domain.currencies import minor_digits
from domain.errors import WebhookForged, WebhookUnsigned
from domain.provider_news import ProviderState, RefundNews
from providers.payments_stripe import DIGITS_AT_STRIPE, KEY_NAME
from providers.webhook_forms import check_fresh, read_signed, unix_time

HEADER = "stripe-signature"
LIBRARY: Any = stripe.WebhookSignature  # its types are partly unknown
STATES: dict[str, ProviderState] = {"succeeded": "settled", "failed": "failed", "canceled": "failed"}


class _Refund(Model):
    id: str
    amount: SomeMinor
    currency: str
    status: str
    metadata: dict[str, str] | None = None


class _Data(Model):
    object: dict[str, Any]


class _Event(Model):
    id: str
    type: str
    created: int
    data: _Data


class StripeWebhook:
    """The endpoint whose secret (`whsec_…`) this is; it hears of `refund.*` and `charge.refund.updated`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RefundNews | None:
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
        if event.data.object.get("object") != "refund":
            return None
        refund = read_signed(_Refund, event.data.object)
        currency = refund.currency.upper()
        return RefundNews(
            provider="stripe",
            provider_ref=refund.id,
            event_id=event.id,
            key=(refund.metadata or {}).get(KEY_NAME),
            state=STATES.get(refund.status, "pending"),
            amount_minor=_minor(refund.amount, currency),
            currency=currency,
            occurred_at=unix_time(event.created),
        )


def _signed_at(header: str) -> datetime:
    """The time that was signed: the first `t`, exactly as the library takes it."""
    items = [item.split("=", 2) for item in header.split(",")]
    return unix_time(next(item[1] for item in items if item[0] == "t"))


def _minor(amount: int, currency: str) -> int:
    """As ISO 4217 counts it."""
    shift = DIGITS_AT_STRIPE.get(currency, minor_digits(currency)) - minor_digits(currency)
    return amount // 10**shift if shift >= 0 else amount * 10**-shift
