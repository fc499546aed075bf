"""The public keys of an OpenID provider: kept, and read anew when they are old or one is unknown."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from domain.access import Unauthenticated
from domain.errors import ProviderUnavailable

ALGORITHMS = ("RS256", "ES256")
"""All that is taken: with a public key nobody can sign, and `none` is none of them."""
RSA_BITS_MIN = 2048
FRESH_SECONDS = 600.0
"""After this they are read again, so that a key that was withdrawn is not believed for long."""
PAUSE_SECONDS = 10.0
"""Between two readings at least, whatever strangers send and whether the provider answers or not."""

Key = RSAKey | ECKey
KeySet = Sequence[dict[str, Any]]
Fetch = Callable[[], Awaitable[KeySet]]


class ProviderKeys:
    """Keys by their id. `fetch` reads the provider's key set; it raises `ProviderUnavailable`."""

    def __init__(self, fetch: Fetch, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, Key] = {}
        self._read_at = self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def key(self, kid: str) -> Key:
        """The key of this id. Raises `Unauthenticated`, and `ProviderUnavailable` while no key is known."""
        if kid not in self._keys or self._monotonic() - self._read_at > FRESH_SECONDS:
            await self._read(kid)
        if kid not in self._keys:
            raise Unauthenticated
        return self._keys[kid]

    async def _read(self, kid: str) -> None:
        """While the provider is away, the keys that are known go on."""
        async with self._reading:
            if kid in self._keys and self._monotonic() - self._read_at <= FRESH_SECONDS:
                return
            if self._monotonic() - self._tried_at >= PAUSE_SECONDS:
                self._tried_at = self._monotonic()
                try:
                    self._keys = usable(await self._fetch())
                    self._read_at = self._tried_at
                except ProviderUnavailable:
                    if kid not in self._keys:
                        raise
            elif not self._keys:
                raise ProviderUnavailable("the sign-in provider's keys could not be read a moment ago")


def usable(key_set: KeySet) -> dict[str, Key]:
    """The keys that sign with what we take; others are none of our business, however odd they are."""
    keys = (_usable(each) for each in key_set)
    return {key.kid: key for key in keys if key is not None and key.kid}


def _usable(jwk: dict[str, Any]) -> Key | None:
    if jwk.get("use", "sig") != "sig":
        return None
    try:
        match jwk.get("kty"):
            case "RSA" if jwk.get("alg", "RS256") == "RS256":
                key = RSAKey.import_key(jwk)
                return key if key.raw_value.key_size >= RSA_BITS_MIN else None
            case "EC" if jwk.get("crv") == "P-256" and jwk.get("alg", "ES256") == "ES256":
                return ECKey.import_key(jwk)
            case _:
                return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def algorithm_of(key: Key) -> str:
    """What a key signs with; a token's own word for it is only compared with this."""
    return "RS256" if isinstance(key, RSAKey) else "ES256"
