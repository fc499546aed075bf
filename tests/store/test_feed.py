"""The feed: every event once, in commit order, late commits included."""

from store.append import append_one
from store.feed import START, Checkpoint, Entry, Feed, advance
from store.pool import Pool, transaction
from tests.store.streams import CASE, make_batch, make_events

EARLY, LATE = "return:m1:early", "return:m1:late"


async def append(
    pool: Pool, case_id: str, first: int, last: int, words: str = "first telling", *, replaces: bool = False
) -> None:
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(first, last, words, case_id=case_id, replaces=replaces))


async def read_all(feed: Feed, count: int) -> list[Entry]:
    """The whole feed; the server's own housekeeping may hold the newest events back for a moment."""
    while len(entries := await feed.after(START)) < count:
        pass
    return entries


def places(entries: list[Entry]) -> list[tuple[str, int]]:
    return [(entry.case_id, entry.event.seq) for entry in entries]


async def test_a_late_commit_is_not_skipped(pool: Pool) -> None:
    """A transaction that began first and commits last: nobody reads past it, then it comes in its place."""
    feed = Feed(pool)
    async with pool.acquire() as slow, slow.transaction():
        await append_one(slow, make_batch(1, 2, case_id=LATE))
        await append(pool, EARLY, 1, 2)
        assert await pool.fetchval("SELECT count(*) FROM outbox") == 2
        assert await feed.after(START) == []
    entries = await read_all(feed, 4)
    assert places(entries) == [(LATE, 1), (LATE, 2), (EARLY, 1), (EARLY, 2)]


async def test_a_later_transaction_may_hold_earlier_positions(pool: Pool) -> None:
    """Order is by transaction first: by position alone, the reader would miss what was committed last."""
    feed = Feed(pool)
    async with pool.acquire() as first, first.transaction():
        await first.execute("SELECT pg_current_xact_id()")
        await append(pool, LATE, 1, 1)
        await append_one(first, make_batch(1, 1, case_id=EARLY))
    entries = await read_all(feed, 2)
    assert places(entries) == [(EARLY, 1), (LATE, 1)]
    assert entries[0].checkpoint.pos > entries[1].checkpoint.pos
    assert entries == [*await feed.after(START, limit=1), *await feed.after(entries[0].checkpoint)]


async def test_a_rolled_back_append_is_never_read(pool: Pool) -> None:
    async with pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await append_one(conn, make_batch(1, 3))
        await undone.rollback()
    await append(pool, EARLY, 1, 1)
    assert places(await read_all(Feed(pool), 1)) == [(EARLY, 1)]


async def test_pages_join_without_gap_or_repeat(pool: Pool) -> None:
    for number in range(7):
        await append(pool, f"return:m1:{number}", 1, 3)
    feed, seen, place = Feed(pool), list[Entry](), START
    await read_all(feed, 21)
    while page := await feed.after(place, limit=4):
        seen += page
        place = page[-1].checkpoint
    assert places(seen) == [(f"return:m1:{number}", seq) for number in range(7) for seq in (1, 2, 3)]
    assert [entry.event for entry in seen[:3]] == make_events(1, 3)


async def test_a_reemitted_event_comes_again(pool: Pool) -> None:
    """A reader that saw the old one learns of the new one, and that the old one is void."""
    await append(pool, CASE, 1, 2)
    await append(pool, CASE, 2, 2, "again", replaces=True)
    entries = await read_all(Feed(pool), 3)
    assert [(e.event.seq, e.event.data["words"], e.is_superseded) for e in entries] == [
        (1, "first telling", False),
        (2, "first telling", True),
        (2, "again", False),
    ]


async def test_a_checkpoint_commits_with_what_was_made_of_the_events(pool: Pool) -> None:
    """It never goes back, it is undone with its transaction, and forgetting starts again."""
    feed = Feed(pool)
    assert await feed.checkpoint("relay") == START
    async with transaction(pool) as conn:
        await advance(conn, "relay", Checkpoint(7, 3))
    async with transaction(pool) as conn:
        await advance(conn, "relay", Checkpoint(7, 2))
    async with pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await advance(conn, "relay", Checkpoint(9, 1))
        await undone.rollback()
    assert await feed.checkpoint("relay") == Checkpoint(7, 3)
    assert await feed.checkpoint("webhooks") == START
    await feed.forget("relay")
    assert await feed.checkpoint("relay") == START
