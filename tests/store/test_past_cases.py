"""Past cases are read page by page, in the order of their opening, with what happened by a moment."""

from datetime import timedelta
from typing import Any

import pytest

from domain.simulation import PastCase
from domain.sla.running import Heard
from store.append import append_events
from store.past_cases import PastCaseFilter, PastCases
from store.pool import Pool, transaction
from store.sql import load
from tests.domain.sla.stories import when
from tests.store.past_streams import make_stream, store_all
from tests.store.streams import OPENED_AT, make_batch

END = when("12-31 00:00")
MORNING = [("11-02 09:00", "return.applied"), ("11-02 10:00", "return.approved")]


async def read(pool: Pool, as_of: str = "12-31 00:00", page_cases: int = 2, **where: Any) -> list[PastCase]:
    pages = PastCases(pool).pages(PastCaseFilter(**where), when(as_of), page_cases)
    return [case async for page in pages for case in page]


async def ids(pool: Pool, as_of: str = "12-31 00:00", **where: Any) -> list[str]:
    return [case.case_id for case in await read(pool, as_of, **where)]


async def test_a_case_comes_with_its_profile_its_terms_and_its_events(pool: Pool) -> None:
    row: dict[str, Any] = {"priority": "P1", "tier": "key", "channel": "phone"}
    await store_all(pool, make_stream("return:m1:1", MORNING, "t7", **row))
    [case] = await read(pool)
    assert case == PastCase(
        case_id="return:m1:1",
        kind="return",
        priority="P1",
        tier="key",
        channel="phone",
        category=None,
        source=None,
        carrier=None,
        opened_at=when("11-02 09:00"),
        pinned_at=None,
        terms_hash="t7",
        events=(
            Heard(when("11-02 09:00"), "return.applied"),
            Heard(when("11-02 10:00"), "return.approved"),
        ),
    )


async def test_clock_changes_are_not_read_and_what_happened_later_neither(pool: Pool) -> None:
    events = [*MORNING, ("11-02 10:00", "clock.changed"), ("11-05 10:00", "return.received")]
    await store_all(pool, make_stream("return:m1:1", events))
    heard = {as_of: [event.type for event in (await read(pool, as_of))[0].events]
             for as_of in ("11-02 09:30", "11-02 10:00", "11-05 10:00")}  # fmt: skip
    assert heard == {
        "11-02 09:30": ["return.applied"],
        "11-02 10:00": ["return.applied", "return.approved"],
        "11-05 10:00": ["return.applied", "return.approved", "return.received"],
    }


async def test_what_a_reset_replaced_is_not_read(pool: Pool) -> None:
    told_again = make_stream("return:m1:1", [MORNING[0], ("11-02 11:00", "return.refused")], "t1")
    await store_all(pool, make_stream("return:m1:1", [*MORNING, ("11-03 09:00", "return.shipped")]))
    await store_all(pool, told_again.model_copy(update={"replaces": True}))
    [case] = await read(pool)
    assert [event.type for event in case.events] == ["return.applied", "return.refused"]


async def test_a_case_comes_with_the_terms_that_it_was_held_to_at_that_moment(pool: Pool) -> None:
    stream = make_stream("return:m1:1", [*MORNING, ("11-03 09:00", "case.retargeted")], "t1")
    stream.events[-1].data["terms_hash"] = "t2"
    await store_all(pool, stream)
    asked = ("11-03 08:59", "11-03 09:00")
    assert [[case.terms_hash for case in await read(pool, as_of)] for as_of in asked] == [["t1"], ["t2"]]


async def test_a_complaint_comes_with_its_class_and_grade_of_that_moment(pool: Pool) -> None:
    told = [("11-02 09:00", "complaint.opened"), ("11-02 10:00", "complaint.classified"),
            ("11-02 11:00", "complaint.graded")]  # fmt: skip
    stream, recorded_at = make_stream("complaint:m1:1", told, "t1", priority="P1"), when("11-02 09:30")
    opened = {"priority": "P3", "source": "regulator", "recorded_at": recorded_at.isoformat()}
    stream.events[0].data.update({"terms_hash": "t1", **opened})
    stream.events[1].data.update({"category": "logistics"})
    stream.events[2].data.update({"priority": "P1"})
    await store_all(pool, stream)
    found = [(await read(pool, as_of))[0] for as_of in ("11-02 09:59", "11-02 10:00", "11-02 11:00")]
    assert [(case.category, case.priority) for case in found] == [
        (None, "P3"),
        ("logistics", "P3"),
        ("logistics", "P1"),
    ]
    assert {(case.source, case.carrier, case.pinned_at) for case in found} == {
        ("regulator", None, recorded_at)
    }


async def test_a_claim_comes_with_its_carrier(pool: Pool) -> None:
    stream = make_stream("claim:m1:1", [("11-02 09:00", "claim.opened")])
    stream.events[0].data["carrier"] = "harbour"
    await store_all(pool, stream)
    [case] = await read(pool)
    assert (case.carrier, case.category, case.source) == ("harbour", None, None)


async def test_other_terms_are_made_for_the_opening(pool: Pool) -> None:
    told = [("11-02 09:00", "complaint.opened"), ("11-03 09:00", "case.retargeted")]
    stream, recorded_at = make_stream("complaint:m1:1", told), when("11-02 12:00")
    stream.events[0].data["recorded_at"] = recorded_at.isoformat()
    stream.events[1].data["terms_hash"] = "t2"
    await store_all(pool, stream)
    found = [(await read(pool, as_of))[0].pinned_at for as_of in ("11-02 12:00", "11-03 09:00")]
    assert found == [recorded_at, None]


async def test_events_keep_the_order_of_the_stream(pool: Pool) -> None:
    """Late news stands where it arrived; who judges puts it where it belongs."""
    late = [*MORNING, ("11-02 09:30", "return.info_requested")]
    await store_all(pool, make_stream("return:m1:1", late))
    [case] = await read(pool)
    assert [event.type for event in case.events] == [event_type for _, event_type in late]


async def test_pages_have_neither_gap_nor_repeat(pool: Pool) -> None:
    """Oldest first; those of one instant by name."""
    opened = {"5": "11-02", "3": "11-03", "4": "11-03", "1": "11-03", "2": "11-04"}
    await store_all(
        pool,
        *(make_stream(f"return:m1:{n}", [(f"{day} 09:00", "return.applied")]) for n, day in opened.items()),
    )
    assert await ids(pool) == [f"return:m1:{number}" for number in "51342"]
    pages = PastCases(pool).pages(PastCaseFilter(), END, 2)
    assert [len(page) async for page in pages] == [2, 2, 1]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, "1234"),
        ({"since": when("11-03 09:00")}, "34"),
        ({"until": when("11-03 09:00")}, "12"),
        ({"since": when("11-02 09:00"), "until": when("11-04 09:00")}, "123"),
        ({"merchant": "m2"}, "2"),
        ({"kind": "refund"}, "3"),
        ({"kind": "return", "since": when("11-03 00:00")}, "4"),
        ({"merchant": "m9"}, ""),
    ],
)
async def test_cases_are_chosen_by_period_merchant_and_kind(
    pool: Pool, where: dict[str, Any], found: str
) -> None:
    streams = [
        make_stream("return:m1:1", [("11-02 09:00", "return.applied")]),
        make_stream("return:m2:2", [("11-02 09:00", "return.applied")]),
        make_stream("refund:m1:3", [("11-03 09:00", "refund.requested")]),
        make_stream("return:m1:4", [("11-04 09:00", "return.applied")]),
    ]
    await store_all(pool, *streams)
    assert "".join(sorted(case_id[-1] for case_id in await ids(pool, **where))) == found


async def test_a_case_that_was_opened_later_is_not_read(pool: Pool) -> None:
    await store_all(pool, make_stream("return:m1:1", MORNING))
    assert await ids(pool, as_of="11-02 08:59") == []
    assert await ids(pool, as_of="11-02 09:00") == ["return:m1:1"]


async def test_a_stream_without_terms_or_without_events_still_comes(pool: Pool) -> None:
    """So that it is counted, not lost."""
    await store_all(pool, make_stream("return:m1:1", MORNING, None), make_stream("return:m1:2", MORNING))
    await pool.execute("DELETE FROM events WHERE case_id = 'return:m1:2'")
    first, second = await read(pool)
    assert (first.terms_hash, len(first.events)) == (None, 2)
    assert (second.terms_hash, second.events) == (None, ())


async def test_reading_neither_sorts_nor_gathers(pool: Pool) -> None:
    """Case after case by the index, each with its own events: the first page costs the same anywhere."""
    batches = [
        make_batch(1, 1, case_id=f"return:m1:{n}", summary={"opened_at": OPENED_AT + timedelta(minutes=n)})
        for n in range(4000)
    ]
    async with transaction(pool) as conn:
        await append_events(conn, batches)
    await pool.execute("ANALYZE cases, events")
    async with pool.acquire() as conn:
        reading = await conn.prepare(load("past_cases")["past_cases"])
        [plan] = await reading.explain(END, None, None, None, None)
    assert plan["Plan"]["Node Type"] == "Nested Loop"
    assert plan["Plan"]["Plans"][0]["Index Name"] == "cases_opened"
