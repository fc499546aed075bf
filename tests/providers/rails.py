"""Accounts at the sandbox's dialects, as a merchant would configure them, and the rails over them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2

from providers.payment_accounts import Account, AlipayAccount, SandboxAccount, StripeAccount, WechatAccount
from providers.payment_rails import MerchantRails
from providers.ports import PaymentOrder, PaymentPort
from sandbox.client import SandboxClient
from sandbox.dialects.accounts import Credentials

TIMEOUT_SECONDS = 10
DIALECTS = ("stripe", "wechat", "alipay")


def account_of(rail: str, given: Credentials, url: str) -> Account:
    """The merchant's account at a dialect of the sandbox at this address."""
    match rail:
        case "stripe":
            return StripeAccount.model_validate(
                {
                    "rail": rail,
                    "secret_key": given.stripe_secret_key,
                    "webhook_secret": given.webhook_secret,
                    "url": f"{url}/payments/stripe",
                }
            )
        case "wechat":
            return WechatAccount.model_validate(
                {
                    "rail": rail,
                    "mch_id": given.wechat_mch_id,
                    "app_id": "wx0000000000000001",
                    "serial_no": given.wechat_serial_no,
                    "private_key": given.private_key,
                    "apiv3_key": given.wechat_apiv3_key,
                    "public_key": given.platform_public_key,
                    "public_key_id": given.wechat_public_key_id,
                    "url": f"{url}/payments/wechat",
                }
            )
        case "alipay":
            return AlipayAccount.model_validate(
                {
                    "rail": rail,
                    "app_id": given.alipay_app_id,
                    "private_key": given.private_key,
                    "public_key": given.platform_public_key,
                    "url": f"{url}/payments/alipay/gateway.do",
                }
            )
        case _:
            return SandboxAccount(rail="sandbox", url=f"{url}/payments")


@asynccontextmanager
async def rails_over(*accounts: Account, merchant: str) -> AsyncGenerator[MerchantRails]:
    """The merchant's rails."""
    async with httpx2.AsyncClient() as client:
        rails = MerchantRails(client, TIMEOUT_SECONDS, timedelta(hours=24))
        yield rails.with_accounts({merchant: list(accounts)})


@asynccontextmanager
async def rail_at(sandbox: SandboxClient, merchant: str, rail: str) -> AsyncGenerator[PaymentPort]:
    """One rail of a merchant."""
    account = account_of(rail, await sandbox.credentials(merchant), sandbox.url)
    async with rails_over(account, merchant=merchant) as rails:
        yield rails.of(merchant)


def refund(merchant: str, **changes: object) -> PaymentOrder:
    """Six yuan of a payment of a hundred."""
    order = PaymentOrder(
        key="rf-1",
        merchant=merchant,
        order_id="SO-1",
        payment_id="PAY-1",
        paid_minor=10000,
        amount_minor=600,
        currency="CNY",
    )
    return order.model_copy(update=changes)
