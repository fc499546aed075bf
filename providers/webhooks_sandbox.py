"""The webhooks of the sandbox's own gateway: Standard Webhooks, HMAC-SHA256 over the raw body.

Written out: the scheme's own package has its own clock, and says the same of a stale and of a forged one.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from domain.base import Instant, Model, SomeMinor
from domain.errors import WebhookForged, WebhookUnsigned
from domain.provider_news import ProviderState, RefundNews
from providers.webhook_forms import check_fresh, read_signed, unix_time

PREFIX = "whsec_"
VERSION = "v1"
REFUNDS = "refund."


class _Refund(Model):
    ref: str
    key: str
    amount_minor: SomeMinor
    currency: str
    state: ProviderState


class _Event(Model):
    type: str
    timestamp: Instant
    data: _Refund


class SandboxWebhook:
    """The endpoint with this secret (`whsec_` and base64)."""

    def __init__(self, secret: str) -> None:
        self._secret = base64.b64decode(secret.removeprefix(PREFIX), validate=True)

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RefundNews | None:
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
        if not event.type.startswith(REFUNDS):
            return None
        return RefundNews(
            provider="sandbox",
            provider_ref=event.data.ref,
            event_id=event_id,
            key=event.data.key,
            state=event.data.state,
            amount_minor=event.data.amount_minor,
            currency=event.data.currency,
            occurred_at=event.timestamp,
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
