"""What a merchant gets from a provider's console: keys, secrets, and the platform's public key."""

import base64
import hashlib
from functools import cached_property
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import TypeAdapter

from domain.base import Model, Slug
from sandbox.journal import Journal

PLATFORM = "platform"
KEY_BITS = 2048
SERIAL_NO = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
PUBLIC_KEY_ID = "PUB_KEY_ID_0000000000000000000000000001"


class KeyMade(Model):
    """A key pair was made for a merchant, or for the platform itself."""

    entry: Literal["key_made"] = "key_made"
    owner: str
    private_key: str


ENTRIES: TypeAdapter[KeyMade] = TypeAdapter(KeyMade)


class Credentials(Model):
    """What a merchant configures; `stripe_secret_key` names its merchant, as do WeChat's and Alipay's ids."""

    merchant: Slug
    private_key: str
    platform_public_key: str
    stripe_secret_key: str
    webhook_secret: str
    wechat_mch_id: str
    wechat_serial_no: str = SERIAL_NO
    wechat_public_key_id: str = PUBLIC_KEY_ID
    wechat_apiv3_key: str
    alipay_app_id: str


class KeyPair:
    """A key pair and its PEM forms."""

    def __init__(self, private_pem: str) -> None:
        key = load_pem_private_key(private_pem.encode(), password=None)
        assert isinstance(key, RSAPrivateKey)
        self._private = key
        self.private_pem = private_pem

    @cached_property
    def _public(self) -> RSAPublicKey:
        return self._private.public_key()

    @property
    def public_pem(self) -> str:
        """The half that others verify with, as PEM."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, text: str) -> str:
        """The text's signature (RSA, SHA-256), as base64."""
        return base64.b64encode(self._private.sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def has_signed(self, text: str, signature: str) -> bool:
        """Whether the signature is this pair's, of this text."""
        try:
            self._public.verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


class Accounts:
    """Every merchant's credentials, made when they are first asked for; a restarted sandbox knows them."""

    def __init__(self, journal: Journal[KeyMade]) -> None:
        self._journal = journal
        self._pairs = {entry.owner: KeyPair(entry.private_key) for entry in journal.replay()}

    @property
    def gateway_webhook_secret(self) -> str:
        """What the sandbox's own gateway signs with, for every merchant."""
        return f"whsec_{_secret('webhook', PLATFORM)}"

    @property
    def platform(self) -> KeyPair:
        """What the providers sign their answers with."""
        return self.pair(PLATFORM)

    def pair(self, owner: str) -> KeyPair:
        """A merchant's keys."""
        if owner not in self._pairs:
            key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            self._journal.append(KeyMade(owner=owner, private_key=pem))
            self._pairs[owner] = KeyPair(pem)
        return self._pairs[owner]

    def credentials(self, merchant: str) -> Credentials:
        """What the merchant configures."""
        return Credentials(
            merchant=merchant,
            private_key=self.pair(merchant).private_pem,
            platform_public_key=self.platform.public_pem,
            stripe_secret_key=f"sk_test_{merchant}",
            webhook_secret=f"whsec_{_secret('webhook', merchant)}",
            wechat_mch_id=merchant,
            wechat_apiv3_key=_secret("apiv3", merchant),
            alipay_app_id=merchant,
        )


def _secret(what: str, merchant: str) -> str:
    """The same in every life of the sandbox; 32 characters, as WeChat wants them."""
    return hashlib.sha256(f"{what} of {merchant}".encode()).hexdigest()[:32]
