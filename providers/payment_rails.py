"""Which gateway pays back for which merchant."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

import httpx2

from domain.errors import NotReady
from providers.http import HttpSystem
from providers.payment_accounts import (
    Account,
    Accounts,
    AlipayAccount,
    SandboxAccount,
    StripeAccount,
    WechatAccount,
)
from providers.payments_alipay import AlipayPayments
from providers.payments_sandbox import SandboxPayments
from providers.payments_stripe import StripePayments
from providers.payments_wechat import WechatPayments
from providers.ports import VOUCHERS, PaymentPort


class MerchantRails:
    """`PaymentRails` over accounts; `sandbox_key_window` is how long the sandbox's own gateway remembers."""

    def __init__(
        self, client: httpx2.AsyncClient, timeout_seconds: float, sandbox_key_window: timedelta
    ) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._sandbox_key_window = sandbox_key_window
        self._rails: Mapping[str, list[PaymentPort]] = {}
        self._of_all: list[PaymentPort] = []
        self._vouchers: list[PaymentPort] = []

    def with_accounts(self, accounts: Accounts) -> Self:
        """These merchants, each with its own accounts; nobody else is paid back."""
        self._rails = {
            merchant: [self._rail(each) for each in theirs] for merchant, theirs in accounts.items()
        }
        return self

    def with_everybody_at(self, account: Account) -> Self:
        """Every merchant at one gateway."""
        self._of_all = [self._rail(account)]
        return self

    def with_vouchers(self, vouchers: PaymentPort) -> Self:
        """Vouchers for every merchant from here."""
        self._vouchers = [vouchers]
        return self

    def of(self, merchant: str, name: str | None = None) -> PaymentPort:
        """The merchant's first rail, or the one of that name; raises `NotReady`."""
        rails = self._vouchers if name == VOUCHERS else self._rails.get(merchant, self._of_all)
        for rail in rails:
            if name in (None, rail.name):
                return rail
        what = f"account of {merchant}" + (f" at {name}" if name else "")
        raise NotReady(f"there is no {what}: add it to the file that CASEWORK_PAYMENT_ACCOUNTS_FILE names")

    def _rail(self, account: Account) -> PaymentPort:
        match account:
            case StripeAccount():
                return StripePayments(account, self._timeout_seconds)
            case WechatAccount():
                return WechatPayments(account, self._timeout_seconds)
            case AlipayAccount():
                return AlipayPayments(account, self._timeout_seconds)
            case SandboxAccount():
                system = HttpSystem("payments", account.url, self._client, self._timeout_seconds)
                return SandboxPayments(system, self._sandbox_key_window)
