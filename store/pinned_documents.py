"""Policies by content hash and calendars by revision: what a case was promised can be read again for ever."""

import json

from pydantic import JsonValue

from domain.errors import IdempotencyConflict, UnknownCalendar, UnknownPolicy
from store.pool import Pool, connection
from store.sql import load

Q = load("pinned_documents")

Body = dict[str, JsonValue]


class PinnedDocuments:
    """Each document is stored once and never changed. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put_policy(self, content_hash: str, name: str, body: Body) -> None:
        """Store a policy; a hash that is there already has the same content by its nature."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["put_policy"], content_hash, name, json.dumps(body))

    async def policy(self, content_hash: str) -> Body:
        """The policy with this hash; raises `UnknownPolicy`."""
        async with connection(self._pool) as conn:
            body = await conn.fetchval(Q["policy"], content_hash)
        if body is None:
            raise UnknownPolicy(f"the store has no policy with hash {content_hash}")
        return json.loads(body)

    async def policies_named(self, prefix: str) -> dict[str, Body]:
        """All policies whose names begin so, by hash."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["policies_named"], prefix)
        return {row["hash"]: json.loads(row["body"]) for row in rows}

    async def put_calendar(self, revision: str, name: str, body: Body) -> None:
        """Store a calendar; raises `IdempotencyConflict` when the revision was given to another content."""
        async with connection(self._pool) as conn:
            is_same = await conn.fetchval(Q["put_calendar"], revision, name, json.dumps(body))
        if not is_same:
            raise IdempotencyConflict(
                f"calendar revision {revision} has other content already; a changed calendar needs a new one"
            )

    async def calendar(self, revision: str) -> Body:
        """The calendar with this revision; raises `UnknownCalendar`."""
        async with connection(self._pool) as conn:
            body = await conn.fetchval(Q["calendar"], revision)
        if body is None:
            raise UnknownCalendar(f"the store has no calendar with revision {revision}")
        return json.loads(body)
