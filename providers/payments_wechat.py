"""WeChat Pay (API v3) as a refund rail, by the client library `wechatpayv3`.

A refund number pays once, for ever: after any failure the same number is sent again. An answer to a refund
says only that it was taken on; what became of it is asked for.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from wechatpayv3 import WeChatPay, WeChatPayType  # pyright: ignore[reportMissingTypeStubs]

from domain.base import Model
from domain.errors import ProviderRefused, ProviderUnavailable
from domain.provider_news import ProviderState
from providers.client_library import check_currency, in_thread
from providers.payment_accounts import WechatAccount
from providers.ports import PaymentOrder, PaymentReply, check_answer

CURRENCY = "CNY"

# CLOSED wants a new number; ABNORMAL is not the end, but only a person can lead it to another card.
STATES: dict[str, ProviderState] = {
    "SUCCESS": "settled",
    "PROCESSING": "pending",
    "CLOSED": "failed",
    "ABNORMAL": "stuck",
}

NOT_NOW = ("NOT_ENOUGH", "FREQUENCY_LIMITED", "SYSTEM_ERROR", "BIZERR_NEED_RETRY")
"""Codes that ask for the same request again; `NOT_ENOUGH`: the merchant's balance has to be filled first."""
UNKNOWN_REFUND = "RESOURCE_NOT_EXISTS"
OK_STATUS = 200
SERVER_ERROR_STATUS = 500


class _Amount(Model):
    refund: int
    currency: str = CURRENCY


class _Refund(Model):
    refund_id: str
    out_refund_no: str
    status: str
    amount: _Amount


def wechat_client(account: WechatAccount, timeout_seconds: float) -> Any:
    """The library's client of one merchant; raises plain exceptions for keys that are none."""
    client: Any = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=account.mch_id,
        private_key=account.private_key.get_secret_value(),
        cert_serial_no=account.serial_no,
        appid=account.app_id,
        apiv3_key=account.apiv3_key.get_secret_value(),
        public_key=account.public_key,
        public_key_id=account.public_key_id,
        timeout=(timeout_seconds / 3, timeout_seconds * 2 / 3),
    )
    client._core._gate_way = account.url  # the library has no setting for its address
    return client


class WechatPayments:
    """`PaymentPort` for one merchant. `payment_id` is the shop's own number of the payment."""

    name = "wechat"
    pays_beyond = False

    def __init__(self, account: WechatAccount, timeout_seconds: float) -> None:
        self.key_window: timedelta | None = None
        self._client = wechat_client(account, timeout_seconds)

    def check(self, amount_minor: int, currency: str) -> None:
        """Any amount, in yuan."""
        del amount_minor
        check_currency(self.name, currency, CURRENCY)

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key."""
        self.check(order.amount_minor, order.currency)
        amount = {"refund": order.amount_minor, "total": order.paid_minor, "currency": CURRENCY}
        asked = await self._asked(
            "a refund",
            lambda: self._client.refund(
                out_refund_no=order.key, out_trade_no=order.payment_id, amount=amount
            ),
        )
        return self._reply(order, asked)

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """The refund of this number."""
        try:
            asked = await self._asked(
                "a refund's state", lambda: self._client.query_refund(out_refund_no=order.key)
            )
        except ProviderRefused as error:
            if error.detail.get("reason") == UNKNOWN_REFUND:
                return None
            raise
        return self._reply(order, asked)

    def _reply(self, order: PaymentOrder, text: str) -> PaymentReply:
        try:
            paid = _Refund.model_validate_json(text, extra="ignore")
        except ValueError:
            raise ProviderUnavailable("wechat's answer is not readable", system=self.name) from None
        if paid.out_refund_no != order.key:
            raise ProviderUnavailable("wechat answered for another refund", system=self.name)
        state = STATES.get(paid.status, "pending")
        reason = paid.status if state in ("failed", "stuck") else None
        reply = PaymentReply(state=state, provider_ref=paid.refund_id, reason=reason)
        check_answer(self.name, order, reply, paid.amount.refund, paid.amount.currency)
        return reply

    async def _asked(self, what: str, ask: Callable[[], tuple[int, str]]) -> str:
        """The library's answer, where it is a yes."""
        status, text = await in_thread(self.name, what, ask)
        if status == OK_STATUS:
            return text
        code = _code(text)
        if code is None or code in NOT_NOW or status >= SERVER_ERROR_STATUS:
            why = f"{code or 'no code'} (HTTP {status})"
            raise ProviderUnavailable(f"wechat did not take {what}: {why}", system=self.name, status=status)
        raise ProviderRefused(
            f"wechat refused {what}: {code} (HTTP {status})", system=self.name, reason=code, status=status
        )


def _code(text: str | bytes) -> str | None:
    try:
        body: object = json.loads(text)
    except ValueError:
        return None
    code = cast("dict[str, object]", body).get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None
