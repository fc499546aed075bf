"""How webhooks are signed that are not a payment gateway's own affair, and what they are signed with."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

PREFIX = "whsec_"
UNSIGNED = ("sign", "signature", "hmac")
"""In the names of headers that carry a signature."""


class Webhook(NamedTuple):
    """What is sent."""

    headers: dict[str, str]
    body: bytes


def standard(webhook_id: str, body: bytes, secret: str, at: datetime) -> Webhook:
    """Standard Webhooks: HMAC-SHA256 over id, time and body."""
    sent = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = _hmac(key, f"{webhook_id}.{sent}.".encode() + body)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
    return Webhook({**headers, "Content-Type": "application/json"}, body)


def swift(body: bytes, secret: str) -> Webhook:
    """As AfterShip: the body alone, in base64; it says itself when it was sent."""
    signature = base64.b64encode(_hmac(secret.encode(), body)).decode()
    return Webhook({"aftership-hmac-sha256": signature, "Content-Type": "application/json"}, body)


def harbour(body: bytes, secret: str, at: datetime) -> Webhook:
    """Time, slash and body, in hex."""
    sent = str(int(at.timestamp()))
    signature = _hmac(secret.encode(), f"{sent}/".encode() + body).hex()
    return Webhook({"timestamp": sent, "sign": signature, "Content-Type": "application/json"}, body)


def without_signature(webhook: Webhook) -> Webhook:
    """The same as somebody sends it who has nothing to sign with."""
    headers = {
        name: text
        for name, text in webhook.headers.items()
        if not any(word in name.lower() for word in UNSIGNED)
    }
    fields = [field for field in webhook.body.split(b"&") if not field.startswith(b"sign=")]
    return Webhook(headers, b"&".join(fields))


def secret_of(what: str) -> str:
    """The same in every life of the sandbox, as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(hashlib.sha256(what.encode()).digest()).decode()


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()
