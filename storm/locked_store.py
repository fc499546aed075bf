"""Faults inside Temporal's store: somebody else holds its SQLite, so that its own writes fail."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

LOCK_SECONDS = 10.0


async def hold_store(path: Path, seconds: float) -> bool:
    """Hold the write lock of the store for so long; False if it did not come free within ten seconds.

    Temporal waits for a moment, then its writes fail (`SQLITE_BUSY`): tasks and updates are refused, and its
    shard is acquired anew. Nothing is damaged.
    """
    with closing(
        sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
    ) as db:
        try:
            await asyncio.to_thread(db.execute, "BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        await asyncio.sleep(seconds)
        db.execute("ROLLBACK")
    return True
