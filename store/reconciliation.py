"""Whose turn it is to be compared with the gateway, one cycle at a time. Moves no money."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.refunds import RefundRow
from store.pool import Pool, connection, let_go
from store.sql import load

Q = load("reconciliation")

KEPT = 2
"""So many times the window of ended refunds is remembered when one was looked at."""


class Unheard(NamedTuple):
    """A case's refund by its number."""

    case_id: str
    seq: int


class Pauses(NamedTuple):
    """How long one that was begun again is left in peace: `first`, twice that, and so on up to `longest`."""

    first: timedelta
    longest: timedelta


class Looks:
    """Which refunds are looked at. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def one_cycle(self) -> AsyncGenerator[bool]:
        """Hold the cycle while the block runs; False where another process has it.

        It hangs on a connection of its own: a process that dies lets it go.
        """
        async with connection(self._pool) as conn:
            held = await conn.fetchval(Q["lock_cycle"])
            try:
                yield held
            finally:
                if held and not conn.is_closed():
                    await let_go(conn, Q["unlock_cycle"])

    async def on_their_way(
        self, now: datetime, grace: timedelta, limit: int, merchant: str | None = None
    ) -> list[RefundRow]:
        """Refunds without an end for longer than the grace."""
        return await self._rows("on_their_way", now - grace, limit, merchant)

    async def ended(
        self, now: datetime, window: timedelta, every: timedelta, limit: int, merchant: str | None = None
    ) -> list[RefundRow]:
        """Refunds that ended within the window and were not looked at for so long, or differ."""
        return await self._rows("ended", now - window, now - every, limit, merchant)

    async def unheard(
        self, now: datetime, grace: timedelta, pauses: Pauses, limit: int, merchant: str | None = None
    ) -> list[Unheard]:
        """Refunds of which an open case has heard nothing for longer than the grace, whose turn it is.

        The ledger may not have them: a workflow that is terminated before it reserves leaves no trace there.
        """
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["unheard"], now - grace, limit, merchant, now, *pauses)
        return [Unheard(row["case_id"], row["seq"]) for row in rows]

    async def unheard_looked(
        self, begun: Sequence[tuple[Unheard, bool]], now: datetime, window: timedelta
    ) -> None:
        """Note that these had their turn, and whether they were begun again."""
        cases, numbers = [each.case_id for each, _ in begun], [each.seq for each, _ in begun]
        async with connection(self._pool) as conn:
            await conn.execute(Q["unheard_looked"], cases, numbers, [was for _, was in begun], now)
            await conn.execute(Q["forget_unheard"], now - window * KEPT)

    async def looked(self, keys: Collection[str], now: datetime, window: timedelta) -> None:
        """Note that these had their turn."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["looked"], list(keys), now)
            await conn.execute(Q["forget_looks"], now - window * KEPT)

    async def _rows(self, query: str, *given: object) -> list[RefundRow]:
        async with connection(self._pool) as conn:
            return [RefundRow.model_validate(dict(row)) for row in await conn.fetch(Q[query], *given)]
