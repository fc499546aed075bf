"""Reads streams: what happened to a case, as of any place or moment, in today's payloads."""

import json
from datetime import datetime
from typing import Any

from domain.records import Recorded
from domain.upcasting import UPCASTERS, Upcasters, upcast
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("streams")


class Streams:
    """Events by stream. Raises `StoreUnavailable`, and `UnsupportedSchema` for an event from the future."""

    def __init__(self, pool: Pool, upcasters: Upcasters = UPCASTERS) -> None:
        self._pool = pool
        self._upcasters = upcasters

    async def read(
        self, case_id: str, *, up_to_seq: int | None = None, up_to: datetime | None = None
    ) -> list[Recorded]:
        """The stream's events in order; empty for a stream that is not there.

        `up_to` gives what had happened by then, by event time.
        """
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["stream"], case_id, up_to_seq, up_to)
        return [upcast(to_recorded(row), self._upcasters) for row in rows]

    async def superseded(self, case_id: str) -> list[Recorded]:
        """What was recorded once and replaced since, by a reset or a repeated attempt."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["superseded"], case_id)
        return [upcast(to_recorded(row), self._upcasters) for row in rows]

    async def first_run(self, case_id: str) -> str | None:
        """The run that began the stream, whatever replaced it since; None for a stream that is not there."""
        async with connection(self._pool) as conn:
            return await conn.fetchval(Q["first_run"], case_id)

    async def answers(self, case_id: str) -> dict[str, Any]:
        """What the case answered, by the request's key."""
        async with connection(self._pool) as conn:
            return {row["key"]: json.loads(row["body"]) for row in await conn.fetch(Q["answers"], case_id)}

    async def answer(self, case_id: str, key: str) -> Any:
        """What it answered to one request; None to one that it did not answer."""
        async with connection(self._pool) as conn:
            body = await conn.fetchval(Q["answer"], case_id, key)
        return body and json.loads(body)

    async def last_seq(self, case_id: str) -> int:
        """How far the stream is recorded; readers of their own write wait for this."""
        async with connection(self._pool) as conn:
            return await conn.fetchval(Q["last_seq"], case_id)


def to_recorded(row: Row) -> Recorded:
    """An event from a row that has its columns, as it was stored."""
    return Recorded(
        seq=row["seq"],
        type=row["type"],
        version=row["version"],
        at=row["at"],
        actor=row["actor"],
        data=json.loads(row["data"]),
    )
