"""The doors by which carriers, shops and warehouses tell: whose secrets they are, and how each is read."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, TypeAdapter

from domain.base import Model
from domain.errors import NotFound
from domain.inbox import Told
from providers.carriers_http import CarrierName
from providers.secret_files import read_secrets
from providers.source_carriers import WEBHOOKS, CarrierWebhook, read_harbour, read_swift
from providers.source_events import SHOP, WAREHOUSE, read_event
from providers.standard_webhooks import SECRET_MIN_BYTES, Signed, StandardWebhook, check_secret

Source = Literal["carriers/swift", "carriers/harbour", "shop", "warehouse"]
"""As its address says it: `/webhooks/<source>/<merchant>`."""
READERS: Mapping[Source, Callable[[str, bytes], Told]] = {
    "carriers/swift": read_swift,
    "carriers/harbour": read_harbour,
    "shop": partial(read_event, SHOP),
    "warehouse": partial(read_event, WAREHOUSE),
}
EVERYBODY = "*"


def _standard(secret: SecretStr) -> SecretStr:
    return SecretStr(check_secret(secret.get_secret_value()))


def _long(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip()) < SECRET_MIN_BYTES:
        raise ValueError(f"a secret has at least {SECRET_MIN_BYTES} characters")
    return secret


class Secrets(Model):
    """What a merchant's outside systems sign with; one without a secret has no door."""

    shop: Annotated[SecretStr, AfterValidator(_standard)] | None = None
    warehouse: Annotated[SecretStr, AfterValidator(_standard)] | None = None
    carriers: Mapping[CarrierName, Annotated[SecretStr, AfterValidator(_long)]] = {}


Merchants = Mapping[Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9_.-]{1,64})$")], Secrets]
"""`*` is of all who are not named."""
_MERCHANTS: TypeAdapter[Merchants] = TypeAdapter(Merchants)


class Sources:
    """Every merchant's doors."""

    def __init__(self, merchants: Merchants) -> None:
        self._doors = {merchant: dict(_doors(secrets)) for merchant, secrets in merchants.items()}

    def verify(
        self, source: str, merchant: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[Source, Signed]:
        """Which door it is and what is signed there.

        Raises `NotFound` where there is none, `WebhookUnsigned`, `WebhookForged`, `WebhookStale`, and
        `InvalidRequest` for what is genuine and has no name.
        """
        theirs = self._doors.get(merchant, self._doors.get(EVERYBODY, {}))
        for name, door in theirs.items():
            if name == source:
                return name, door.verify(headers, body, now)
        raise NotFound("there is no such door for webhooks")


def read(source: Source, merchant: str, body: bytes) -> Told:
    """What a genuine webhook says. Raises `InvalidRequest`, and `NotFound` for what is not the merchant's."""
    return READERS[source](merchant, body)


def read_sources(file: Path | None) -> Sources:
    """The doors of a file; raises `NotReady` that says what is wrong where, never a secret."""
    if file is None:
        return Sources({})
    return Sources(read_secrets(file, _MERCHANTS))


def _doors(secrets: Secrets) -> Iterator[tuple[Source, StandardWebhook | CarrierWebhook]]:
    if secrets.shop is not None:
        yield "shop", StandardWebhook(secrets.shop.get_secret_value())
    if secrets.warehouse is not None:
        yield "warehouse", StandardWebhook(secrets.warehouse.get_secret_value())
    for carrier, secret in secrets.carriers.items():
        yield _OF_CARRIER[carrier], WEBHOOKS[carrier](secret.get_secret_value())


_OF_CARRIER: Mapping[CarrierName, Source] = {"swift": "carriers/swift", "harbour": "carriers/harbour"}
