"""The group-commit appender: what queued while the last transaction committed goes into the next one.

One connection at a time: on one disk more connections only wait for the same flush.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import asyncpg

from domain.errors import StoreUnavailable
from domain.records import Batch
from store.append import Appended, Outcome, append_at_end, append_events
from store.pool import ACQUIRE_TIMEOUT_SECONDS, OUTAGES, Pool, PooledConnection, outages_named

GROUP_EVENTS_MAX = 2000
GROUP_BATCHES_MAX = 256

_Waiting = tuple[Batch, asyncio.Future[Appended]]


class Appender:
    """Records batches for all callers of one process; an async context manager.

    A caller that gives up while its batch waits or is written learns nothing; sending it again is harmless.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._conn: PooledConnection | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="appender")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def append(self, batch: Batch) -> Appended:
        """Record a batch and return when it is durable.

        Raises `StreamConflict`, `InvalidRequest`, and `StoreUnavailable` when the store did not answer or the
        appender is closed: whether it recorded is then unknown, and sending the batch again is safe.
        """
        if self._closing or self._task is None or self._task.done():
            raise StoreUnavailable("the appender is closed")
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._queue.append((batch, done))
        self._wake.set()
        return await done

    async def close(self) -> None:
        """Write what is queued, then stop and give the connection back."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while not self._closing or self._queue:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._write(self._take_group())
            await self._give_back()
        finally:
            self._drop_connection()
            for _, done in self._queue:
                _settle(done, StoreUnavailable("the appender was stopped"))

    def _take_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        events = 0
        while self._queue and len(group) < GROUP_BATCHES_MAX and events < GROUP_EVENTS_MAX:
            group.append(self._queue.popleft())
            events += len(group[-1][0].events)
        return group

    async def _write(self, group: Sequence[_Waiting]) -> None:
        """Resolves every caller of the group, whatever happens."""
        try:
            outcomes = await self._commit([batch for batch, _ in group])
            for (_, done), outcome in zip(group, outcomes, strict=True):
                _settle(done, outcome)
        except StoreUnavailable as outage:
            self._drop_connection()
            for _, done in group:
                _settle(done, outage)
        except Exception as error:  # noqa: BLE001 - it belongs to one caller, and the others go on
            if len(group) == 1:
                _settle(group[0][1], error)
            else:
                for waiting in group:
                    await self._write([waiting])
        finally:
            for _, done in group:
                _settle(done, StoreUnavailable("the appender was stopped while it wrote"))

    async def _commit(self, batches: Sequence[Batch]) -> list[Outcome]:
        with outages_named():
            conn = await self._connection()
            if outcomes := await append_at_end(conn, batches):
                return outcomes
            async with conn.transaction():
                return await append_events(conn, batches)

    async def _connection(self) -> PooledConnection:
        if self._conn is None or _is_lost(self._conn):
            self._conn = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS)
        return self._conn

    async def _give_back(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(*OUTAGES):
                await self._pool.release(conn)

    def _drop_connection(self) -> None:
        """A connection that failed is not used again; the pool opens another for the next group."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(asyncpg.InterfaceError):
                conn.terminate()


def _is_lost(conn: PooledConnection) -> bool:
    """Whether the server or the pool closed it while it was idle; the pool then took it back already."""
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:
        return True


def _settle(done: asyncio.Future[Appended], outcome: Appended | Exception) -> None:
    """Answers a caller, unless it was answered before or gave up."""
    if done.done():
        return
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
