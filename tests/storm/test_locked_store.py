"""While the store is held its owner's writes fail; afterwards they are as good as ever."""

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from storm.locked_store import hold_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """In the journal mode of Temporal's."""
    with closing(sqlite3.connect(tmp_path / "store.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE tasks (id integer)")
    return tmp_path / "store.db"


@pytest.fixture
def owner(store: Path) -> Generator[sqlite3.Connection]:
    """Who writes without patience."""
    with closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as db:
        yield db


async def test_writes_fail_while_it_is_held_and_reads_go_on(store: Path, owner: sqlite3.Connection) -> None:
    holding = asyncio.create_task(hold_store(store, 0.3))
    failed = False
    while not holding.done():
        try:
            owner.execute("INSERT INTO tasks VALUES (1)")
        except sqlite3.OperationalError as error:
            failed = "locked" in str(error)
            assert owner.execute("SELECT count(*) FROM tasks").fetchone() is not None
        await asyncio.sleep(0)
    assert failed
    assert await holding
    owner.execute("INSERT INTO tasks VALUES (2)")


async def test_a_store_that_does_not_come_free_is_left(
    store: Path, owner: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storm.locked_store.LOCK_SECONDS", 0.0)
    owner.execute("BEGIN IMMEDIATE")
    assert not await hold_store(store, 0.0)
    owner.execute("ROLLBACK")
