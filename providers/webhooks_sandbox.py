"""The webhooks of the sandbox's own gateway: Standard Webhooks, HMAC-SHA256 over the raw body.

Written out: the scheme's own package has its own clock, and says the same of a stale and of a forged one.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.base import Instant, Model, SomeMinor
from domain.disputes import DisputeState
from domain.errors import WebhookForged, WebhookUnsigned
from domain.provider_news import DisputeNews, News, ProviderState, RefundNews
from providers.payment_accounts import WEBHOOK_SECRET_PREFIX
from providers.webhook_forms import check_fresh, read_signed, unix_time

VERSION = "v1"
REFUNDS, DISPUTES = "refund.", "dispute."


class _Refund(Model):
    ref: str
    key: str
    amount_minor: SomeMinor
    currency: str
    state: ProviderState


class _Dispute(Model):
    id: str
    payment_id: str
    amount_minor: SomeMinor
    currency: str
    state: DisputeState


class _Event(Model):
    type: str
    timestamp: Instant
    data: dict[str, Any]


class SandboxWebhook:
    """The endpoint with this secret (`whsec_` and base64)."""

    def __init__(self, secret: str) -> None:
        self._secret = base64.b64decode(secret.removeprefix(WEBHOOK_SECRET_PREFIX), validate=True)

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> News | None:
        """As `PaymentWebhook` says."""
        event_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signatures = headers.get("webhook-signature", "")
        if not signatures:
            raise WebhookUnsigned
        signed = f"{event_id}.{sent_at}.".encode() + body
        ours = hmac.new(self._secret, signed, hashlib.sha256).digest()
        if not any(hmac.compare_digest(ours, theirs) for theirs in _signatures(signatures)):
            raise WebhookForged
        check_fresh(unix_time(sent_at), now)
        event = read_signed(_Event, body)
        if event.type.startswith(DISPUTES):
            return _dispute_news(event)
        return _refund_news(event, event_id) if event.type.startswith(REFUNDS) else None


def _refund_news(event: _Event, event_id: str) -> RefundNews:
    refund = read_signed(_Refund, event.data)
    return RefundNews(
        provider="sandbox",
        provider_ref=refund.ref,
        event_id=event_id,
        key=refund.key,
        state=refund.state,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        occurred_at=event.timestamp,
    )


def _dispute_news(event: _Event) -> DisputeNews:
    dispute = read_signed(_Dispute, event.data)
    return DisputeNews(
        provider="sandbox",
        dispute_id=dispute.id,
        payments=(dispute.payment_id,),
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        state=dispute.state,
        at=event.timestamp,
    )


def _signatures(header: str) -> list[bytes]:
    found: list[bytes] = []
    for each in header.split():
        version, _, text = each.partition(",")
        if version == VERSION:
            try:
                found.append(base64.b64decode(text, validate=True))
            except (binascii.Error, ValueError):
                continue
    return found
