"""Applies the migrations in `store/migrations/` (dbmate's format) under a lock and with checksums.

dbmate itself can run the same files, and it keeps the same `schema_migrations` table; but it takes no lock
and does not notice that a file changed after it was applied.
"""

import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from domain.errors import NotReady
from store.pool import CONNECT_TIMEOUT_SECONDS, Connection, outages_named
from store.sql import load

FOLDER = Path(__file__).parent / "migrations"
Q = load("migrate")

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_SECTIONS = re.compile(
    r"\A(?:\s|--(?! migrate:)[^\n]*\n)*-- migrate:up\n(?P<up>.*)^-- migrate:down\n(?P<down>.*)\Z", re.M | re.S
)


@dataclass(frozen=True)
class Migration:
    """One file: what it does, how it is undone, and the digest of the whole text."""

    version: str
    name: str
    up: str
    down: str
    checksum: str


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of a folder in order; raises `NotReady` for a file that is not one."""
    migrations = [_read(path) for path in sorted(folder.glob("*.sql"))]
    versions = [migration.version for migration in migrations]
    if twice := {version for version in versions if versions.count(version) > 1}:
        raise NotReady(
            f"{folder.name}: version {min(twice)} is used twice; give the newer file the next number"
        )
    return migrations


def _read(path: Path) -> Migration:
    file_name = _FILE_NAME.fullmatch(path.name)
    text = path.read_text(encoding="utf-8")
    sections = _SECTIONS.match(text)
    if not file_name or not sections:
        raise NotReady(
            f"{path.name} is not a migration: name it NNNN_what_it_does.sql, and give it one line "
            "'-- migrate:up' and after it one line '-- migrate:down'"
        )
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return Migration(file_name[1], file_name[2], sections["up"], sections["down"], checksum)


async def pending(conn: Connection, migrations: Sequence[Migration] | None = None) -> list[Migration]:
    """The migrations that are still to be applied.

    Raises `NotReady` when an applied file was changed afterwards, or when the database has one that is
    unknown here.
    """
    known = read_migrations() if migrations is None else migrations
    if not await conn.fetchval(Q["has_tables"]):
        return list(known)
    applied = {row["version"]: row["checksum"] for row in await conn.fetch(Q["applied"])}
    _check_unchanged(known, applied)
    return [migration for migration in known if migration.version not in applied]


def _check_unchanged(known: Sequence[Migration], applied: dict[str, str | None]) -> None:
    if foreign := sorted(set(applied) - {migration.version for migration in known}):
        raise NotReady(
            f"the database has migration {foreign[0]}, which this program does not know; "
            "run the version of the program that brought it, or a newer one"
        )
    for migration in known:
        # No checksum: dbmate applied it; it is adopted as it is.
        if (applied.get(migration.version) or migration.checksum) != migration.checksum:
            raise NotReady(
                f"migration {migration.version}_{migration.name} was changed after it was applied; "
                "restore the file as it was and put the change into a new migration"
            )


async def migrate(dsn: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is pending, each file in its own transaction; returns the versions applied.

    Safe to run from several processes at once: one works, the others wait and then find nothing to do.
    """
    async with _locked(dsn) as conn:
        await conn.execute(Q["create_tables"])
        known = read_migrations() if migrations is None else migrations
        todo = await pending(conn, known)
        for migration in todo:
            async with conn.transaction():
                await conn.execute(migration.up)
                await conn.execute(Q["mark_applied"], migration.version)
                await conn.execute(Q["keep_checksum"], migration.version, migration.checksum)
        for migration in known:  # also those that dbmate applied
            await conn.execute(Q["keep_checksum"], migration.version, migration.checksum)
        return [migration.version for migration in todo]


async def roll_back(dsn: str, migrations: Sequence[Migration] | None = None) -> str | None:
    """Undo the newest applied migration; returns its version, None if there is none."""
    async with _locked(dsn) as conn:
        known = read_migrations() if migrations is None else migrations
        todo = {migration.version for migration in await pending(conn, known)}
        applied = [migration for migration in known if migration.version not in todo]
        if not applied:
            return None
        newest = applied[-1]
        async with conn.transaction():
            await conn.execute(newest.down)
            await conn.execute(Q["unmark_applied"], newest.version)
        return newest.version


@asynccontextmanager
async def _locked(dsn: str) -> AsyncGenerator[Connection]:
    """A connection without statement limits that holds the migration lock until it closes."""
    with outages_named():
        conn = await asyncpg.connect(
            dsn, timeout=CONNECT_TIMEOUT_SECONDS, server_settings={"application_name": "casework-migrate"}
        )
        try:
            await conn.execute(Q["lock"])
            yield conn
        finally:
            await conn.close()
