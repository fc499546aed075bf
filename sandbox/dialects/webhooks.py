"""What each gateway tells by itself of refunds and disputes, signed as that gateway signs."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.dialects import alipay, stripe, wechat
from sandbox.dialects.accounts import PUBLIC_KEY_ID, Accounts, KeyPair
from sandbox.payment_messages import CHINA, Capture, Dialect, Dispute, Refund
from sandbox.signing import Webhook, standard


class Keys(NamedTuple):
    """What a webhook is signed with; a forger has others."""

    secret: str
    pair: KeyPair
    apiv3_key: str


class Event(NamedTuple):
    """A refund that ended: `id` and `at` are the same in every repeat, `signed_at` is when it is sent."""

    id: str
    refund: Refund
    at: datetime
    signed_at: datetime


class DisputeEvent(NamedTuple):
    """A dispute that was opened, or has ended."""

    id: str
    payment: Capture
    dispute: Dispute
    at: datetime
    signed_at: datetime

    @property
    def dispute_id(self) -> str:
        """One dispute a payment."""
        return f"dp_{self.payment.order_id}"


def keys_of(accounts: Accounts, merchant: str, dialect: Dialect) -> Keys:
    """What the gateway signs with for a merchant."""
    given = accounts.credentials(merchant)
    secret = accounts.gateway_webhook_secret if dialect == "sandbox" else given.webhook_secret
    return Keys(secret, accounts.platform, given.wechat_apiv3_key)


def forged_keys(accounts: Accounts) -> Keys:
    """What somebody else would sign with."""
    given = accounts.credentials("forger")
    return Keys(given.webhook_secret, accounts.pair("forger"), given.wechat_apiv3_key)


def write(event: Event, keys: Keys) -> Webhook | None:
    """The webhook in its refund's dialect; None where the gateway tells nothing of such an end."""
    return _WRITERS[event.refund.dialect](event, keys)


def write_dispute(event: DisputeEvent, keys: Keys) -> Webhook | None:
    """The webhook of a dispute; only Stripe and the sandbox's own gateway send any."""
    payment, state = event.payment, event.dispute.state
    amount = {"amount_minor": payment.amount_minor, "currency": payment.currency}
    match event.dispute.dialect:
        case "sandbox":
            data = {"id": event.dispute_id, "payment_id": payment.order_id, **amount, "state": state}
            return _signed_by_sandbox(event, keys, f"dispute.{state}", data)
        case "stripe":
            kind = "created" if state == "open" else "closed"
            shown = stripe.shown_dispute(event.dispute_id, payment, state)
            return _signed_by_stripe(event, keys, f"charge.dispute.{kind}", shown)
        case _:
            return None


def _sandbox(event: Event, keys: Keys) -> Webhook:
    refund = event.refund
    return _signed_by_sandbox(event, keys, f"refund.{refund.state}", refund.model_dump(mode="json"))


def _signed_by_sandbox(event: Event | DisputeEvent, keys: Keys, kind: str, data: dict[str, Any]) -> Webhook:
    told = {"type": kind, "timestamp": event.at.isoformat(), "data": data}
    return standard(event.id, json.dumps(told).encode(), keys.secret, event.signed_at)


def _stripe(event: Event, keys: Keys) -> Webhook:
    kind = "refund.failed" if event.refund.state == "failed" else "refund.updated"
    return _signed_by_stripe(event, keys, kind, stripe.shown(event.refund))


def _signed_by_stripe(event: Event | DisputeEvent, keys: Keys, kind: str, shown: dict[str, Any]) -> Webhook:
    created = int(event.at.timestamp())
    told = {"id": event.id, "object": "event", "type": kind, "created": created, "data": {"object": shown}}
    body, sent_at = json.dumps(told).encode(), int(event.signed_at.timestamp())
    signed = f"{sent_at}.".encode() + body
    signature = hmac.new(keys.secret.encode(), signed, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={sent_at},v1={signature}", "Content-Type": "application/json"}
    return Webhook(headers, body)


def _wechat(event: Event, keys: Keys) -> Webhook:
    told = wechat.shown(event.refund)
    told = {**told, "mchid": event.refund.merchant, "refund_status": told.pop("status")}
    nonce, about = uuid.uuid4().hex[:12], "refund"
    sealed = AESGCM(keys.apiv3_key.encode()).encrypt(
        nonce.encode(), json.dumps(told).encode(), about.encode()
    )
    notification = {
        "id": event.id,
        "create_time": event.at.astimezone(CHINA).isoformat(timespec="microseconds"),
        "resource_type": "encrypt-resource",
        "event_type": f"REFUND.{told['refund_status']}",
        "summary": "refund",
        "resource": {
            "original_type": about,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": about,
            "nonce": nonce,
        },
    }
    text, sent_at = json.dumps(notification), str(int(event.signed_at.timestamp()))
    headers = {
        "Wechatpay-Timestamp": sent_at,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": PUBLIC_KEY_ID,
        "Wechatpay-Signature": keys.pair.sign(f"{sent_at}\n{nonce}\n{text}\n"),
        "Wechatpay-Signature-Type": wechat.SCHEME,
        "Content-Type": "application/json",
    }
    return Webhook(headers, text.encode())


def _alipay(event: Event, keys: Keys) -> Webhook | None:
    """Of money that was paid back only; `refund_fee` is the sum of the payment's refunds."""
    if event.refund.state != "settled":
        return None
    shown = alipay.shown(event.refund)
    told = {
        "notify_time": _beijing(event.signed_at),
        "notify_type": "trade_status_sync",
        "notify_id": event.id,
        "app_id": event.refund.merchant,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": shown["trade_no"],
        "out_trade_no": shown["out_trade_no"],
        "out_biz_no": event.refund.key,
        "trade_status": "TRADE_SUCCESS",
        "refund_fee": f"{Decimal(event.refund.amount_minor) / 100:.2f}",
        "gmt_refund": event.at.astimezone(CHINA).isoformat(sep=" ", timespec="milliseconds")[:23],
    }
    sign = keys.pair.sign("&".join(f"{name}={text}" for name, text in sorted(told.items())))
    body = urlencode({**told, "sign_type": "RSA2", "sign": sign}).encode()
    return Webhook({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body)


def _beijing(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


_WRITERS: dict[Dialect, Callable[[Event, Keys], Webhook | None]] = {
    "sandbox": _sandbox,
    "stripe": _stripe,
    "wechat": _wechat,
    "alipay": _alipay,
}
