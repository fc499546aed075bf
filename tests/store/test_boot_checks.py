"""Boot checks: a worker does not start on a database that could lose a refund or that has other tables."""

from typing import Any

import pytest

from domain.errors import NotReady, StoreUnavailable
from store.boot_checks import check_store, setting_problems
from store.migrate import roll_back
from store.pool import Pool, create_pool

GOOD: dict[str, Any] = {
    "server_version_num": 150018,
    "server_version": "15.18",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_encoding": "UTF8",
    "default_transaction_read_only": "off",
    "is_standby": False,
}


async def test_a_migrated_server_with_its_defaults_is_ready(pool: Pool) -> None:
    await check_store(pool)


async def test_everything_that_is_wrong_is_said_at_once(pool: Pool, database_dsn: str) -> None:
    """A relaxed commit set for the database and a migration that is missing come in one message."""
    await roll_back(database_dsn)
    name = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    other_pool = await create_pool(database_dsn)
    try:
        with pytest.raises(NotReady, match=r"synchronous_commit is off.*migrations are missing") as refusal:
            await check_store(other_pool)
    finally:
        await other_pool.close()
    assert len(refusal.value.detail["problems"]) == 2


async def test_a_database_that_takes_no_writes_is_not_ready(pool: Pool, database_dsn: str) -> None:
    name = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    other_pool = await create_pool(database_dsn)
    try:
        with pytest.raises(NotReady, match="takes no writes"):
            await check_store(other_pool)
    finally:
        await other_pool.close()


async def test_a_changed_migration_is_not_ready(pool: Pool) -> None:
    await pool.execute("UPDATE schema_migration_checksums SET checksum = 'other' WHERE version = '0001'")
    with pytest.raises(NotReady, match="0001_event_store was changed"):
        await check_store(pool)


async def test_an_empty_database_is_not_ready(empty_database_dsn: str) -> None:
    pool = await create_pool(empty_database_dsn)
    try:
        with pytest.raises(NotReady, match="missing from 0001_event_store on"):
            await check_store(pool)
    finally:
        await pool.close()


async def test_no_server_is_an_outage(pool: Pool) -> None:
    pool.terminate()
    with pytest.raises(StoreUnavailable):
        await check_store(pool)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"server_version_num": 140010, "server_version": "14.10"}, "upgrade it to 15"),
        ({"fsync": "off"}, "set fsync = on"),
        ({"full_page_writes": "off"}, "set full_page_writes = on"),
        ({"server_encoding": "SQL_ASCII"}, "ENCODING 'UTF8'"),
        ({"is_standby": True}, "at the primary"),
    ],
)
def test_each_setting_has_its_remedy(change: dict[str, Any], remedy: str) -> None:
    """Settings that a test cannot give a running server."""
    [problem] = setting_problems(GOOD | change)
    assert remedy in problem


@pytest.mark.parametrize("kept", ["on", "local", "remote_write", "remote_apply"])
def test_every_durable_commit_will_do(kept: str) -> None:
    assert setting_problems(GOOD | {"synchronous_commit": kept}) == []
