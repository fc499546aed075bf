"""The doors by which payment gateways tell of refunds and disputes: a merchant's rail and its secret."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from domain.errors import InvalidRequest, NotFound, NotReady, WebhookForged
from domain.provider_news import News
from providers.payment_accounts import (
    Account,
    Accounts,
    AlipayAccount,
    SandboxAccount,
    StripeAccount,
    WechatAccount,
)
from providers.webhooks_alipay import AlipayWebhook
from providers.webhooks_sandbox import SandboxWebhook
from providers.webhooks_stripe import StripeWebhook
from providers.webhooks_wechat import WechatWebhook


class PaymentWebhook(Protocol):
    """One account's door. `headers` have lower-case names; `body` is as it came, byte by byte."""

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> News | None:
        """What a genuine, fresh webhook tells; None where it is of neither a refund nor a dispute.

        Raises `WebhookUnsigned`, `WebhookForged`, `WebhookStale`, and `InvalidRequest` for one that is
        genuine and cannot be read.
        """
        ...


class PaymentWebhooks:
    """Every merchant's doors. Raises `NotReady` that names the account whose keys cannot be used."""

    def __init__(self, accounts: Accounts, of_all: Sequence[Account] = ()) -> None:
        self._doors = {merchant: _doors(merchant, theirs) for merchant, theirs in accounts.items()}
        self._of_all = _doors("everybody", of_all)

    def read(
        self, rail: str, merchant: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> News | None:
        """What a webhook at a merchant's door tells, as `PaymentWebhook.read`.

        Of several accounts at the same gateway, the one that it is signed for. Raises `NotFound` where there
        is no door, as for an account without a secret.
        """
        doors = [door for name, door in self._doors.get(merchant, self._of_all) if name == rail]
        if not doors:
            raise NotFound("there is no such door for webhooks")
        try:
            for door in doors[:-1]:
                with suppress(WebhookForged):
                    return door.read(headers, body, now)
            return doors[-1].read(headers, body, now)
        except ValidationError as error:  # genuine, and beyond what a refund can be
            where = str(error.errors(include_input=False)[0]["loc"][0])
            raise InvalidRequest(f"the webhook is genuine and cannot be: {where}", field=where) from None


def _doors(merchant: str, accounts: Sequence[Account]) -> list[tuple[str, PaymentWebhook]]:
    doors: list[tuple[str, PaymentWebhook]] = []
    for account in accounts:
        try:
            door = _door(account)
        except Exception as error:  # noqa: BLE001 - the libraries raise anything for a key that is none
            raise NotReady(
                f"the keys of {merchant} at {account.rail} cannot be used ({type(error).__name__}): "
                "take them anew from the gateway's console"
            ) from None
        if door is not None:
            doors.append((account.rail, door))
    return doors


def _door(account: Account) -> PaymentWebhook | None:
    match account:
        case WechatAccount():
            return WechatWebhook(account)
        case AlipayAccount():
            return AlipayWebhook(account)
        case StripeAccount() | SandboxAccount():
            if account.webhook_secret is None:
                return None
            secret = account.webhook_secret.get_secret_value()
            return StripeWebhook(secret) if isinstance(account, StripeAccount) else SandboxWebhook(secret)
