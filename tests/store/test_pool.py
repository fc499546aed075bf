"""Connections go back to the pool without a reset: what they may leave behind, and what they may not."""

import asyncio

import pytest

from store.pool import Pool, connection, let_go

LOCK, IS_HELD = "SELECT pg_advisory_lock(4711)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
IS_LETTING_GO = (
    "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"
)


async def until(pool: Pool, question: str, count: int) -> None:
    """Wait for a fact of the server's."""
    async with connection(pool) as conn:
        while await conn.fetchval(question) != count:  # noqa: ASYNC110 - the fact is the server's
            await asyncio.sleep(0.01)


async def test_a_lock_whose_release_is_interrupted_ends_with_its_session(pool: Pool) -> None:
    async def hold() -> None:
        async with connection(pool) as conn:
            await conn.execute(LOCK)
            await let_go(conn, "SELECT pg_sleep(60)")

    holding = asyncio.create_task(hold())
    await until(pool, IS_LETTING_GO, 1)
    async with connection(pool) as conn:
        assert await conn.fetchval(IS_HELD) == 1
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    await until(pool, IS_HELD, 0)


async def test_a_transaction_that_was_left_open_is_rolled_back(pool: Pool) -> None:
    async with connection(pool) as conn:
        await conn.execute("BEGIN")
        await conn.execute("CREATE TABLE left_behind ()")
        pid = await conn.fetchval("SELECT pg_backend_pid()")
    async with connection(pool) as conn:
        assert await conn.fetchval("SELECT pg_backend_pid()") == pid
        assert await conn.fetchval("SELECT to_regclass('left_behind')") is None
