"""Connections: the pool with its time limits, and one way to turn a lost database into `StoreUnavailable`."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
from asyncpg import exceptions as pg

from domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool = asyncpg.Pool[asyncpg.Record]
    PooledConnection = PoolConnectionProxy[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record] | PooledConnection
else:
    Pool, Connection, PooledConnection = asyncpg.Pool, asyncpg.Connection, asyncpg.Connection

Row = asyncpg.Record

STATEMENT_TIMEOUT = timedelta(seconds=10)
LOCK_TIMEOUT = timedelta(seconds=5)
IDLE_IN_TRANSACTION_TIMEOUT = timedelta(seconds=20)
CONNECT_TIMEOUT_SECONDS = 5
ACQUIRE_TIMEOUT_SECONDS = 10

# Failures that say nothing about the request: the same statement may succeed when the server is well again.
OUTAGES = (
    OSError,
    asyncpg.InterfaceError,
    pg.InternalClientError,
    pg.PostgresConnectionError,
    pg.OperatorInterventionError,
    pg.InsufficientResourcesError,
    pg.TransactionRollbackError,
    pg.LockNotAvailableError,
    pg.ReadOnlySQLTransactionError,
    pg.IdleInTransactionSessionTimeoutError,
    pg.InvalidAuthorizationSpecificationError,
    pg.InvalidCatalogNameError,
    pg.ObjectNotInPrerequisiteStateError,
)


@contextmanager
def outages_named() -> Generator[None]:
    """Raises `StoreUnavailable` for a database that is away, overloaded or shutting down."""
    try:
        yield
    except OUTAGES as error:
        raise StoreUnavailable(f"the event store did not answer ({type(error).__name__}: {error})") from error


@asynccontextmanager
async def connection(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection for single statements; raises `StoreUnavailable`."""
    with outages_named():
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as conn:
            yield conn


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection in a read-committed transaction; raises `StoreUnavailable`."""
    async with connection(pool) as conn, conn.transaction():
        yield conn


async def create_pool(
    dsn: str,
    *,
    application_name: str = "casework",
    min_size: int = 1,
    max_size: int = 8,
    statement_timeout: timedelta = STATEMENT_TIMEOUT,
) -> Pool:
    """A pool whose statements, lock waits and idle transactions all end in bounded time."""
    with outages_named():
        return await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            timeout=CONNECT_TIMEOUT_SECONDS,
            reset=_nothing_to_reset,
            server_settings={
                "application_name": application_name,
                "timezone": "UTC",
                "statement_timeout": _milliseconds(statement_timeout),
                "lock_timeout": _milliseconds(LOCK_TIMEOUT),
                "idle_in_transaction_session_timeout": _milliseconds(IDLE_IN_TRANSACTION_TIMEOUT),
            },
        )


async def _nothing_to_reset(_: Connection) -> None:
    """Our statements change a transaction, never a session; a reset is a round trip more for each.

    What is left of a transaction is rolled back all the same. Session locks are let go by `let_go`.
    """


async def let_go(conn: Connection, unlock: str) -> None:
    """Give up a session's lock before the pool has its connection again; else end the session."""
    try:
        await conn.fetchval(unlock)
    except BaseException:
        conn.terminate()
        raise


def _milliseconds(limit: timedelta) -> str:
    return str(limit // timedelta(milliseconds=1))
