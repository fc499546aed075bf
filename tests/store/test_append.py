"""Appending: idempotent, superseding, atomic with read model, claims and outbox; neighbours don't suffer."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.errors import InvalidRequest, StreamConflict
from domain.records import Batch, Recorded
from store.append import Appended, Outcome, append_at_end, append_events, append_one
from store.pool import OUTAGES, Pool, transaction
from tests.store.streams import CASE, FIRST, OPENED_AT, make_batch, make_events, units

OTHER = "return:m1:2"


async def append(pool: Pool, *batches: Batch) -> list[Outcome]:
    async with transaction(pool) as conn:
        return await append_events(conn, batches)


async def live(pool: Pool, case_id: str = CASE) -> list[tuple[int, str]]:
    rows = await pool.fetch(
        "SELECT seq, data->>'words' AS words FROM events "
        "WHERE case_id = $1 AND superseded_at IS NULL ORDER BY seq",
        case_id,
    )
    return [(row["seq"], row["words"]) for row in rows]


async def row_of(pool: Pool, case_id: str = CASE) -> Any:
    return await pool.fetchrow("SELECT * FROM cases WHERE case_id = $1", case_id)


async def claims_of(pool: Pool, case_id: str = CASE) -> dict[str, str]:
    rows = await pool.fetch("SELECT line, units::text FROM claims WHERE case_id = $1", case_id)
    return {row["line"]: row["units"] for row in rows}


async def test_events_row_and_outbox_arrive_together(pool: Pool) -> None:
    """One transaction writes the events, the read-model row, the claims and one outbox row per event."""
    assert await append(pool, make_batch(1, 3, held={"1": units((1, 2))})) == [Appended(3, 0, 0, 3)]
    assert await live(pool) == [(1, FIRST), (2, FIRST), (3, FIRST)]
    assert (await row_of(pool))["last_seq"] == 3
    assert await claims_of(pool) == {"1": "{[1,3)}"}
    pairs = "SELECT count(*) FROM events JOIN outbox USING (xid, pos)"
    assert await pool.fetchval(pairs) == 3 == await pool.fetchval("SELECT count(*) FROM outbox")


async def test_the_same_again_changes_nothing(pool: Pool) -> None:
    """A retried append finds everything there; a longer one adds only what is new."""
    await append(pool, make_batch(1, 3))
    assert await append(pool, make_batch(1, 3)) == [Appended(0, 3, 0, 3)]
    assert await append(pool, make_batch(2, 5)) == [Appended(2, 2, 0, 5)]
    assert (
        await pool.fetchval("SELECT count(*) FROM events")
        == 5
        == await pool.fetchval("SELECT count(*) FROM outbox")
    )


async def test_a_late_repeat_does_not_take_the_row_back(pool: Pool) -> None:
    """The row and the claims are those of the newest batch, whatever is repeated afterwards."""
    early = make_batch(1, 2, summary={"stage": "review"}, held={"1": units((1, 2))})
    await append(pool, early)
    await append(pool, make_batch(3, 3, summary={"stage": "ship_back"}, held={"1": units((1, 1))}))
    await append(pool, early)
    row = await row_of(pool)
    assert (row["stage"], row["last_seq"]) == ("ship_back", 3)
    assert await claims_of(pool) == {"1": "{[1,2)}"}


async def test_what_is_told_anew_supersedes_to_the_end(pool: Pool) -> None:
    """After a reset the new run re-emits event 3: the old 3, 4 and 5 stay, marked; the row goes back to 3."""
    await append(pool, make_batch(1, 5, summary={"stage": "closed", "open": False}, held={}))
    anew = make_events(2, 2) + make_events(3, 3, "after the reset")
    batch = make_batch(2, 3, held={"1": units((1, 1))}, replaces=True).model_copy(update={"events": anew})
    assert await append(pool, batch) == [Appended(1, 1, 3, 3)]
    assert await live(pool) == [(1, FIRST), (2, FIRST), (3, "after the reset")]
    stale = await pool.fetch(
        "SELECT old.seq, new.seq IS NOT NULL AS replaced FROM events AS old "
        "LEFT JOIN events AS new ON new.xid = old.superseded_by AND new.seq = old.seq "
        "WHERE old.superseded_at IS NOT NULL ORDER BY old.seq"
    )
    assert [tuple(row) for row in stale] == [(3, True), (4, False), (5, False)]
    assert (await row_of(pool))["last_seq"] == 3
    assert (await row_of(pool))["open"] is True
    assert await claims_of(pool) == {"1": "{[1,2)}"}


async def test_a_late_copy_of_what_was_told_anew_takes_nothing_back(pool: Pool) -> None:
    """Found by a demo under load: a first try wrote after the second one was answered and the case closed."""
    run, other_run = uuid4(), uuid4()
    times = [OPENED_AT + timedelta(hours=hour) for hour in range(4)]
    await append(pool, make_batch(1, 2, "void", run_id=run, emitted_at=times[0]))
    anew = make_batch(1, 2, replaces=True, run_id=run, emitted_at=times[1], answers={"k": {"seq": 2}})
    assert await append(pool, anew) == [Appended(2, 0, 2, 2)]
    [told] = make_events(2, 2)
    closing = make_batch(
        3, 4, previous=told, run_id=run, emitted_at=times[2], summary={"stage": "closed", "open": False}
    )
    assert await append(pool, closing) == [Appended(2, 0, 0, 4)]

    assert await append(pool, anew) == [Appended(0, 2, 0, 2)]
    assert await live(pool) == [(seq, FIRST) for seq in (1, 2, 3, 4)]
    assert ((await row_of(pool))["last_seq"], (await row_of(pool))["open"]) == (4, False)

    later = anew.model_copy(update={"emitted_at": times[3]})
    assert await append(pool, later) == [Appended(0, 2, 2, 2)]
    await append(pool, closing)
    of_another_run = anew.model_copy(update={"run_id": other_run})
    assert await append(pool, of_another_run) == [Appended(0, 2, 2, 2)]


async def test_another_attempt_neither_replaces_nor_goes_on(pool: Pool) -> None:
    """A worker that hung delivers late what another worker, or the run after a reset, has told anew."""
    await append(pool, make_batch(1, 2, "counts"))
    [late] = make_events(2, 2, "late")
    for batch in (make_batch(2, 2, "late"), make_batch(3, 3, "late", previous=late)):
        assert [type(outcome) for outcome in await append(pool, batch)] == [StreamConflict]
        async with pool.acquire() as conn:
            assert await append_at_end(conn, [batch]) is None
    assert await live(pool) == [(1, "counts"), (2, "counts")]


async def test_an_attempt_that_counts_wins_in_whatever_order_they_arrive(pool: Pool) -> None:
    """Of a case that was reset, the terminated run may write first, also less or more than the next one."""
    for length in (1, 2, 3):
        case_id = f"return:m1:{length}"
        await append(pool, make_batch(1, length, "terminated", case_id=case_id))
        counts = make_batch(1, 2, "counts", case_id=case_id)
        assert [type(outcome) for outcome in await append(pool, counts)] == [StreamConflict]
        anew = counts.model_copy(update={"replaces": True})
        assert await append(pool, anew) == [Appended(2, 0, length, 2)]
        [known] = make_events(2, 2, "counts")
        assert await append(pool, make_batch(3, 3, "counts", case_id=case_id, previous=known)) == [
            Appended(1, 0, 0, 3)
        ]
        assert await live(pool, case_id) == [(1, "counts"), (2, "counts"), (3, "counts")]


async def test_batches_that_just_go_on_need_one_statement(pool: Pool) -> None:
    """Several streams, with rows and claims; and nothing is written when one of them needs a closer look."""
    async with pool.acquire() as conn:
        group = [make_batch(1, 2, held={"1": units((1, 1))}), make_batch(1, 1, case_id=OTHER)]
        assert await append_at_end(conn, group) == [Appended(2, 0, 0, 2), Appended(1, 0, 0, 1)]
        [second, other] = make_events(2, 2) + make_events(3, 3, "another telling")
        third = make_batch(3, 3, held={}, previous=second)
        assert await append_at_end(conn, [third]) == [Appended(1, 0, 0, 3)]
        misfits = (make_batch(3, 4), make_batch(6, 6), make_batch(4, 4, previous=other))
        for odd in (*misfits, make_batch(4, 4).model_copy(update={"first_seq": 9})):
            assert await append_at_end(conn, [make_batch(2, 2, case_id=OTHER), odd]) is None
        assert await append_at_end(conn, [make_batch(4, 4), make_batch(5, 5)]) is None
    assert await live(pool) == [(1, FIRST), (2, FIRST), (3, FIRST)]
    assert await live(pool, OTHER) == [(1, FIRST)]
    assert (await row_of(pool))["last_seq"] == 3
    assert await claims_of(pool) == {}


async def test_a_refused_batch_leaves_its_neighbours_alone(pool: Pool) -> None:
    """A gap, a contradiction and a payload that cannot be stored fail alone."""
    nul = Recorded(seq=1, type="return.noted", at=OPENED_AT, actor="a", data={"words": "a\0b"})
    outcomes = await append(
        pool,
        make_batch(1, 2),
        make_batch(4, 4, case_id=OTHER),
        Batch(case_id="return:m1:3", first_seq=1, events=make_events(2, 2)),
        Batch(case_id="return:m1:4", first_seq=1, events=[nul]),
        make_batch(1, 1, case_id="return:m1:5"),
    )
    kinds = [Appended, StreamConflict, InvalidRequest, InvalidRequest, Appended]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert await pool.fetchval("SELECT count(*) FROM events") == 3


async def test_two_batches_of_one_stream_go_in_order(pool: Pool) -> None:
    assert await append(pool, make_batch(1, 2), make_batch(3, 4)) == [
        Appended(2, 0, 0, 2),
        Appended(2, 0, 0, 4),
    ]
    assert (await row_of(pool))["last_seq"] == 4


async def test_one_batch_raises_its_refusal(pool: Pool) -> None:
    with pytest.raises(StreamConflict):
        async with transaction(pool) as conn:
            await append_one(conn, make_batch(2, 2))


async def test_a_stream_without_a_row_has_only_events(pool: Pool) -> None:
    """A refund's stream has no row of its own."""
    await append(pool, make_batch(1, 1, case_id="refund:m1:1:1", with_summary=False))
    assert await pool.fetchval("SELECT count(*) FROM cases") == 0


async def test_claims_that_are_let_go_are_gone(pool: Pool) -> None:
    """`held` replaces all claims of the case: empty lines and missing lines are free again."""
    await append(pool, make_batch(1, 1, held={"1": units((1, 2)), "2": units((1, 1)), "3": units((4, 4))}))
    await append(pool, make_batch(2, 2, held={"1": units((1, 1), (2, 2)), "2": []}))
    assert await claims_of(pool) == {"1": "{[1,3)}"}
    await append(pool, make_batch(3, 3))
    assert await claims_of(pool) == {"1": "{[1,3)}"}
    await append(pool, make_batch(4, 4, held={}))
    assert await claims_of(pool) == {}


async def test_the_same_batch_from_many_connections_is_written_once(pool: Pool) -> None:
    """Writers of one stream take turns, so a retry that overlaps its first attempt is a repeat."""
    outcomes = await asyncio.gather(*(append(pool, make_batch(1, 3)) for _ in range(8)))
    added = [outcome.appended for [outcome] in outcomes if isinstance(outcome, Appended)]
    assert sorted(added) == [0] * 7 + [3]


async def test_groups_in_opposite_order_do_not_deadlock(pool: Pool) -> None:
    """Two workers that hold the same streams in opposite order both get through."""
    cases = [f"return:m1:{n}" for n in range(20)]

    def group(order: Sequence[str]) -> list[Batch]:
        return [make_batch(1, 2, case_id=case_id) for case_id in order]

    await asyncio.gather(*(append(pool, *group(cases[::step])) for step in (1, -1) * 6))
    assert await pool.fetchval("SELECT count(*) FROM events") == 40


async def test_a_killed_connection_leaves_nothing_half_written(pool: Pool, database_dsn: str) -> None:
    """Events that were inserted before the connection died are not there, nor is their row."""
    conn = await asyncpg.connect(database_dsn)
    transaction_ = conn.transaction()
    await transaction_.start()
    await append_one(conn, make_batch(1, 3))
    await pool.execute("SELECT pg_terminate_backend($1)", conn.get_server_pid())
    with pytest.raises(OUTAGES):
        await transaction_.commit()
    await conn.close()
    assert await pool.fetchval("SELECT count(*) FROM events") == 0
    assert await row_of(pool) is None
    assert await append(pool, make_batch(1, 3)) == [Appended(3, 0, 0, 3)]


@pytest.mark.parametrize(
    "data", [{"a": "\0"}, {"\0": 1}, {"a": ["\ud800"]}, {"a": float("nan")}, {"a": "\\\0"}]
)
async def test_what_postgres_cannot_hold_is_refused_with_a_reason(pool: Pool, data: dict[str, Any]) -> None:
    event = Recorded.model_construct(
        seq=1, type="return.noted", version=1, at=OPENED_AT, actor="a", data=data
    )
    batch = Batch.model_construct(
        case_id=CASE, first_seq=1, events=[event], summary=None, held=None, run_id=None, emitted_at=None
    )
    [outcome] = await append(pool, batch)
    assert isinstance(outcome, InvalidRequest)
    assert "event 1 (return.noted) cannot be stored" in outcome.message


async def test_an_escaped_escape_is_no_nul(pool: Pool) -> None:
    """The six characters of an escape, typed by somebody, are ordinary text."""
    typed = Recorded(seq=1, type="return.noted", at=OPENED_AT, actor="a", data={"words": "\\u0000"})
    await append(pool, Batch(case_id=CASE, first_seq=1, events=[typed]))
    assert await live(pool) == [(1, "\\u0000")]
