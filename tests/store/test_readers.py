"""Readers: streams as of a place or a moment, boards page by page, orders, pinned documents."""

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import CaseNotFound, IdempotencyConflict, UnknownCalendar, UnknownPolicy, UnsupportedSchema
from domain.records import CaseSummary
from domain.upcasting import Upcasters
from store.append import append_events
from store.cases import CaseFilter, Cases
from store.pinned_documents import PinnedDocuments
from store.pool import Pool, transaction
from store.sql import load
from store.streams import Streams
from tests.store.streams import CASE, OPENED_AT, make_batch, make_events, make_summary


async def open_cases(pool: Pool, *rows: dict[str, Any]) -> list[CaseSummary]:
    """One case per row, numbered from 1."""
    batches = [make_batch(1, 1, case_id=f"return:m1:{n}", summary=row) for n, row in enumerate(rows, 1)]
    async with transaction(pool) as conn:
        await append_events(conn, batches)
    return [make_summary(batch.case_id, 1, **row) for batch, row in zip(batches, rows, strict=True)]


def due(hours: int) -> dict[str, Any]:
    return {"due_at": OPENED_AT + timedelta(hours=hours), "due_metric": "review"}


async def test_a_stream_is_read_whole_or_up_to_a_place_or_moment(pool: Pool) -> None:
    async with transaction(pool) as conn:
        await append_events(conn, [make_batch(1, 5)])
    streams = Streams(pool)
    assert await streams.read(CASE) == make_events(1, 5)
    assert await streams.read(CASE, up_to_seq=2) == make_events(1, 2)
    assert await streams.read(CASE, up_to=OPENED_AT + timedelta(minutes=3)) == make_events(1, 3)
    assert await streams.read("return:m1:9") == []
    assert await streams.last_seq(CASE) == 5
    assert await streams.last_seq("return:m1:9") == 0


async def test_what_was_superseded_is_kept_apart(pool: Pool) -> None:
    async with transaction(pool) as conn:
        await append_events(conn, [make_batch(1, 3), make_batch(2, 2, "again", replaces=True)])
    assert await Streams(pool).read(CASE) == [*make_events(1, 1), *make_events(2, 2, "again")]
    assert await Streams(pool).superseded(CASE) == make_events(2, 3)


async def test_streams_are_read_in_todays_shape(pool: Pool) -> None:
    """Old payloads pass their upcasters; a version from the future is an error, not a guess."""
    async with transaction(pool) as conn:
        await append_events(conn, [make_batch(1, 1)])
    upcasters: Upcasters = {("return.noted", 1): lambda data: {"note": data["words"]}}
    [event] = await Streams(pool, upcasters).read(CASE)
    assert (event.version, event.data) == (2, {"note": "first telling"})
    await pool.execute("UPDATE events SET version = 3")
    with pytest.raises(UnsupportedSchema):
        await Streams(pool, upcasters).read(CASE)


async def test_a_row_comes_back_as_the_case_made_it(pool: Pool) -> None:
    everything = {
        "outcome": "refunded",
        "waiting_for": "gateway",
        "waiting_since": OPENED_AT,
        "closed_at": OPENED_AT,
        "sla_state": "warned",
        "next_instant_at": OPENED_AT,
        "refund_minor": 2**40,
        "clocks": [{"name": "review", "instance": 1, "due_at": "2026-11-21T10:00:00+08:00"}],
        **due(8),
    }
    [case] = await open_cases(pool, everything)
    assert await Cases(pool).get(CASE) == case
    with pytest.raises(CaseNotFound, match="return:m1:9"):
        await Cases(pool).get("return:m1:9")


async def test_boards_are_paged_by_deadline_without_gap_or_repeat(pool: Pool) -> None:
    """Equal deadlines and missing ones included; those without a deadline come last."""
    rows = [due(hours) for hours in (5, 1, 3, 3, 3, 2)] + [{}, {}, {}]
    cases = await open_cases(pool, *rows)
    expected = sorted(cases, key=lambda case: (case.due_at is None, case.due_at or OPENED_AT, case.case_id))
    seen: list[CaseSummary] = []
    cursor = None
    while True:
        page = await Cases(pool).page(CaseFilter(merchant="m1", open=True), cursor, limit=2)
        seen += page.cases
        if (cursor := page.next) is None:
            break
    assert seen == expected


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ({}, "12345"),
        ({"merchant": "m2"}, ""),
        ({"kind": "refund"}, ""),
        ({"stage": "closed"}, "5"),
        ({"sla_state": "breached"}, "1"),
        ({"open": True}, "1234"),
        ({"open": False}, "5"),
        ({"order_id": "SO-2"}, "3"),
        ({"customer_id": "c2"}, "4"),
        ({"policy": "surge"}, "2"),
        ({"due_before": OPENED_AT + timedelta(hours=2)}, "1"),
        ({"due_before": OPENED_AT + timedelta(hours=3), "stage": "review", "open": True}, "12"),
    ],
)
async def test_each_filter_finds_its_cases(pool: Pool, where: dict[str, Any], numbers: str) -> None:
    await open_cases(
        pool,
        {"sla_state": "breached", **due(1)},
        {"policy": "surge", **due(2)},
        {"order_id": "SO-2"},
        {"customer_id": "c2"},
        {"stage": "closed", "open": False, "outcome": "refunded", "closed_at": OPENED_AT},
    )
    page = await Cases(pool).page(CaseFilter(**where))
    assert "".join(case.number for case in page.cases) == numbers


async def test_open_cases_are_counted_by_the_version_that_they_are_held_to(pool: Pool) -> None:
    closed = {"stage": "closed", "open": False, "outcome": "refunded", "closed_at": OPENED_AT}
    versions = [("surge", "p2"), ("standard", "p1"), ("surge", "p1"), ("surge", "p2")]
    rows = [{"policy": policy, "policy_hash": version} for policy, version in versions]
    await open_cases(pool, *rows, {"policy": "surge", **closed})
    found = [(each.policy, each.policy_hash, each.open_cases) for each in await Cases(pool).open_by_policy()]
    assert found == [("standard", "p1", 1), ("surge", "p1", 1), ("surge", "p2", 2)]


async def test_all_ids_are_found_over_pages(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.cases.IDS_PAGE_ROWS", 2)
    cases = await open_cases(pool, due(3), due(1), due(2), {}, due(4))
    found = await Cases(pool).ids(CaseFilter(merchant="m1"))
    assert found == [cases[number].case_id for number in (1, 2, 0, 4, 3)]


@pytest.mark.parametrize(("stage", "index"), [("stage7", "cases_board"), (None, "cases_due")])
async def test_a_board_reads_its_page_from_an_index(pool: Pool, stage: str | None, index: str) -> None:
    """Neither a sort over all open cases nor a walk over earlier pages: a page costs the same anywhere."""
    await open_cases(pool, *({"stage": f"stage{n % 20}", **due(n % 700)} for n in range(4000)))
    await pool.execute("ANALYZE cases")
    at = OPENED_AT + timedelta(hours=650)
    given = CaseFilter(merchant="m1", stage=stage, open=True)
    where = [getattr(given, name) for name in CaseFilter.model_fields]
    async with pool.acquire() as conn:
        page = await conn.prepare(load("cases")["page"])
        first = await page.explain(*where, None, None, 51)
        later = await page.explain(*where, at, "return:m1:9", 51)
    for [plan] in (first, later):
        assert plan["Plan"]["Node Type"] == "Limit"
        assert plan["Plan"]["Plans"][0]["Index Name"] == index
    assert "ROW(" in later[0]["Plan"]["Plans"][0]["Index Cond"]


async def test_an_order_lists_its_cases_oldest_first(pool: Pool) -> None:
    younger, older, _ = await open_cases(
        pool, {"opened_at": OPENED_AT + timedelta(hours=1)}, {}, {"order_id": "SO-2"}
    )
    assert await Cases(pool).of_order("m1", "SO-1") == [older, younger]


async def test_documents_are_stored_once_and_read_for_ever(pool: Pool) -> None:
    documents = PinnedDocuments(pool)
    for _ in range(2):
        await documents.put_policy("sha-1", "standard", {"metrics": [1, 2]})
        await documents.put_calendar("2026-11", "desk", {"week": {"mon": ["09:00-18:00"]}})
    assert await documents.policy("sha-1") == {"metrics": [1, 2]}
    assert await documents.calendar("2026-11") == {"week": {"mon": ["09:00-18:00"]}}
    await documents.put_policy("sha-3", "surge", {})
    assert await documents.policies_named("stand") == {"sha-1": {"metrics": [1, 2]}}
    with pytest.raises(UnknownPolicy, match="sha-2"):
        await documents.policy("sha-2")
    with pytest.raises(UnknownCalendar, match="2026-12"):
        await documents.calendar("2026-12")


async def test_a_revision_is_given_to_one_content_only(pool: Pool) -> None:
    documents = PinnedDocuments(pool)
    await documents.put_calendar("2026-11", "desk", {"days": {}})
    with pytest.raises(IdempotencyConflict, match="new one"):
        await documents.put_calendar("2026-11", "desk", {"days": {"2026-12-25": []}})
    assert await documents.calendar("2026-11") == {"days": {}}
