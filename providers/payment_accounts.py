"""Which merchant is paid by which gateway, and the keys to it: a YAML file that only operations read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, TypeAdapter

from domain.base import Model, Slug
from providers.secret_files import read_secrets


def _http_url(text: str) -> str:
    TypeAdapter(HttpUrl).validate_python(text)
    return text.rstrip("/")


Url = Annotated[str, AfterValidator(_http_url)]


def _not_empty(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError("a secret must not be empty; take it from the gateway's console")
    return secret


WEBHOOK_SECRET_PREFIX = "whsec_"


def _not_bare(secret: SecretStr) -> SecretStr:
    _not_empty(SecretStr(secret.get_secret_value().strip().removeprefix(WEBHOOK_SECRET_PREFIX)))
    return secret


Secret = Annotated[SecretStr, AfterValidator(_not_empty)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_not_bare)]
"""A prefix without a secret after it would be a key that everybody knows."""
PublicKey = Annotated[str, Field(pattern=r"\S")]


class StripeAccount(Model):
    """An account at Stripe."""

    rail: Literal["stripe"]
    secret_key: Secret
    webhook_secret: WebhookSecret | None = None
    """Of the endpoint that Stripe calls (`whsec_…`); without it the account has no door for webhooks."""
    url: Url = "https://api.stripe.com"


class WechatAccount(Model):
    """A merchant of WeChat Pay (API v3), with the platform's public key in place of its certificates."""

    rail: Literal["wechat"]
    mch_id: str
    app_id: str
    serial_no: str
    """The serial number of the merchant's own certificate."""
    private_key: Secret
    apiv3_key: Secret
    public_key: PublicKey
    public_key_id: str
    url: Url = "https://api.mch.weixin.qq.com"


class AlipayAccount(Model):
    """An application at Alipay that signs with RSA2 and plain keys."""

    rail: Literal["alipay"]
    app_id: str
    seller_id: Annotated[str, Field(pattern=r"^2088\d{12}$")] | None = None
    """The merchant's own number (PID), by which Alipay's statements name the account."""
    private_key: Secret
    public_key: PublicKey
    url: Url = "https://openapi.alipay.com/gateway.do"


class SandboxAccount(Model):
    """The sandbox's own gateway."""

    rail: Literal["sandbox"]
    webhook_secret: WebhookSecret | None = None
    url: Url


Account = Annotated[
    StripeAccount | WechatAccount | AlipayAccount | SandboxAccount, Field(discriminator="rail")
]

Accounts = Mapping[Slug, Annotated[list[Account], Field(min_length=1)]]
"""Per merchant: the first is for new refunds, the others for those that began there."""

_ACCOUNTS: TypeAdapter[Accounts] = TypeAdapter(Accounts)


def read_accounts(file: Path) -> Accounts:
    """The accounts of a file; raises `NotReady` that says what is wrong where, never a secret."""
    return read_secrets(file, _ACCOUNTS)
