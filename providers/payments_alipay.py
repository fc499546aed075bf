"""Alipay as a refund rail, by the client library `python-alipay-sdk`.

The same request number with the same amount pays once, for ever; a repeat is answered with `fund_change` N.
Only the question for the refund says that it was paid: `REFUND_SUCCESS`, or nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from math import ceil
from typing import Any

from alipay import AliPay  # pyright: ignore[reportMissingTypeStubs]
from alipay.utils import AliPayConfig  # pyright: ignore[reportMissingTypeStubs]

from domain.currencies import as_major, as_minor
from domain.errors import IdempotencyConflict, ProviderRefused, ProviderUnavailable
from providers.client_library import check_currency, in_thread
from providers.payment_accounts import AlipayAccount
from providers.ports import PaymentOrder, PaymentReply, check_answer

CURRENCY = "CNY"
OK = "10000"
NOT_NOW = "20000"
"""The gateway is not there; of business errors, those that ask for the same request again."""
NOT_NOW_REASONS = ("ACQ.SYSTEM_ERROR", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "aop.ACQ.SYSTEM_ERROR")
REASONS = {"ACQ.DISCORDANT_REPEAT_REQUEST": IdempotencyConflict.code}
UNKNOWN_TRADE = "ACQ.TRADE_NOT_EXIST"
PAID = "REFUND_SUCCESS"


def alipay_client(account: AlipayAccount, timeout_seconds: float) -> Any:
    """The library's client of one application; raises plain exceptions for keys that are none."""
    client: Any = AliPay(
        appid=account.app_id,
        app_private_key_string=account.private_key.get_secret_value(),
        alipay_public_key_string=account.public_key,
        config=AliPayConfig(timeout=ceil(timeout_seconds)),
    )
    client._gateway = account.url  # the library has no setting for its address
    return client


class AlipayPayments:
    """`PaymentPort` for one application. `payment_id` is the shop's own number of the payment."""

    name = "alipay"
    pays_beyond = False

    def __init__(self, account: AlipayAccount, timeout_seconds: float) -> None:
        self.key_window: timedelta | None = None
        self._client = alipay_client(account, timeout_seconds)

    def check(self, amount_minor: int, currency: str) -> None:
        """Any amount, in yuan."""
        del amount_minor
        check_currency(self.name, currency, CURRENCY)

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key; what a repeat says of the money is asked for."""
        self.check(order.amount_minor, order.currency)
        told = await self._asked(
            "a refund",
            lambda: self._client.api_alipay_trade_refund(
                out_trade_no=order.payment_id,
                refund_amount=_yuan(order),
                out_request_no=order.key,
            ),
        )
        if told.get("fund_change") == "Y":
            return PaymentReply(state="settled", provider_ref=_ref(order, told))
        found = await self.find(order)
        if found is None:
            raise ProviderUnavailable("alipay took the refund on and has not paid it yet", system=self.name)
        return found

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """The payment's refund of this number, once it is paid; None as long as it is not."""
        try:
            told = await self._asked(
                "a refund's state",
                lambda: self._client.api_alipay_trade_fastpay_refund_query(
                    out_request_no=order.key, out_trade_no=order.payment_id
                ),
            )
        except ProviderRefused as error:
            if error.detail.get("reason") == UNKNOWN_TRADE:
                return None
            raise
        if told.get("refund_status") != PAID:
            return None
        amount_minor = _fen(told.get("refund_amount"))
        if told.get("out_request_no") != order.key or amount_minor is None:
            raise ProviderUnavailable("alipay answered for another refund", system=self.name)
        reply = PaymentReply(state="settled", provider_ref=_ref(order, told))
        check_answer(self.name, order, reply, amount_minor, CURRENCY)
        return reply

    async def _asked(self, what: str, ask: Callable[[], dict[str, str]]) -> dict[str, str]:
        """The library's answer, where it is a yes."""
        told = await in_thread(self.name, what, ask)
        if told.get("code") == OK:
            return told
        code = told.get("sub_code") or str(told.get("code"))
        if told.get("code") == NOT_NOW or code in NOT_NOW_REASONS:
            raise ProviderUnavailable(f"alipay did not take {what}: {code}", system=self.name)
        raise ProviderRefused(
            f"alipay refused {what}: {code}", system=self.name, reason=REASONS.get(code, code)
        )


def _yuan(order: PaymentOrder) -> str:
    return f"{as_major(order.amount_minor, order.currency):.2f}"


def _fen(told: str | None) -> int | None:
    try:
        return as_minor(Decimal(told or ""), CURRENCY)
    except (InvalidOperation, ValueError):
        return None


def _ref(order: PaymentOrder, told: dict[str, str]) -> str:
    return refund_ref(told.get("trade_no", order.payment_id), order.key)


def refund_ref(trade_no: str, key: str) -> str:
    """Alipay gives a refund no number of its own: its payment's, and ours."""
    return f"{trade_no}/{key}"
