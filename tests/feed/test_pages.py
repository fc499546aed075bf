"""`GET /v1/events`: every event once and in order for who may see it, whatever commits when."""

import re
from typing import Any

import pytest

from domain.access import AccessRole
from domain.feed import FeedEvent
from store.append import append_one
from store.audit import AuditFilter, AuditLog
from store.feed import LOOKED_AT_ENTRIES, START, Feed, FeedFilter
from store.pool import Pool
from tests.feed.conftest import Doors, append, places
from tests.store.streams import make_batch

CASE, OTHERS = "return:m1:R-1", "return:m2:R-1"


async def test_an_event_is_a_cloud_event(doors: Doors) -> None:
    await append(doors.pool, CASE, 1, 2)
    [_, second] = await doors.follow(await doors.key(), 2)
    position, number = second.pop("position"), second.pop("id")
    assert re.fullmatch("[0-9a-f]{32}", position)
    assert re.fullmatch("evt_[0-9]+", number)
    assert second == {
        "specversion": "1.0",
        "source": "/casework/m1",
        "type": "return.noted",
        "subject": CASE,
        "time": "2026-11-20T02:02:00Z",
        "datacontenttype": "application/json",
        "sequence": "0000000002",
        "dataversion": 1,
        "actor": "agent:a1",
        "data": {"words": "told", "seq": 2},
    }
    # What CloudEvents lets an attribute be called.
    assert [name for name in FeedEvent.model_fields if not re.fullmatch("[a-z0-9]{1,20}", name)] == []


async def test_what_commits_late_is_not_skipped(doors: Doors) -> None:
    """Two transactions that commit in the other order than they began: a reader in between misses neither."""
    key, late, early = await doors.key(), "return:m1:late", "return:m1:early"
    await append(doors.pool, CASE, 1, 1)
    [first] = await doors.follow(key, 1)
    async with doors.pool.acquire() as slow, slow.transaction():
        await append_one(slow, make_batch(1, 1, case_id=late))
        await append(doors.pool, early, 1, 1)
        between = await doors.page(key, after=first["position"])
        assert between["events"] == []
    events = await doors.follow(key, 2, after=between["next"])
    assert places(events) == [(late, 1), (early, 1)]
    assert events[0]["position"] < events[1]["position"]


async def test_pages_join_without_gap_or_repeat(doors: Doors) -> None:
    for number in range(7):
        await append(doors.pool, f"return:m1:{number}", 1, 3)
        await append(doors.pool, f"return:m2:{number}", 1, 2)
    events = await doors.follow(await doors.key(), 21, limit=4)
    assert places(events) == [(f"return:m1:{number}", seq) for number in range(7) for seq in (1, 2, 3)]
    assert [event["position"] for event in events] == sorted(event["position"] for event in events)
    page = await doors.page(await doors.key(), limit=4)
    assert (len(page["events"]), page["more"]) == (4, True)
    end = await doors.page(await doors.key(), after=events[-1]["position"])
    assert (end["events"], end["more"]) == ([], False)


async def test_a_page_ends_though_nobody_wants_what_it_looked_at(doors: Doors, pool: Pool) -> None:
    await append(pool, OTHERS, 1, LOOKED_AT_ENTRIES + 1, with_summary=False)
    await append(pool, CASE, 1, 1)
    feed, mine = Feed(pool), FeedFilter(merchant="m1")
    await doors.follow(await doors.key(merchant="m2"), LOOKED_AT_ENTRIES + 1)
    page = await feed.page(START, mine)
    assert (page.entries, page.more) == ([], True)
    [entry] = (await feed.page(page.next, mine)).entries
    assert entry.case_id == CASE


async def test_merchants_never_see_each_other(doors: Doors) -> None:
    await append(doors.pool, OTHERS, 1, 2)
    await append(doors.pool, CASE, 1, 2)
    both = await doors.follow(await doors.key(merchant=None), 4)
    assert places(both) == [(OTHERS, 1), (OTHERS, 2), (CASE, 1), (CASE, 2)]
    mine = await doors.page(await doors.key())
    assert places(mine["events"]) == [(CASE, 1), (CASE, 2)]
    narrowed = await doors.page(await doors.key(merchant=None), merchant="m2")
    assert places(narrowed["events"]) == [(OTHERS, 1), (OTHERS, 2)]
    for address in ("/v1/events", "/v1/events/stream"):
        theirs = await doors.http.get(address, headers=await doors.key(), params={"merchant": "m2"})
        assert (theirs.status_code, theirs.json()["code"]) == (403, "forbidden")


async def test_only_the_events_that_were_asked_for_come(doors: Doors) -> None:
    await append(doors.pool, CASE, 1, 2)
    await append(doors.pool, "refund:m1:R-1:1", 1, 1, with_summary=False)
    key = await doors.key()
    assert len(await doors.follow(key, 3)) == 3
    assert len((await doors.page(key, type=["return.*", "clock.changed"]))["events"]) == 3
    assert (await doors.page(key, type="clock.changed"))["events"] == []


async def test_a_told_anew_event_replaces_what_it_was_and_all_after_it(doors: Doors) -> None:
    """Events by position are the case's story, once those are dropped that a later telling overtakes."""
    await append(doors.pool, CASE, 1, 3)
    await append(doors.pool, CASE, 2, 2, "again", replaces=True)
    events = await doors.follow(await doors.key(), 4)
    told = [(int(event["sequence"]), event["data"]["words"], event.get("superseded")) for event in events]
    assert told == [(1, "told", None), (2, "told", True), (3, "told", True), (2, "again", None)]


@pytest.mark.parametrize("role", ["auditor", "finance"])
async def test_who_looks_after_the_books_sees_no_customer(doors: Doors, role: AccessRole) -> None:
    await append(doors.pool, CASE, 1, 1, "call me: canary")
    [event] = await doors.follow(await doors.key(role), 1)
    assert event["data"] == {"words": "***", "seq": 1}
    assert await AuditLog(doors.pool).page(AuditFilter(kind="read"), 10) == []


async def test_who_sees_people_is_on_record_and_who_waits_for_news_is_not(doors: Doors) -> None:
    key = await doors.key()
    await doors.page(key)
    await append(doors.pool, CASE, 1, 1)
    [event] = await doors.follow(key, 1)
    await doors.page(key, after=event["position"])
    [entry] = await AuditLog(doors.pool).page(AuditFilter(kind="read"), 10)
    assert (entry.action, entry.subject) == ("GET /v1/events", "backend-system")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": ""}, "after"),
        ({"after": "17"}, "after"),
        ({"after": "x" * 32}, "after"),
        ({"after": "f" * 32}, "after"),
        ({"after": "0" * 15 + "1" + "f" * 16}, "after"),
        ({"after": "7fffffffffffffff0000000000000001"}, "after"),
        ({"after": "now\x00"}, "after"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"type": "return.no_such_thing"}, "type.0"),
        ({"type": "nothing.*"}, "type.0"),
        ({"merchant": "m 1"}, "merchant"),
    ],
)
async def test_what_is_wrong_is_refused_and_says_where(
    doors: Doors, query: dict[str, Any], field: str
) -> None:
    for address in ("/v1/events", "/v1/events/stream"):
        if address.endswith("stream") and "limit" in query:
            continue
        answer = await doors.http.get(address, headers=await doors.key(), params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), answer.text
        assert answer.json()["field"] == field


async def test_a_reader_may_begin_at_the_end(doors: Doors) -> None:
    await append(doors.pool, CASE, 1, 1)
    key = await doors.key()
    await doors.follow(key, 1)
    now = await doors.page(key, after="now")
    assert now["events"] == []
    await append(doors.pool, CASE, 2, 2)
    assert places(await doors.follow(key, 1, after=now["next"])) == [(CASE, 2)]
