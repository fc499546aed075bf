"""Attainment and lead times over the read model, and the very cases that each figure counts."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from domain.attainment import attainment_figures
from domain.figures import FigureFilter
from domain.lead_times import RefundCount
from domain.peaks import Arrivals
from domain.records import Batch, Recorded
from domain.refunds import RefundState
from starters.figures import FigureDesk
from store.append import append_one
from store.board import PAGE_ROWS
from store.figures import Behind, FigureCounts, conditions_of
from store.ledger import Ledger
from store.pool import Pool, transaction
from store.sql import load, narrowed
from tests.store.case_rows import put_case
from tests.store.test_ledger import fact, make_intent

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONE = "Asia/Shanghai"
MERCHANT, OTHER = FigureFilter(merchant="m1"), FigureFilter(merchant="m2")


def clock(name: str, verdict: str, state: str = "stopped", instance: int = 1) -> dict[str, Any]:
    due: dict[str, Any] = {"due_at": MONDAY.isoformat(), "provisional": False, "rungs": []}
    return {"name": name, "instance": instance, "state": state, "verdict": verdict, **due}


async def behind(pool: Pool, where: FigureFilter = MERCHANT, **asked: Any) -> list[str]:
    """The numbers of the cases that a figure counts."""
    when = {name: asked.pop(name) for name in ("weekday", "hour") if name in asked}
    rows, _ = await FigureDesk(pool).cases(where, Behind.model_validate(asked), zone=ZONE, **when)
    return [row.number for row in rows]


@pytest.fixture
async def kept(pool: Pool) -> Pool:
    """Cases of two teams and none, by two channels, of two merchants."""
    reviewed, missed = clock("review", "met"), clock("review", "breached")
    await put_case(pool, "return:m1:1", MONDAY, clocks=[reviewed, clock("inspection", "pending", "running")])
    await put_case(pool, "return:m1:2", MONDAY + DAY, clocks=[missed], team="returns")
    await put_case(pool, "return:m1:3", MONDAY + DAY, clocks=[clock("review", "pending", "cancelled")])
    again = [clock("review", "met", instance=2), clock("review", "breached", "cancelled")]
    await put_case(pool, "complaint:m1:4", MONDAY + DAY, clocks=again, channel="phone", team="quality")
    await put_case(pool, "return:m2:5", MONDAY, clocks=[missed, missed])
    return pool


async def test_each_instance_of_a_clock_is_judged_once(kept: Pool) -> None:
    found = attainment_figures(await FigureCounts(kept).verdicts(MERCHANT))
    assert (found.total.met, found.total.breached, found.total.pending, found.total.cancelled) == (2, 2, 1, 1)
    assert [(row.kind, row.metric, row.met, row.breached) for row in found.clocks] == [
        ("complaint", "review", 1, 1),
        ("return", "review", 1, 1),
        ("return", "inspection", 0, 0),
    ]
    assert {row.team: row.met + row.breached for row in found.teams} == {None: 1, "returns": 1, "quality": 2}
    assert {row.channel: row.breached for row in found.channels} == {"app": 1, "phone": 1}


@pytest.mark.parametrize(
    ("where", "judged"),
    [
        (FigureFilter(), 6),
        (OTHER, 2),
        (FigureFilter(merchant="m1", team="returns"), 1),
        (FigureFilter(merchant="m1", team="?"), 1),
        (FigureFilter(channel="phone"), 2),
        (FigureFilter(merchant="m1", kinds=["complaint"], until=MONDAY + DAY), 0),
    ],
)
async def test_attainment_is_narrowed(kept: Pool, where: FigureFilter, judged: int) -> None:
    total = (await FigureDesk(kept).attainment(where)).total
    assert total.met + total.breached == judged


async def test_a_count_of_clocks_opens_to_its_cases(kept: Pool) -> None:
    assert await behind(kept, verdict="breached") == ["2", "4"]
    assert await behind(kept, verdict="met", metric="review") == ["4", "1"]
    assert await behind(kept, verdict="pending") == ["1"]
    assert await behind(kept, verdict="breached", metric="inspection") == []
    assert await behind(kept, metric="inspection") == ["1"]
    assert await behind(kept, OTHER, verdict="breached") == ["5"]


async def test_facets_and_repeats_open_to_their_cases(pool: Pool) -> None:
    quality = {"category": "product_quality", "party": "merchant"}
    await put_case(pool, "complaint:m1:1", MONDAY, quality)
    await put_case(pool, "complaint:m1:2", MONDAY + DAY, quality)
    await put_case(pool, "complaint:m1:3", MONDAY + 2 * DAY, order_id="SO-2")
    await put_case(pool, "complaint:m2:4", MONDAY, quality)
    assert await behind(pool, party="merchant") == ["2", "1"]
    assert await behind(pool, party="?") == ["3"]
    assert await behind(pool, category="product_quality", repeats=True) == ["2"]
    assert await behind(pool, category="?") == ["3"]


async def test_hours_of_the_week_open_to_the_cases_that_they_count(pool: Pool) -> None:
    for number, at in enumerate((MONDAY, MONDAY + 59 * MINUTE, MONDAY + 60 * MINUTE, MONDAY + DAY)):
        await put_case(pool, f"return:m1:{number}", at)
    assert await behind(pool, weekday=0, hour=10) == ["1", "0"]
    assert await behind(pool, hour=10) == ["3", "1", "0"]
    assert await behind(pool, weekday=6) == []
    peaks = await FigureDesk(pool).peaks(MERCHANT, ZONE)
    assert (peaks.hours_by_weekday[0][10], peaks.hours[10]) == (2, 3)


async def refund(pool: Pool, number: int, states: list[RefundState], minutes: int, **changes: Any) -> None:
    """A refund that was asked for ten minutes after the opening and paid so many after it."""
    await put_case(pool, f"return:m1:{number}", MONDAY)
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 100_000)
    intent = make_intent(number, **changes)
    await ledger.reserve(intent, fact(intent, 1, "refund.requested", MONDAY + 10 * MINUTE))
    for state in states:
        await pool.execute("UPDATE refunds SET state = $2 WHERE key = $1", intent.key, state)
    if states[-1:] == ["settled"]:
        await tell(pool, fact(intent, 2, "refund.settled", MONDAY + minutes * MINUTE))


async def tell(pool: Pool, told: Batch) -> None:
    async with transaction(pool) as conn:
        await append_one(conn, told)


async def test_refunds_take_from_opening_and_from_request(pool: Pool) -> None:
    await refund(pool, 1, ["settled"], 30)
    await refund(pool, 2, ["settled"], 300)
    await refund(pool, 3, ["pending"], 0)
    await refund(pool, 4, ["failed"], 0)
    counted = await FigureCounts(pool).refunds(MERCHANT)
    assert sorted((row.since, row.end, row.minutes or 0, row.refunds) for row in counted) == [
        ("opening", "failed", 0, 1),
        ("opening", "open", 0, 1),
        ("opening", "paid", 30, 1),
        ("opening", "paid", 300, 1),
        ("request", "failed", 0, 1),
        ("request", "open", 0, 1),
        ("request", "paid", 20, 1),
        ("request", "paid", 290, 1),
    ]
    assert await FigureCounts(pool).refunds(OTHER) == []
    assert await behind(pool, refund="open") == ["3"]
    assert await behind(pool, refund="failed") == ["4"]
    assert await behind(pool, refund="paid", paid_within=60) == ["1"]
    assert await behind(pool, refund="paid", paid_over=60, paid_within=300) == ["2"]
    assert await behind(pool, refund="paid", paid_over=300) == []


async def test_a_refund_that_the_ledger_alone_knows_as_paid_waits_for_its_event(pool: Pool) -> None:
    await refund(pool, 1, ["pending"], 0)
    await pool.execute("UPDATE refunds SET state = 'settled'")
    assert {row.end for row in await FigureCounts(pool).refunds(MERCHANT)} == {"open"}


async def test_of_several_payments_the_last_one_counts_and_goodwill_does_not(pool: Pool) -> None:
    await refund(pool, 1, ["settled"], 30)
    await pool.execute(
        """INSERT INTO refunds (refund_id, key, case_id, seq, merchant, order_id, amount_minor, currency,
        provider, state, state_since, part, payment_id)
        SELECT refund_id, key || 'b', case_id, seq, merchant, order_id, 5, currency, provider, 'pending',
        state_since, 2, 'p2' FROM refunds"""
    )
    assert {row.end for row in await FigureCounts(pool).refunds(MERCHANT)} == {"open"}
    await pool.execute("UPDATE refunds SET state = 'settled'")
    last = Recorded(seq=3, type="refund.settled", at=MONDAY + 90 * MINUTE, actor="system", data={"part": 2})
    await tell(pool, Batch(case_id="refund:m1:1:1", first_seq=3, events=[last]))
    counted = await FigureCounts(pool).refunds(MERCHANT)
    assert RefundCount(since="opening", end="paid", minutes=90, refunds=1) in counted
    await pool.execute("UPDATE refunds SET purpose = 'compensation'")
    assert await FigureCounts(pool).refunds(MERCHANT) == []


async def test_cases_come_in_pages_the_latest_first(pool: Pool) -> None:
    for number in range(PAGE_ROWS + 1):
        await put_case(pool, f"return:m1:{number:03d}", MONDAY + number // 2 * MINUTE)
    desk = FigureDesk(pool)
    first, after = await desk.cases(MERCHANT, Behind(), zone=ZONE)
    rest, end = await desk.cases(MERCHANT, Behind(), after, zone=ZONE)
    assert (len(first), end) == (PAGE_ROWS, None)
    assert [row.number for row in (*first, *rest)] == [f"{n:03d}" for n in reversed(range(PAGE_ROWS + 1))]


async def test_every_narrowing_is_accepted_by_the_server(pool: Pool) -> None:
    fields = sorted({*FigureFilter.model_fields, *Behind.model_fields})
    conditions = {name for name in load("narrowed/figures") if name.startswith("narrow_")}
    assert conditions == set(conditions_of([*fields, "after_id"]))
    async with pool.acquire() as conn:
        for given in (*combinations(fields, 1), *combinations(fields, 2), tuple(fields), ()):
            await conn.prepare(narrowed("figures", "cases", conditions_of([*given, "after_at"]))[0])
        for query in ("facets", "arrivals", "verdicts", "refunds"):
            await conn.prepare(narrowed("figures", query, conditions_of(FigureFilter.model_fields))[0])


async def test_figures_of_no_kind_in_particular_are_of_those_that_they_mean(pool: Pool) -> None:
    for kind in ("return", "complaint", "delivery", "improvement"):
        await put_case(pool, f"{kind}:m1:1", MONDAY)
    desk = FigureDesk(pool)
    assert (await desk.peaks(MERCHANT, ZONE)).cases == 3
    assert (await desk.parties(MERCHANT)).cases == 2
    assert (await desk.complaints(MERCHANT)).cases == 1
    assert (await desk.deliveries(MERCHANT)).cases == 1
    assert await FigureCounts(pool).arrivals(FigureFilter(kinds=["improvement"])) == [
        Arrivals(at=MONDAY, cases=1)
    ]
