"""Where the outside systems are (environment `CASEWORK_…`), and the ports wired to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import NotReady
from domain.notice_kinds import Channel
from providers.carrier_claims_http import HttpCarrierClaims
from providers.carriers_http import CarrierName, HttpCarriers
from providers.email_smtp import SmtpEmail, SmtpServer
from providers.http import HttpSystem
from providers.payment_accounts import SandboxAccount, Url, WebhookSecret, read_accounts
from providers.payment_rails import MerchantRails
from providers.payments_sandbox import KEY_WINDOW
from providers.ports import CarrierClaimsPort, CarrierPort, MessagePort, PaymentRails, ShopPort, WarehousePort
from providers.push_http import HttpPush
from providers.shop_http import HttpShop
from providers.sms_http import HttpSms
from providers.vouchers_shop import ShopVouchers
from providers.warehouse_http import HttpWarehouse
from providers.webhooks import PaymentWebhooks

CONNECTIONS_MAX = 100


class PaymentSettings(BaseSettings):
    """How merchants are paid back: through the accounts of a file, or all through the sandbox's gateway."""

    model_config = SettingsConfigDict(env_prefix="CASEWORK_", frozen=True, extra="ignore")

    payments_url: Url | None = None
    payment_accounts_file: Path | None = None
    payments_webhook_secret: WebhookSecret | None = None
    """Of the sandbox's own gateway at `payments_url`; without it it has no door for webhooks."""


class ProviderSettings(PaymentSettings):
    """Addresses and limits of the outside systems.

    `provider_timeout_seconds` bounds one request and must stay below the activities' start-to-close timeout,
    so that the activity itself still can say what happened.
    """

    shop_url: Url
    carriers_url: Url
    warehouse_url: Url
    sms_url: Url
    push_url: Url
    smtp_host: str
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_from: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] = "after-sales@casework.example"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls_from_start: bool = False
    label_carrier: CarrierName = "swift"
    payments_key_window_hours: Annotated[float, Field(gt=1)] = KEY_WINDOW / timedelta(hours=1)
    provider_timeout_seconds: Annotated[float, Field(gt=0, lt=30)] = 15


def load_provider_settings(**given: Any) -> ProviderSettings:
    """The settings from the environment, or as given; raises `NotReady` that names the variable to set."""
    try:
        return ProviderSettings(**given)
    except ValidationError as error:
        raise NotReady(f"set the addresses of the outside systems: {_problems(error)}") from None


def build_webhooks(**given: Any) -> PaymentWebhooks:
    """The gateways' doors, by the settings from the environment or as given; raises `NotReady`."""
    try:
        settings = PaymentSettings(**given)
    except ValidationError as error:
        raise NotReady(f"the gateways' settings are wrong: {_problems(error)}") from None
    if settings.payment_accounts_file is not None:
        return PaymentWebhooks(read_accounts(settings.payment_accounts_file))
    return PaymentWebhooks({}, [_sandbox_account(settings)] if settings.payments_url else [])


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"CASEWORK_{str(p['loc'][0]).upper()}: {p['msg']}"
        for p in error.errors(include_url=False, include_input=False)
    )


def _sandbox_account(settings: PaymentSettings) -> SandboxAccount:
    assert settings.payments_url is not None
    return SandboxAccount(
        rail="sandbox", url=settings.payments_url, webhook_secret=settings.payments_webhook_secret
    )


@dataclass(frozen=True)
class Providers:
    """Every port, wired; `close` when done."""

    shop: ShopPort
    payments: PaymentRails
    carriers: CarrierPort
    claims: CarrierClaimsPort
    warehouse: WarehousePort
    messages: Mapping[Channel, MessagePort]
    client: httpx2.AsyncClient

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()


def build_providers(settings: ProviderSettings) -> Providers:
    """The ports over one shared HTTP client."""
    timeout_seconds = settings.provider_timeout_seconds
    limits = httpx2.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    client = httpx2.AsyncClient(timeout=timeout_seconds, limits=limits)

    def system(name: str, url: str) -> HttpSystem:
        return HttpSystem(name, url, client, timeout_seconds)

    email = SmtpEmail(_smtp_server(settings), timeout_seconds)
    sms, push = HttpSms(system("sms", settings.sms_url)), HttpPush(system("push", settings.push_url))
    return Providers(
        shop=HttpShop(system("shop", settings.shop_url)),
        payments=_rails(settings, client).with_vouchers(ShopVouchers(system("shop", settings.shop_url))),
        carriers=HttpCarriers(system("carriers", settings.carriers_url), settings.label_carrier),
        claims=HttpCarrierClaims(system("carriers", settings.carriers_url)),
        warehouse=HttpWarehouse(system("warehouse", settings.warehouse_url)),
        messages=MappingProxyType({"email": email, "sms": sms, "push": push}),
        client=client,
    )


def _rails(settings: ProviderSettings, client: httpx2.AsyncClient) -> MerchantRails:
    rails = MerchantRails(
        client, settings.provider_timeout_seconds, timedelta(hours=settings.payments_key_window_hours)
    )
    if settings.payment_accounts_file is not None:
        return rails.with_accounts(read_accounts(settings.payment_accounts_file))
    if settings.payments_url is None:
        raise NotReady("set CASEWORK_PAYMENT_ACCOUNTS_FILE, or CASEWORK_PAYMENTS_URL for a sandbox")
    return rails.with_everybody_at(_sandbox_account(settings))


def _smtp_server(settings: ProviderSettings) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        username=settings.smtp_username,
        password=None if password is None else password.get_secret_value(),
        tls_from_start=settings.smtp_tls_from_start,
    )
