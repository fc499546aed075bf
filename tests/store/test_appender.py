"""The group-commit appender: many callers, few commits, each its own answer, also when the store dies."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from domain.errors import InvalidRequest, StoreUnavailable, StreamConflict
from domain.records import Batch
from store.append import Appended
from store.appender import Appender
from store.pool import Connection, Pool
from tests.store.streams import CASE, make_batch, make_summary


@pytest.fixture
async def appender(pool: Pool) -> AsyncGenerator[Appender]:
    async with Appender(pool) as appender:
        yield appender


def one(number: int, seq: int = 1) -> Batch:
    return make_batch(seq, seq, case_id=f"return:m1:{number}")


async def kill_the_others(conn: Connection) -> None:
    """Ends all connections of the pool but this one."""
    await conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'casework-test' AND pid <> pg_backend_pid() "
        "AND datname = current_database()"
    )


async def test_what_queues_during_a_commit_shares_the_next_one(pool: Pool, appender: Appender) -> None:
    """Of 64 callers the first commits alone, at most a few groups follow."""
    assert await asyncio.gather(*(appender.append(one(n)) for n in range(64))) == [Appended(1, 0, 0, 1)] * 64
    assert await pool.fetchval("SELECT count(*) FROM events") == 64
    assert await pool.fetchval("SELECT count(DISTINCT xid) FROM events") <= 3


async def test_each_caller_gets_its_own_answer(appender: Appender) -> None:
    """A gap, a contradiction and a repeat in one group: the neighbours are recorded."""
    contradiction = one(4).model_copy(update={"summary": make_summary("return:m1:9", 1)})
    answers = await asyncio.gather(
        *map(appender.append, [one(1), one(2, seq=3), one(3), contradiction, one(1)]), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [
        Appended,
        StreamConflict,
        Appended,
        InvalidRequest,
        Appended,
    ]
    assert answers[-1] == Appended(0, 1, 0, 1)


async def test_an_unforeseen_fault_hits_only_its_own_caller(appender: Appender) -> None:
    """A value that the table cannot hold fails the whole statement; the group is then written one by one."""
    event = make_batch(1, 1).events[0].model_copy(update={"version": 2**31})
    too_large = Batch(case_id=CASE, first_seq=1, events=[event])
    answers = await asyncio.gather(
        *map(appender.append, [one(10), one(11), too_large, one(12)]), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [Appended, Appended, asyncpg.DataError, Appended]


async def test_a_connection_lost_while_idle_costs_nobody_anything(pool: Pool, appender: Appender) -> None:
    """A server that was restarted overnight is met with a new connection, not with a failure."""
    await appender.append(one(1))
    async with pool.acquire() as conn:
        await kill_the_others(conn)
    while pool.get_size() > 1:  # until the loss is noticed here
        await pool.fetchval("SELECT 1")
    assert (await appender.append(one(2))).appended == 1


async def test_a_connection_lost_while_writing_is_a_typed_error(pool: Pool, appender: Appender) -> None:
    """The callers hear `store_unavailable`, nothing is half written, and the next append reconnects."""
    await appender.append(one(0))
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE events IN EXCLUSIVE MODE")
        writing = [asyncio.create_task(appender.append(one(number))) for number in (1, 2, 3)]
        while not await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        await kill_the_others(conn)
        with pytest.raises(StoreUnavailable):
            await writing[0]
    await asyncio.gather(*writing[1:], return_exceptions=True)
    for number in (1, 2, 3):
        await appender.append(one(number))
    assert await pool.fetchval("SELECT count(*) FROM events") == 4


async def test_a_server_that_is_away_is_a_typed_error(pool: Pool) -> None:
    """Every caller hears of it; none waits for ever."""
    pool.terminate()
    async with Appender(pool) as appender:
        answers = await asyncio.gather(*(appender.append(one(n)) for n in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 3


async def test_a_caller_that_gave_up_does_not_stop_the_others(pool: Pool, appender: Appender) -> None:
    impatient = asyncio.create_task(appender.append(one(1)))
    patient = asyncio.create_task(appender.append(one(2)))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).appended == 1


async def test_closing_writes_what_is_queued(pool: Pool) -> None:
    """A graceful stop loses nothing, gives the connection back and then refuses."""
    appender = Appender(pool)
    async with appender:
        queued = [asyncio.create_task(appender.append(one(number))) for number in range(5)]
        await asyncio.sleep(0)
    assert [task.result().appended for task in queued] == [1] * 5
    assert pool.get_idle_size() == pool.get_size()
    with pytest.raises(StoreUnavailable, match="closed"):
        await appender.append(one(9))


async def test_stopping_it_hard_leaves_no_caller_waiting(pool: Pool) -> None:
    """When its task is cancelled, callers in the queue and in the write hear of it."""
    appender, before = Appender(pool), asyncio.all_tasks()
    await appender.__aenter__()
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE events IN EXCLUSIVE MODE")
        first = asyncio.create_task(appender.append(one(1)))
        while not await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        second = asyncio.create_task(appender.append(one(2)))
        await asyncio.sleep(0)
        [task] = [task for task in asyncio.all_tasks() - before if task.get_name() == "appender"]
        task.cancel()
        answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 2
