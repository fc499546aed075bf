"""Improvements are overdue by their clocks, and by their actions' own days, on a real PostgreSQL."""

from typing import Any

from domain.records import Batch, Recorded
from store.improvements import Improvements, Tracked, TrackedFilter
from store.pool import Pool
from tests.domain.sla.stories import when
from tests.store.past_streams import store_all
from tests.store.streams import make_summary

OPENED = "11-02 09:00"
CASE = "improvement:m1:I-1"
OPENING: tuple[str, dict[str, Any]] = ("proposed", {})


async def put(pool: Pool, *told: tuple[str, dict[str, Any]], **row: Any) -> None:
    """An improvement to which this has happened."""
    events = [
        Recorded(seq=seq, type=f"improvement.{name}", at=when(OPENED), actor="department:d", data=data)
        for seq, (name, data) in enumerate([OPENING, *told], 1)
    ]
    summary = make_summary(CASE, len(events), **{"opened_at": when(OPENED), "order_id": None, **row})
    await store_all(pool, Batch(case_id=CASE, first_seq=1, events=events, summary=summary))


async def overdue(pool: Pool, at: str) -> list[Tracked]:
    return await Improvements(pool).tracked(TrackedFilter(overdue=True), when(at), 10)


def added(action: int, due: str | None = None) -> tuple[str, dict[str, Any]]:
    day = {"due_by": when(due).isoformat()} if due else {}
    return "action_added", {"action": action, "what": "x", **day}


async def test_an_action_past_its_own_day_makes_it_overdue_and_the_longest_wait_is_named(pool: Pool) -> None:
    await put(pool, added(1), added(2, "11-05 18:00"), added(3, "11-04 18:00"))
    assert await overdue(pool, "11-04 18:00") == []
    for now in ("11-04 18:01", "11-09 09:00"):
        [found] = await overdue(pool, now)
        assert (found.is_overdue, found.overdue_action, found.action_due_by) == (True, 3, when("11-04 18:00"))


async def test_an_action_that_is_done_or_dropped_waits_no_more(pool: Pool) -> None:
    ended = [
        ("action_done", {"action": 1, "evidence": "x"}),
        ("action_dropped", {"action": 2, "reason": "x"}),
    ]
    await put(pool, added(1, "11-04 18:00"), added(2, "11-04 18:00"), *ended, added(3, "11-06 18:00"))
    assert await overdue(pool, "11-05 09:00") == []
    [found] = await overdue(pool, "11-07 09:00")
    assert found.overdue_action == 3


async def test_a_closed_improvement_lets_nothing_wait(pool: Pool) -> None:
    await put(pool, added(1, "11-04 18:00"), open=False)
    assert await overdue(pool, "11-05 09:00") == []
    [found] = await Improvements(pool).tracked(TrackedFilter(), when("11-05 09:00"), 10)
    assert (found.is_overdue, found.overdue_action) == (False, None)
