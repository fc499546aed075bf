"""Keys of systems that call the HTTP API: `cw_<id>_<secret>`, of which only a hash is kept."""

import hmac
import re
import secrets
from datetime import datetime
from typing import NamedTuple

from domain.access import AccessRole, Identity, Unauthenticated
from domain.base import Model, Slug, UtcInstant
from domain.errors import NotFound
from store.pool import Pool, connection
from store.secret_hashes import hash_of
from store.sql import load

Q = load("api_keys")

KEY_PREFIX = "cw_"
ID_BYTES, SECRET_BYTES = 6, 32
_FORM = re.compile(KEY_PREFIX + r"([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class ApiKey(Model):
    """What is known of a key."""

    key_id: str
    subject: Slug
    role: AccessRole
    merchant: Slug | None
    created_at: UtcInstant
    expires_at: UtcInstant | None = None
    revoked_at: UtcInstant | None = None


class Made(NamedTuple):
    """A new key and its whole text, which is shown once."""

    key: ApiKey
    text: str


class ApiKeys:
    """The table `api_keys`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def make(self, who: Identity, now: datetime, expires_at: datetime | None = None) -> Made:
        """A key for a system. Its text cannot be had again."""
        key_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        async with connection(self._pool) as conn:
            await conn.execute(
                Q["insert"], key_id, hash_of(secret), who.subject, who.role, who.merchant, now, expires_at
            )
        key = ApiKey(key_id=key_id, created_at=now, expires_at=expires_at, **who.model_dump())
        return Made(key, f"{KEY_PREFIX}{key_id}_{secret}")

    async def identity(self, text: str, now: datetime) -> Identity:
        """Whose key this is. Raises `Unauthenticated`, with the same words whatever is wrong with it."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise Unauthenticated
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], found[1])
        # A key that there is not costs a comparison, too.
        known = row["secret_hash"] if row is not None else hash_of("")
        if not hmac.compare_digest(known, hash_of(found[2])) or row is None:
            raise Unauthenticated
        if row["revoked_at"] is not None or (row["expires_at"] is not None and row["expires_at"] <= now):
            raise Unauthenticated
        return Identity(subject=row["subject"], role=row["role"], merchant=row["merchant"])

    async def all(self) -> list[ApiKey]:
        """All keys, also those that have ended, the newest first."""
        async with connection(self._pool) as conn:
            return [ApiKey.model_validate(dict(row)) for row in await conn.fetch(Q["all"])]

    async def revoke(self, key_id: str, now: datetime) -> None:
        """End a key. Raises `NotFound`."""
        async with connection(self._pool) as conn:
            if await conn.fetchval(Q["revoke"], key_id, now) is None:
                raise NotFound(f"there is no key {key_id}")
