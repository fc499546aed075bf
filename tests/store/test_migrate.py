"""Migrations: applied once under a lock, undone by their down part, never changed once applied."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from domain.errors import NotReady, StoreUnavailable
from store.migrate import Migration, migrate, pending, read_migrations, roll_back


async def tables(dsn: str) -> set[str]:
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await conn.close()


async def still_pending(dsn: str, migrations: list[Migration] | None = None) -> list[str]:
    conn = await asyncpg.connect(dsn)
    try:
        return [migration.version for migration in await pending(conn, migrations)]
    finally:
        await conn.close()


async def test_all_are_applied_once(empty_database_dsn: str) -> None:
    """The first run applies everything in order, the second finds nothing to do."""
    versions = [migration.version for migration in read_migrations()]
    assert await still_pending(empty_database_dsn) == versions
    assert await migrate(empty_database_dsn) == versions
    assert await migrate(empty_database_dsn) == []
    assert await still_pending(empty_database_dsn) == []


async def test_two_at_once_apply_each_file_once(empty_database_dsn: str) -> None:
    """The lock makes the second process wait and then find everything done."""
    applied = await asyncio.gather(*(migrate(empty_database_dsn) for _ in range(4)))
    assert sorted(version for run in applied for version in run) == [m.version for m in read_migrations()]


async def test_down_undoes_up(empty_database_dsn: str) -> None:
    """Rolling everything back leaves only the book-keeping, and applying again works."""
    versions = await migrate(empty_database_dsn)
    undone = [await roll_back(empty_database_dsn) for _ in versions]
    assert undone == list(reversed(versions))
    assert await roll_back(empty_database_dsn) is None
    assert await tables(empty_database_dsn) == {"schema_migrations", "schema_migration_checksums"}
    assert await migrate(empty_database_dsn) == versions


async def test_a_changed_file_is_an_error_that_says_what_to_do(empty_database_dsn: str) -> None:
    await migrate(empty_database_dsn)
    first, *others = read_migrations()
    with pytest.raises(NotReady, match=r"0001_event_store was changed.*new migration"):
        await migrate(empty_database_dsn, [replace(first, checksum="other"), *others])


async def test_a_newer_database_is_an_error(empty_database_dsn: str) -> None:
    """An older program does not run on a schema that it does not know."""
    await migrate(empty_database_dsn)
    with pytest.raises(NotReady, match="does not know"):
        await migrate(empty_database_dsn, read_migrations()[:-1])


async def test_what_dbmate_applied_is_adopted(empty_database_dsn: str) -> None:
    """A database that dbmate brought up has its table but not our checksums."""
    known = read_migrations()
    conn = await asyncpg.connect(empty_database_dsn)
    try:
        await conn.execute("CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)")
        for migration in known:
            await conn.execute(migration.up)
            await conn.execute("INSERT INTO schema_migrations VALUES ($1)", migration.version)
    finally:
        await conn.close()
    assert await migrate(empty_database_dsn) == []
    with pytest.raises(NotReady, match="was changed"):
        await migrate(empty_database_dsn, [replace(known[0], checksum="other"), *known[1:]])


async def test_a_failing_file_leaves_nothing_behind(empty_database_dsn: str) -> None:
    """A file is applied as a whole or not at all; those before it stay."""
    broken = Migration("9999", "broken", "CREATE TABLE half (a int); SELECT no_such_thing();", "", "c")
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await migrate(empty_database_dsn, [*read_migrations(), broken])
    assert "half" not in await tables(empty_database_dsn)
    assert await still_pending(empty_database_dsn, [*read_migrations(), broken]) == ["9999"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("1_short_number.sql", "-- migrate:up\n-- migrate:down\n"),
        ("0001_no_sections.sql", "SELECT 1;\n"),
        ("0001_no_down.sql", "-- migrate:up\nSELECT 1;\n"),
        ("0001_options.sql", "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\n"),
    ],
)
def test_a_file_that_is_no_migration_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(NotReady, match=f"{name} is not a migration"):
        read_migrations(tmp_path)


def test_a_number_used_twice_is_named(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).write_text("-- migrate:up\n-- migrate:down\n")
    with pytest.raises(NotReady, match="0001 is used twice"):
        read_migrations(tmp_path)


async def test_a_server_that_is_away_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await migrate(f"postgresql://postgres@/none?host={tmp_path}")
