"""Sessions of people in the console. What the browser has is kept nowhere: only its hash is."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.access import Claims
from store.pool import Pool, connection
from store.secret_hashes import hash_of
from store.sql import load

Q = load("sessions")

SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)
"""A session that is used is written no more often than that."""


class SessionLimits(NamedTuple):
    """How long a session lasts: unused, and at most."""

    idle: timedelta
    most: timedelta


class Sessions:
    """The table `sessions`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool, limits: SessionLimits) -> None:
        self._pool = pool
        self._limits = limits

    async def start(self, who: Claims, now: datetime) -> str:
        """A new session; the secret by which its browser is known is told once."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        said = (who.subject, who.name, who.role, who.merchant)
        async with connection(self._pool) as conn:
            await conn.execute(Q["start"], hash_of(secret), *said, now, now + self._limits.most)
        return secret

    async def get(self, secret: str, now: datetime) -> Claims | None:
        """Whose session this is; None for one that there is not, or not any more. Using it keeps it alive."""
        key = hash_of(secret)
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], key, now, now - self._limits.idle)
            if row is None:
                return None
            if now - row["seen_at"] >= SEEN_EVERY:
                await conn.execute(Q["seen"], key, now)
        return Claims.model_validate({name: row[name] for name in Claims.model_fields})

    async def end(self, secret: str) -> None:
        """End a session; one that there is not has ended."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["end"], hash_of(secret))
