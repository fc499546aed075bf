"""Webhooks of carriers, shops and warehouses: each is kept once, by its sender's name for it."""

import hashlib
from datetime import datetime
from typing import TypeVar

from pydantic import Field

from domain.base import Model, Slug, UtcInstant
from domain.errors import CaseworkError, IdempotencyConflict, NotFound
from domain.inbox import AskReturn, InboxState, Told
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("inbox")
UNREADABLE = "unreadable"
"""The type of what is genuine and cannot be read."""


class Envelope(Model):
    """A webhook that was verified: who sent it, to whom, under which name and when."""

    source: str
    merchant: str
    webhook_id: str
    sent_at: UtcInstant


class InboxEntry(Envelope):
    """A webhook that was kept, and where it is now. `about`: the case; `code`: why it is not applied."""

    entry: int
    type: str
    about: str | None
    occurred_at: UtcInstant
    received_at: UtcInstant
    state: InboxState
    tries: int
    try_at: UtcInstant | None
    ended_at: UtcInstant | None
    code: str | None
    detail: str | None
    replays: int

    @property
    def target(self) -> str:
        """What the audit log calls it."""
        return f"inbox:{self.merchant}:{self.entry}"


class Due(InboxEntry):
    """One that is to be applied now."""

    body: bytes = Field(repr=False)
    since: UtcInstant


class InboxFilter(Model):
    """Which ones are wanted; what is not said holds for all."""

    state: InboxState | None = None
    source: str | None = None
    merchant: Slug | None = None
    about: str | None = None


E = TypeVar("E", bound=InboxEntry)


class Inbox:
    """The table `inbox`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, envelope: Envelope, told: Told | CaseworkError, body: bytes, now: datetime) -> bool:
        """Keep what was told, or what cannot be read as a dead letter; False for a repeat.

        Raises `IdempotencyConflict` where its name was used for other content.
        """
        name = (envelope.source, envelope.merchant, envelope.webhook_id)
        body_hash = hashlib.sha256(body).digest()
        async with connection(self._pool) as conn:
            row = (*name, body_hash, body, *_said(envelope, told, now))
            if await conn.fetchval(Q["keep"], *row) is not None:
                return True
            if await conn.fetchval(Q["body_hash"], *name) != body_hash:
                raise IdempotencyConflict("this webhook's id was used before with other content")
        return False

    async def take(
        self, now: datetime, put_off_until: datetime, limit: int, gap_before: datetime
    ) -> list[Due]:
        """Those that are due, for the caller to try; nobody else gets them before `put_off_until`.

        What comes after others waits for them; what waits since `gap_before`, only for those that came.
        """
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["take"], now, put_off_until, limit, gap_before)
        return [_read(Due, row) for row in rows]

    async def applied(self, due: Due, now: datetime) -> None:
        """It is done."""
        await self._run("end", due.entry, due.tries, "applied", now, None, None)

    async def looked(self, due: Due, since: datetime) -> None:
        """A parcel was looked at: all of its carrier's hints that had come by then are done."""
        await self._run("looked", due.about, due.source, since)

    async def given_up(self, due: Due, state: InboxState, error: CaseworkError, now: datetime) -> None:
        """Nothing becomes of it, for now or for good."""
        await self._run("end", due.entry, due.tries, state, now, error.code, error.message)

    async def again(self, due: Due, at: datetime, error: CaseworkError) -> None:
        """Try it again then."""
        await self._run("again", due.entry, due.tries, at, error.code, error.message)

    async def rest(self, due: Due, at: datetime) -> None:
        """It was not its turn: then it is."""
        await self._run("rest", due.entry, due.tries, at)

    async def get(self, entry: int) -> InboxEntry:
        """One of them. Raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], entry)
        if row is None:
            raise NotFound(f"there is no webhook {entry}")
        return _read(InboxEntry, row)

    async def page(self, where: InboxFilter, limit: int, before: int | None = None) -> list[InboxEntry]:
        """Those that fit, the latest first."""
        wanted = (where.state, where.source, where.merchant, where.about)
        async with connection(self._pool) as conn:
            return [_read(InboxEntry, row) for row in await conn.fetch(Q["page"], *wanted, before, limit)]

    async def replay(self, entry: int, now: datetime) -> InboxEntry:
        """Have a dead letter applied again; what is no dead letter is left as it is. Raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["replay"], entry, now)
        return _read(InboxEntry, row) if row is not None else await self.get(entry)

    async def forget(self, before: datetime) -> None:
        """Let go of what was done with before then; dead letters stay."""
        await self._run("forget", before)

    async def _run(self, query: str, *args: object) -> None:
        async with connection(self._pool) as conn:
            await conn.execute(Q[query], *args)


def _said(envelope: Envelope, told: Told | CaseworkError, now: datetime) -> tuple[object, ...]:
    """The rest of a new row, in the order of the query."""
    if isinstance(told, CaseworkError):
        named = (UNREADABLE, None, False, None, envelope.sent_at, envelope.sent_at)
        return (*named, "dead", now, told.code, told.message)
    wish = told.wish
    in_order = isinstance(wish, AskReturn)
    place = wish.place if isinstance(wish, AskReturn) else None
    named = (told.type, wish and wish.about, in_order, place, told.occurred_at or envelope.sent_at)
    return (*named, envelope.sent_at, "waiting" if wish else "ignored", now, None, None)


def _read(model: type[E], row: Row) -> E:
    return model.model_validate(dict(row), extra="ignore")
