"""Carriers' webhooks: each signs, says when it was sent and names a parcel in its own way."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from domain.base import Model
from domain.errors import WebhookForged, WebhookUnsigned
from domain.inbox import LookAtParcel, Told
from domain.shipments.messages import TrackingNo
from providers.carriers_http import CarrierName
from providers.standard_webhooks import Signed, check_webhook_id
from providers.webhook_forms import check_fresh, read_signed, unix_time


class CarrierWebhook(Protocol):
    """How one carrier's webhooks are believed."""

    def __init__(self, secret: str) -> None: ...

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
        """As `StandardWebhook.verify`."""
        ...


class _SwiftParcel(Model):
    tracking_number: TrackingNo


class _SwiftEvent(Model):
    event: str
    event_id: str
    ts: int
    msg: _SwiftParcel


class SwiftWebhook:
    """As AfterShip does it: HMAC-SHA256 of the body in base64; the body says when it was sent, and its id."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
        """As `StandardWebhook.verify`."""
        theirs = headers.get("aftership-hmac-sha256")
        if not theirs:
            raise WebhookUnsigned
        ours = hmac.new(self._secret, body, hashlib.sha256).digest()
        if not hmac.compare_digest(ours, _from_base64(theirs)):
            raise WebhookForged
        event = read_signed(_SwiftEvent, body)
        sent_at = unix_time(event.ts)
        check_fresh(sent_at, now)
        return Signed(check_webhook_id(event.event_id), sent_at)


class _HarbourParcel(Model):
    number: TrackingNo


class _HarbourEvent(Model):
    event: str
    data: _HarbourParcel


class HarbourWebhook:
    """HMAC-SHA256 of `<timestamp>/<body>` in hex, with the time in a header; it is named by its content."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
        """As `StandardWebhook.verify`."""
        theirs, sent = headers.get("sign"), headers.get("timestamp", "")
        if not theirs:
            raise WebhookUnsigned
        ours = hmac.new(self._secret, f"{sent}/".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(ours.encode(), theirs.encode()):
            raise WebhookForged
        sent_at = unix_time(sent)
        check_fresh(sent_at, now)
        return Signed(hashlib.sha256(body).hexdigest(), sent_at)


WEBHOOKS: Mapping[CarrierName, type[CarrierWebhook]] = {"swift": SwiftWebhook, "harbour": HarbourWebhook}


def read_swift(merchant: str, body: bytes) -> Told:
    """What it says: of any event of a parcel, that there is news."""
    event = read_signed(_SwiftEvent, body)
    wish = LookAtParcel(merchant=merchant, carrier="swift", tracking_no=event.msg.tracking_number)
    return Told(type=event.event, occurred_at=datetime.fromtimestamp(event.ts, UTC), wish=wish)


def read_harbour(merchant: str, body: bytes) -> Told:
    """What it says: of any event of a parcel, that there is news."""
    event = read_signed(_HarbourEvent, body)
    wish = LookAtParcel(merchant=merchant, carrier="harbour", tracking_no=event.data.number)
    return Told(type=event.event, wish=wish)


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
