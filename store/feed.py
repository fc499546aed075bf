"""All events in commit order, for readers that must miss none: relays, webhooks, roll-ups.

Positions are given out before commit, so a later position can be visible first. Readers therefore go by
(transaction, position) and stop before the oldest transaction that is still running. A transaction that
stays open for long, in any database of the server, holds the feed back; alarm on that.
"""

import re
from dataclasses import dataclass
from typing import Self

from domain.base import Model
from domain.feed import EventPattern, Position
from domain.records import Recorded
from domain.upcasting import UPCASTERS, Upcasters, upcast
from store.pool import Connection, Pool, Row, connection
from store.sql import load
from store.streams import to_recorded

Q = load("feed")

PAGE_ENTRIES = 500
LOOKED_AT_ENTRIES = 5_000
"""So many entries one page looks at, whether or not its reader wants them."""
_WORD = re.compile(r"[0-9a-f]{32}")
_POS_MAX = 2**63 - 1


@dataclass(frozen=True, order=True)
class Checkpoint:
    """A place in the feed: everything up to it was read."""

    xid: int
    pos: int

    @property
    def word(self) -> Position:
        """For readers outside; compared as text, words are in the order of the feed."""
        return f"{self.xid:016x}{self.pos:016x}"

    @classmethod
    def of(cls, word: str) -> Self:
        """The place that has this word. Raises `ValueError` for one that no place has."""
        if not _WORD.fullmatch(word) or int(word[16:], 16) > _POS_MAX:
            raise ValueError("no place in the feed has this word")
        return cls(int(word[:16], 16), int(word[16:], 16))


START = Checkpoint(0, 0)


@dataclass(frozen=True)
class Entry:
    """An event and its place. A seq that was read before voids what was read of its stream from there on."""

    checkpoint: Checkpoint
    case_id: str
    event: Recorded
    is_superseded: bool
    """Replaced by now; its replacement, if there is one, comes later in the feed."""


class FeedFilter(Model):
    """Which events a reader wants: of one merchant, with some names; without either, all."""

    merchant: str | None = None
    types: tuple[EventPattern, ...] = ()


@dataclass(frozen=True)
class FeedPage:
    """Wanted events, the place up to which the feed was looked at, and whether there is more by now."""

    entries: list[Entry]
    next: Checkpoint
    more: bool


class Feed:
    """The events of all streams. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool, upcasters: Upcasters = UPCASTERS) -> None:
        self._pool = pool
        self._upcasters = upcasters

    async def after(self, checkpoint: Checkpoint, limit: int = PAGE_ENTRIES) -> list[Entry]:
        """The next events after a place; empty when there are none that could not be overtaken any more."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["after"], checkpoint.xid, checkpoint.pos, limit)
        return [self._entry(row) for row in rows]

    async def page(self, after: Checkpoint, where: FeedFilter, limit: int = PAGE_ENTRIES) -> FeedPage:
        """The next events that are wanted. A page without any may still have come on a good way."""
        wanted = (where.merchant, where.types or None)
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["page"], after.xid, after.pos, LOOKED_AT_ENTRIES, *wanted, limit + 1)
        entries = [self._entry(row) for row in rows if row["case_id"] is not None]
        if len(entries) > limit:
            return FeedPage(entries[:limit], entries[limit - 1].checkpoint, more=True)
        if not rows:
            return FeedPage([], after, more=False)
        last = Checkpoint(rows[-1]["xid"], rows[-1]["pos"])
        return FeedPage(entries, last, more=rows[0]["looked_at"] == LOOKED_AT_ENTRIES)

    def _entry(self, row: Row) -> Entry:
        return Entry(
            checkpoint=Checkpoint(row["xid"], row["pos"]),
            case_id=row["case_id"],
            event=upcast(to_recorded(row), self._upcasters),
            is_superseded=row["is_superseded"],
        )

    async def horizon(self) -> Checkpoint:
        """The end of the feed as it is now: all that can be read is before it, all that comes is after it."""
        async with connection(self._pool) as conn:
            return Checkpoint(await conn.fetchval(Q["horizon"]), 0)

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
