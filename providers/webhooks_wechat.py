"""WeChat Pay's notifications, verified and decrypted by `wechatpayv3` over the raw body."""

from collections.abc import Mapping
from datetime import datetime

from domain.base import Instant, Model, SomeMinor
from domain.errors import WebhookForged, WebhookUnsigned
from domain.provider_news import RefundNews
from providers.payment_accounts import WechatAccount
from providers.payments_wechat import CURRENCY, STATES, wechat_client
from providers.webhook_forms import check_fresh, read_signed, unix_time

SIGNED = ("wechatpay-signature", "wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial")
REFUNDS = "REFUND."
TIMEOUT_SECONDS = 1.0


class _Amount(Model):
    refund: SomeMinor


class _Refund(Model):
    mchid: str
    refund_id: str
    out_refund_no: str
    refund_status: str
    amount: _Amount


class _Kind(Model):
    event_type: str


class _Event(_Kind):
    id: str
    create_time: Instant
    resource: _Refund


class WechatWebhook:
    """The notifications of one merchant: signed by the platform, encrypted for the merchant."""

    def __init__(self, account: WechatAccount) -> None:
        self._mch_id = account.mch_id
        self._serial = account.public_key_id
        self._client = wechat_client(account, TIMEOUT_SECONDS)

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RefundNews | None:
        """As `PaymentWebhook` says."""
        given = {name: headers.get(name, "") for name in SIGNED}
        if not given["wechatpay-signature"]:
            raise WebhookUnsigned
        # For another serial number the library would go and fetch certificates, for whoever asks.
        if given["wechatpay-serial"] != self._serial:
            raise WebhookForged
        kind = {"wechatpay-signature-type": headers.get("wechatpay-signature-type", "")}
        try:
            told = self._client.callback({**given, **kind}, body)
        except Exception:  # noqa: BLE001 - the library has no errors of its own
            raise WebhookForged from None
        if not told:
            raise WebhookForged
        check_fresh(unix_time(given["wechatpay-timestamp"]), now)
        if not read_signed(_Kind, told).event_type.startswith(REFUNDS):
            return None
        event = read_signed(_Event, told)
        refund = event.resource
        if refund.mchid != self._mch_id:
            raise WebhookForged
        return RefundNews(
            provider="wechat",
            provider_ref=refund.refund_id,
            event_id=event.id,
            key=refund.out_refund_no,
            state=STATES.get(refund.refund_status, "pending"),
            amount_minor=refund.amount.refund,
            currency=CURRENCY,
            occurred_at=event.create_time,
        )
