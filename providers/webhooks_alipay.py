"""Alipay's notifications, verified by `python-alipay-sdk`: a form that is signed field by field (RSA2).

A notification of a payment's refund names the request number as `out_biz_no`. It comes only of money that was
paid back, and its `refund_fee` is the sum of all refunds of the payment: the amount of this one is not said.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from pydantic import Field

from domain.base import Model
from domain.errors import InvalidRequest, WebhookForged, WebhookUnsigned
from domain.provider_news import RefundNews
from domain.statements import ZONES
from providers.payment_accounts import AlipayAccount
from providers.payments_alipay import CURRENCY, alipay_client, refund_ref
from providers.webhook_forms import check_fresh, read_signed

RESENT_FOR = timedelta(hours=26)
"""A notification is sent again for 25 h, and nothing says that each has a `notify_time` of its own."""
FIELDS_MAX = 100
TIMEOUT_SECONDS = 1.0


class _Told(Model):
    notify_time: str
    notify_id: str
    app_id: str
    trade_no: str
    gmt_refund: str | None = None
    out_biz_no: str | None = Field(default=None, min_length=1)


class AlipayWebhook:
    """The notifications of one application."""

    def __init__(self, account: AlipayAccount) -> None:
        self._app_id = account.app_id
        self._client = alipay_client(account, TIMEOUT_SECONDS)

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RefundNews | None:
        """As `PaymentWebhook` says; nothing of a header is signed."""
        del headers
        form = _form(body)
        sign = form.pop("sign", "")
        if not sign:
            raise WebhookUnsigned
        try:
            is_genuine = self._client.verify(dict(form), sign)
        except Exception:  # noqa: BLE001 - the library has no errors of its own
            raise WebhookForged from None
        if not is_genuine or form.get("app_id") != self._app_id:
            raise WebhookForged
        told = read_signed(_Told, {name: value for name, value in form.items() if value})
        check_fresh(_beijing(told.notify_time), now, RESENT_FOR)
        if told.gmt_refund is None or told.out_biz_no is None:
            return None
        return RefundNews(
            provider="alipay",
            provider_ref=refund_ref(told.trade_no, told.out_biz_no),
            event_id=told.notify_id,
            key=told.out_biz_no,
            state="settled",
            amount_minor=None,
            currency=CURRENCY,
            occurred_at=_beijing(told.gmt_refund),
        )


def _form(body: bytes) -> dict[str, str]:
    """The fields; one that stands twice could be read in two ways."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError:
        raise WebhookForged from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise WebhookForged
    return form


def _beijing(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONES["alipay"])
    except ValueError:
        raise InvalidRequest(
            "the webhook is genuine and cannot be read: a time", field="notify_time"
        ) from None
