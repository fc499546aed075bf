"""The board shows every open case as its row has it, narrowed by anything, and counts itself exactly."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from store.append import append_one
from store.board import (
    NARROWED,
    NO_CLOCK,
    NOBODY,
    PAUSED,
    Board,
    BoardFilter,
    count_again,
    counted,
    miscounted,
    narrowed,
    strays,
)
from store.pool import Pool, transaction
from tests.store.streams import make_batch

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EVERYTHING = (
    "merchant", "kind", "stage", "waits", "priority", "tier", "channel", "team", "holder", "urgent_from",
    "urgent_before",
)  # fmt: skip


def clock(due_in_minutes: int, state: str = "running", **changes: Any) -> dict[str, Any]:
    due = (NOW + timedelta(minutes=due_in_minutes)).isoformat()
    of_it = {"name": "resolution", "instance": 1, "state": state, "verdict": "pending", "provisional": False}
    return {**of_it, "due_at": due, "rungs": [], **changes}


async def put(pool: Pool, case_id: str, seq: int = 1, **summary: Any) -> None:
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(seq, seq, case_id=case_id, summary=summary))


async def ids(pool: Pool, where: BoardFilter) -> list[str]:
    rows, _ = await Board(pool).page(where, NOW)
    return [row.case_id for row in rows]


@pytest.fixture
async def desk(pool: Pool) -> Pool:
    """One case of each state of its clocks, of two merchants."""
    await put(pool, "return:m1:late", clocks=[clock(-30, verdict="breached")], waiting_for="agent")
    await put(pool, "return:m1:soon", clocks=[clock(30), clock(20, "stopped", name="review")], team="returns")
    await put(pool, "return:m1:later", clocks=[clock(300, rungs=[{"rung": "75%"}])], assignee="fl-01")
    await put(pool, "return:m2:waits", clocks=[clock(5, "paused")], waiting_for="customer")
    await put(pool, "return:m2:none", clocks=[], stage="inspection", waiting_for="warehouse")
    await put(pool, "return:m2:missed", clocks=[clock(-600, "paused", verdict="breached")])
    await put(pool, "return:m2:over", clocks=[clock(-5)], open=False, stage="closed", closed_at=NOW)
    return pool


async def test_the_most_urgent_comes_first_and_the_closed_not_at_all(desk: Pool) -> None:
    names = ["m2:missed", "m1:late", "m1:soon", "m1:later", "m2:waits", "m2:none"]
    assert await ids(desk, BoardFilter()) == [f"return:{name}" for name in names]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (BoardFilter(clock="overdue"), ["m2:missed", "m1:late"]),
        (BoardFilter(clock="hour"), ["m1:soon"]),
        (BoardFilter(clock="running"), ["m1:soon", "m1:later"]),
        (BoardFilter(clock="paused"), ["m2:waits"]),
        (BoardFilter(clock="none"), ["m2:none"]),
        (BoardFilter(holder=NOBODY), ["m1:late"]),
        (BoardFilter(holder="fl-01"), ["m1:later"]),
        (BoardFilter(waits="customer"), ["m2:waits"]),
        (BoardFilter(merchant="m2", clock="overdue"), ["m2:missed"]),
        (BoardFilter(kind="return", stage="inspection"), ["m2:none"]),
        (BoardFilter(team="returns"), ["m1:soon"]),
        (BoardFilter(tier="key"), []),
    ],
    ids=str,
)
async def test_lists_are_narrowed(desk: Pool, where: BoardFilter, names: list[str]) -> None:
    assert await ids(desk, where) == [f"return:{name}" for name in names]
    board = Board(desk)
    assert await board.count(where, NOW, 1000) == len(names)
    counts = await board.counts(where.merchant, ["stage", "waits", "team", "holder", "tier"])
    assert counted(where, counts) in (len(names), None)


async def test_a_row_tells_what_a_list_shows(desk: Pool) -> None:
    late, later, waits, none = [
        row
        for name in ("return:m1:late", "return:m1:later", "return:m2:waits", "return:m2:none")
        for row in await Board(desk).rows([name])
    ]
    assert (late.urgent_at, late.clock, late.metric) == (NOW - timedelta(minutes=30), "running", "resolution")
    assert (late.kind, late.number, late.holder, late.assignee) == ("return", "late", NOBODY, None)
    assert (later.marks, later.assignee) == ("w", "fl-01")
    assert (waits.urgent_at, waits.clock) == (PAUSED, "paused")
    assert (none.urgent_at, none.clock, none.metric) == (NO_CLOCK, "none", None)


async def test_the_laws_limit_and_a_provisional_deadline_are_marked(pool: Pool) -> None:
    due = (NOW + timedelta(minutes=9)).isoformat()
    await put(pool, "return:m1:1", clocks=[clock(9, legal_due_at=due, provisional=True)])
    (row,) = await Board(pool).rows(["return:m1:1"])
    assert row.marks == "pl"


async def test_pages_follow_one_another_also_among_equals(pool: Pool) -> None:
    for number in range(7):
        await put(pool, f"return:m1:{number}", clocks=[clock(10)] if number % 2 else [])
    board, seen, after = Board(pool), list[str](), None
    while True:
        rows, after = await board.page(BoardFilter(), NOW, after, limit=2)
        seen += [row.case_id for row in rows]
        if after is None:
            break
    assert seen == [f"return:m1:{number}" for number in (1, 3, 5, 0, 2, 4, 6)]


async def test_closed_cases_are_listed_the_latest_first(desk: Pool) -> None:
    earlier = NOW - timedelta(days=1)
    await put(desk, "return:m1:old", open=False, stage="closed", closed_at=earlier, assignee="fl-01")
    board = Board(desk)
    rows, after = await board.closed(BoardFilter(clock="overdue"), limit=1)
    assert [row.case_id for row in rows] == ["return:m2:over"]
    assert [row.case_id for row in (await board.closed(BoardFilter(), after))[0]] == ["return:m1:old"]
    assert [row.case_id for row in (await board.closed(BoardFilter(merchant="m2")))[0]] == ["return:m2:over"]
    assert [row.number for row in (await board.closed(BoardFilter(holder="fl-01")))[0]] == ["old"]


async def test_a_case_is_found_by_what_a_person_has_at_hand(desk: Pool) -> None:
    board = Board(desk)
    assert [found.number for found in await board.find("late", None)] == ["late"]
    assert [found.number for found in await board.find("return:m2:over", None)] == ["over"]
    assert await board.find("return:m2:over", "m1") == []
    assert len(await board.find("SO-1", "m1")) == 3


async def test_every_filter_is_accepted_by_the_server(pool: Pool) -> None:
    wanted = [name for size in (0, 1, 2, len(EVERYTHING)) for name in combinations(EVERYTHING, size)]
    async with pool.acquire() as conn:
        for given in wanted:
            for query, prefix in (("page", "narrow_"), ("count", "narrow_"), ("closed", "closed_narrow_")):
                also = () if query == "count" else ("after_at", "after_id")
                of_open = {"stage", "waits", "urgent_from", "urgent_before"}
                if query != "closed" or not of_open & set(given):
                    sql, names = narrowed(query, prefix, (*given, *also, "limit"))
                    assert set(names) == {*given, *also, "limit"}
                    await conn.prepare(sql)


def test_every_narrowing_is_of_a_field() -> None:
    conditions = {name for name in NARROWED if name.startswith("narrow_")} - {"narrow_after"}
    assert conditions == {f"narrow_{name}" for name in EVERYTHING}


async def test_a_page_reads_no_more_of_many_cases_than_of_few(pool: Pool) -> None:
    """The figure is exact and the same on any machine: which rows the server looks at."""
    for number in range(240):
        await put(pool, f"return:m1:{number}", clocks=[clock(number)], priority=f"P{1 + number % 4}")
    await pool.execute("ANALYZE board")
    for where in (BoardFilter(), BoardFilter(kind="return"), BoardFilter(merchant="m1", clock="hour")):
        given = where.values(NOW) | {"limit": 11}
        sql, names = narrowed("page", "narrow_", tuple(sorted(given)))
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {sql}"
        lines = await pool.fetch(explain, *(given[name] for name in names))
        text = "\n".join(line[0] for line in lines)
        assert "Index Scan using board_by_" in text
        assert "Seq Scan" not in text
        assert "Sort" not in text
        assert "rows=11" in text


async def test_counts_are_read_without_looking_at_cases(desk: Pool) -> None:
    lines = await desk.fetch(
        "EXPLAIN SELECT dim, value, sum(cases) FROM board_counts WHERE merchant = '' GROUP BY 1, 2"
    )
    assert not any("board_by" in line[0] or " cases" in line[0].partition("(")[0] for line in lines)


async def test_the_counts_are_those_of_the_rows_whatever_happens(pool: Pool) -> None:
    """Forty cases are opened, moved, given to others, closed and opened again, by eight at once."""
    chance = random.Random(7)
    seqs: dict[str, int] = {}

    async def live(number: int) -> None:
        case_id = f"return:m{number % 3}:{number}"
        for _ in range(6):
            seqs[case_id] = seqs.get(case_id, 0) + 1
            is_open = chance.random() > 0.3
            await put(
                pool,
                case_id,
                seqs[case_id],
                open=is_open,
                stage=chance.choice(("review", "inspection")) if is_open else "closed",
                assignee=chance.choice((None, "fl-01", "fl-02")),
                waiting_for=chance.choice(("agent", "customer")),
                clocks=[clock(chance.randint(-60, 60))],
            )

    await asyncio.gather(*(live(number) for number in range(40)))
    async with pool.acquire() as conn:
        assert await miscounted(conn) == []
        assert await strays(conn) == []
    assert (await Board(pool).counts(None, ["all"]))[("all", "")] == await pool.fetchval(
        "SELECT count(*) FROM cases WHERE open"
    )


async def test_counts_of_connections_that_are_gone_are_folded_and_stay_right(desk: Pool) -> None:
    before = await Board(desk).counts(None, ["all", "stage", "holder"])
    await desk.execute("UPDATE board_counts SET shard = -1")
    await Board(desk).fold_counts()
    assert await desk.fetchval("SELECT count(*) FROM board_counts WHERE shard <> 0") == 0
    assert await Board(desk).counts(None, ["all", "stage", "holder"]) == before


async def test_a_board_that_somebody_damaged_is_seen_and_made_again(desk: Pool) -> None:
    await desk.execute("UPDATE board SET team = 'wrong' WHERE case_id = 'return:m1:late'")
    await desk.execute(
        'INSERT INTO board SELECT (jsonb_populate_record(board, \'{"case_id": "x"}\')).* FROM board LIMIT 1'
    )
    async with transaction(desk) as conn:
        assert await strays(conn) == ["return:m1:late", "x"]
        assert {each.dim for each in await miscounted(conn)} == {"team", *TOUCHED_BY_ONE_MORE}
        await conn.execute("UPDATE cases SET last_seq = last_seq")
        await count_again(conn)
        assert (await strays(conn), await miscounted(conn)) == ([], [])


TOUCHED_BY_ONE_MORE = ("all", "kind", "stage", "waits", "priority", "tier", "channel", "holder")


async def test_money_that_waits_is_summed_by_currency(desk: Pool) -> None:
    assert await Board(desk).money_waiting(None) == []


def test_a_filter_of_several_is_not_counted() -> None:
    counts = {("all", ""): 7, ("stage", "return/review"): 3}
    assert counted(BoardFilter(), counts) == 7
    assert counted(BoardFilter(merchant="m1"), counts) == 7
    assert counted(BoardFilter(kind="return", stage="review"), counts) == 3
    assert counted(BoardFilter(tier="key"), counts) == 0
    assert counted(BoardFilter(tier="key", kind="return"), counts) is None
    assert counted(BoardFilter(clock="overdue"), counts) is None
