"""What must hold of the database before a worker may start: an acknowledged commit has to survive a crash."""

from collections.abc import Mapping
from typing import Any

from domain.errors import NotReady
from store.migrate import pending
from store.pool import Connection, Pool, connection
from store.sql import load

Q = load("boot_checks")

SERVER_VERSION_MIN = 150000  # multirange aggregates, and what else the migrations use


async def check_store(pool: Pool) -> None:
    """Raises `NotReady` with all that does not hold and what to do, `StoreUnavailable` without a server."""
    async with connection(pool) as conn:
        [facts] = await conn.fetch(Q["facts"])
        problems = setting_problems(dict(facts))
        problems += await _migration_problems(conn)
    if problems:
        raise NotReady("the database is not ready: " + "; ".join(problems), problems=problems)


def setting_problems(facts: Mapping[str, Any]) -> list[str]:
    """What is wrong with the server's settings, each with its remedy."""
    rules = [
        (
            facts["server_version_num"] >= SERVER_VERSION_MIN,
            f"it is PostgreSQL {facts['server_version']}; upgrade it to 15 or newer",
        ),
        (
            facts["fsync"] == "on",
            "fsync is off, so a crash can lose or tear what was recorded; set fsync = on and restart it",
        ),
        (
            facts["full_page_writes"] == "on",
            "full_page_writes is off, so a crash can tear pages; set full_page_writes = on and reload it",
        ),
        (
            facts["synchronous_commit"] != "off",
            "synchronous_commit is off, so a crash can lose refunds that were called recorded; set it to on "
            "for this role and database",
        ),
        (
            facts["server_encoding"] == "UTF8",
            f"its encoding is {facts['server_encoding']}; create the database with ENCODING 'UTF8'",
        ),
        (
            not facts["is_standby"] and facts["default_transaction_read_only"] == "off",
            "it takes no writes (a standby, or read-only by default); point the database URL at the primary",
        ),
    ]
    return [problem for holds, problem in rules if not holds]


async def _migration_problems(conn: Connection) -> list[str]:
    try:
        todo = await pending(conn)
    except NotReady as error:
        return [error.message]
    if not todo:
        return []
    return [
        f"migrations are missing from {todo[0].version}_{todo[0].name} on; apply them before workers start"
    ]
