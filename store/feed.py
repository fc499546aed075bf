"""All events in commit order, for readers that must miss none: relays, webhooks, roll-ups.

Positions are given out before commit, so a later position can be visible first. Readers therefore go by
(transaction, position) and stop before the oldest transaction that is still running. A transaction that
stays open for long, in any database of the server, holds the feed back; alarm on that.
"""

from dataclasses import dataclass

from domain.records import Recorded
from domain.upcasting import UPCASTERS, Upcasters, upcast
from store.pool import Connection, Pool, connection
from store.sql import load
from store.streams import to_recorded

Q = load("feed")

PAGE_ENTRIES = 500


@dataclass(frozen=True, order=True)
class Checkpoint:
    """A place in the feed: everything up to it was read."""

    xid: int
    pos: int


START = Checkpoint(0, 0)


@dataclass(frozen=True)
class Entry:
    """An event and its place. A seq that was read before voids what was read of its stream from there on."""

    checkpoint: Checkpoint
    case_id: str
    event: Recorded
    is_superseded: bool
    """Replaced by now; its replacement, if there is one, comes later in the feed."""


class Feed:
    """The events of all streams. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool, upcasters: Upcasters = UPCASTERS) -> None:
        self._pool = pool
        self._upcasters = upcasters

    async def after(self, checkpoint: Checkpoint, limit: int = PAGE_ENTRIES) -> list[Entry]:
        """The next events after a place; empty when there are none that could not be overtaken any more."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["after"], checkpoint.xid, checkpoint.pos, limit)
        return [
            Entry(
                checkpoint=Checkpoint(row["xid"], row["pos"]),
                case_id=row["case_id"],
                event=upcast(to_recorded(row), self._upcasters),
                is_superseded=row["is_superseded"],
            )
            for row in rows
        ]

    async def checkpoint(self, reader: str) -> Checkpoint:
        """How far a reader has come; the start for a new one."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["checkpoint"], reader)
        return Checkpoint(row["xid"], row["pos"]) if row else START

    async def forget(self, reader: str) -> None:
        """Let a reader start again from the beginning."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["forget"], reader)


async def advance(conn: Connection, reader: str, checkpoint: Checkpoint) -> None:
    """Remember how far a reader has come, in the transaction that writes what it made of the events."""
    await conn.execute(Q["advance"], reader, checkpoint.xid, checkpoint.pos)
