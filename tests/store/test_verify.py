"""Verify finds every way in which the books can differ, and nothing when they agree; rebuild mends rows."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from domain.records import Recorded, UnitRange
from domain.refunds import RefundIntent
from store.append import append_events, append_one
from store.claims import Claims
from store.ledger import Ledger
from store.pool import Pool, transaction
from store.projection import Projection
from store.rebuild import Rebuilt, rebuild
from store.verify import verify
from tests.store.streams import CASE, make_batch, make_summary, units

HELD = {"L1": units((1, 2))}
OF_CASE = f"case_id = '{CASE}'"


def project(case_id: str, events: Sequence[Recorded]) -> Projection | None:
    """The rule by which these tests' rows are made: a return holds two units, a refund has no row."""
    if case_id.startswith("refund:"):
        return None
    return Projection(make_summary(case_id, len(events), order_id=order_of(case_id)), HELD)


def order_of(case_id: str) -> str:
    """Each case has an order of its own."""
    return f"SO-{case_id.rpartition(':')[2]}"


async def record(pool: Pool, case_id: str) -> None:
    batch = make_batch(1, 3, case_id=case_id, held=HELD, summary={"order_id": order_of(case_id)})
    async with transaction(pool) as conn:
        await append_one(conn, batch)


async def copy_row(pool: Pool, case_id: str) -> None:
    """A row for another case, like that of the first one."""
    await pool.execute(
        "INSERT INTO cases SELECT (jsonb_populate_record(cases, jsonb_build_object('case_id', $1::text))).* "
        f"FROM cases WHERE {OF_CASE}",
        case_id,
    )


async def kinds(pool: Pool, running: set[str] | None = None) -> list[tuple[str, str]]:
    return [(finding.kind, finding.subject) for finding in await verify(pool, project, running)]


@pytest.fixture
async def books(pool: Pool) -> Pool:
    """Two cases, a refund that is under way and one that settled, all in agreement."""
    await record(pool, CASE)
    await record(pool, "return:m1:2")
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000)
    for seq in (1, 2):
        await ledger.reserve(
            RefundIntent(
                refund_id=f"refund:m1:1:{seq}",
                key=f"rf-m1-1-{seq}",
                case_id=CASE,
                seq=seq,
                merchant="m1",
                order_id="SO-1",
                amount_minor=100,
                currency="CNY",
                provider="sandbox",
            ),
            make_batch(1, 1, case_id=f"refund:m1:1:{seq}", with_summary=False),
        )
    at = datetime(2026, 11, 20, tzinfo=UTC)
    await ledger.mark_sent("rf-m1-1-1", at)
    await ledger.record("rf-m1-1-1", "settled", at)
    return pool


async def test_books_that_agree_have_no_findings(books: Pool) -> None:
    assert await kinds(books, {CASE, "return:m1:2"}) == []


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (f"DELETE FROM events WHERE {OF_CASE} AND seq = 2", ["gap", "row_differs"]),
        (f"UPDATE events SET data = '{{}}' WHERE {OF_CASE} AND seq = 2", ["content_changed"]),
        (f"UPDATE events SET actor = 'nobody' WHERE {OF_CASE} AND seq = 2", ["content_changed"]),
        (f"UPDATE events SET version = 9 WHERE {OF_CASE} AND seq = 1", ["content_changed", "unreadable"]),
        (f"DELETE FROM cases WHERE {OF_CASE}", ["row_missing"]),
        (f"UPDATE cases SET stage = 'closed' WHERE {OF_CASE}", ["row_differs"]),
        (f"UPDATE cases SET clocks = '[{{}}]' WHERE {OF_CASE}", ["row_differs"]),
        (f"DELETE FROM claims WHERE {OF_CASE}", ["claims_differ"]),
        (f"UPDATE claims SET units = '{{[1,2)}}' WHERE {OF_CASE}", ["claims_differ"]),
        ("UPDATE claims SET order_id = 'SO-1'", ["claims_overlap"]),
        (f"UPDATE claims SET bought = 1 WHERE {OF_CASE}", ["claims_overlap"]),
    ],
)
async def test_each_difference_is_found(books: Pool, damage: str, expected: list[str]) -> None:
    await books.execute(damage)
    assert await kinds(books) == [(kind, CASE) for kind in expected]


@pytest.mark.parametrize(
    "damage",
    ["UPDATE order_budgets SET reserved_minor = 99", "UPDATE refunds SET state = 'failed' WHERE seq = 1"],
)
async def test_a_budget_that_does_not_add_up_is_found(books: Pool, damage: str) -> None:
    await books.execute(damage)
    assert await kinds(books) == [("budget_differs", "m1:SO-1")]


@pytest.mark.parametrize(
    ("case_id", "kind"), [("return:m1:9", "row_without_stream"), ("refund:m1:1:1", "row_differs")]
)
async def test_a_row_that_should_not_be_there_is_found(books: Pool, case_id: str, kind: str) -> None:
    await copy_row(books, case_id)
    assert await kinds(books) == [(kind, case_id)]


async def test_a_claim_that_led_to_nothing_is_found(books: Pool) -> None:
    await Claims(books).claim_units("m1", "SO-3", "return:m1:3", {"L1": 2}, {"L1": 1})
    assert await kinds(books) == [("claims_without_case", "return:m1:3")]


async def test_the_store_is_compared_with_what_runs(books: Pool) -> None:
    """Open but not running, running but closed, running without a trace."""
    closed = make_batch(1, 1, case_id="refund:m1:2:1", with_summary=False)
    async with transaction(books) as conn:
        await append_one(conn, closed)
    running = {CASE, "refund:m1:2:1", "return:m1:7"}
    assert await kinds(books, running) == [
        ("not_running", "return:m1:2"),
        ("running_but_closed", "refund:m1:2:1"),
        ("running_but_unknown", "return:m1:7"),
    ]


async def test_findings_say_what_to_do(books: Pool) -> None:
    await books.execute("UPDATE cases SET stage = 'closed', open = false WHERE case_id LIKE '%:1'")
    [finding] = await verify(books, project)
    assert finding.message == f"{CASE} has a row that differs in stage, open; rebuild"


async def test_many_streams_are_checked_page_by_page(pool: Pool) -> None:
    batches = [make_batch(1, 2, case_id=f"refund:m1:{n}:1", with_summary=False) for n in range(1200)]
    async with transaction(pool) as conn:
        await append_events(conn, batches)
    await pool.execute("UPDATE events SET actor = 'nobody' WHERE case_id LIKE '%7:1' AND seq = 2")
    assert len(await kinds(pool)) == 120


async def test_rebuild_makes_rows_and_claims_again(books: Pool) -> None:
    """Lost, wrong and surplus rows; afterwards the books agree."""
    await copy_row(books, "return:m1:9")
    await books.execute(f"UPDATE cases SET stage = 'closed' WHERE {OF_CASE}")
    await books.execute("DELETE FROM cases WHERE case_id = 'return:m1:2'")
    await books.execute(f"DELETE FROM claims WHERE {OF_CASE}")
    assert await rebuild(books, project) == Rebuilt(written=2, removed=1)
    assert await kinds(books) == []
    assert await rebuild(books, project) == Rebuilt(written=2, removed=0)


async def test_rebuild_leaves_claims_alone_when_the_events_do_not_tell_them(books: Pool) -> None:
    def rows_only(case_id: str, events: Sequence[Recorded]) -> Projection | None:
        projection = project(case_id, events)
        return projection and Projection(projection.summary)

    await rebuild(books, rows_only)
    held = await Claims(books).held("m1", "SO-1")
    assert held == {"L1": [UnitRange(first=1, last=2)]}


async def test_rebuild_under_writes_leaves_no_row_behind(pool: Pool) -> None:
    """Cases go on while their rows are made again; in the end each row is at its stream's end."""
    cases = [f"return:m1:{n}" for n in range(6)]

    async def go_on(case_id: str) -> None:
        for seq in range(1, 16):
            async with transaction(pool) as conn:
                await append_one(conn, make_batch(seq, seq, case_id=case_id, summary={"order_id": case_id}))

    def rows_only(case_id: str, events: Sequence[Recorded]) -> Projection | None:
        return Projection(make_summary(case_id, len(events), order_id=case_id))

    writers = asyncio.gather(*map(go_on, cases))
    while not writers.done():
        await rebuild(pool, rows_only)
    await writers
    assert await verify(pool, rows_only) == []
    assert await pool.fetchval("SELECT count(*) FROM cases WHERE last_seq = 15") == 6
