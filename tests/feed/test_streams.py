"""`GET /v1/events/stream`: events as they come, from where a reader was, until somebody goes."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from domain.access import Identity
from domain.errors import NotReady
from starters.http import streaming
from starters.http.callers import Callers
from starters.http.streaming import Stream, Streams
from starters.people import People
from store.api_keys import ApiKeys
from store.feed import START, Feed, FeedFilter
from store.pool import Pool
from store.staff import Staff
from tests.feed.conftest import Doors, append, places
from tests.store.test_feed import read_all

CASE = "return:m1:R-1"


class Reader:
    """What an EventSource makes of a stream: events, and the last id."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last_id = ""

    async def event(self) -> dict[str, Any] | None:
        """The next event; None at the stream's end."""
        data = ""
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "data":
                data += value
            elif not line and data:
                return json.loads(data)
        return None

    async def events(self, count: int) -> list[dict[str, Any]]:
        """So many."""
        found = [await self.event() for _ in range(count)]
        return [event for event in found if event is not None]


@asynccontextmanager
async def reading(doors: Doors, key: dict[str, str], **query: Any) -> AsyncGenerator[Reader]:
    """A stream that is read while the block runs."""
    async with doors.http.stream("GET", "/v1/events/stream", headers=key, params=query) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Reader(aiter(answer.aiter_lines()))


async def test_a_stream_resumes_where_its_reader_was(doors: Doors) -> None:
    key = await doors.key()
    await append(doors.pool, CASE, 1, 1)
    await doors.follow(key, 1)
    async with reading(doors, key) as reader:
        await append(doors.pool, CASE, 2, 3)
        await append(doors.pool, "return:m2:R-1", 1, 1)
        assert places(await reader.events(2)) == [(CASE, 2), (CASE, 3)]
    await append(doors.pool, CASE, 4, 5)
    async with reading(doors, key | {"Last-Event-ID": reader.last_id}, after="now") as again:
        assert places(await again.events(2)) == [(CASE, 4), (CASE, 5)]
    everything = await doors.follow(key, 5)
    async with reading(doors, key, after=everything[0]["position"]) as third:
        assert await third.events(4) == everything[1:]


async def test_a_bad_last_id_is_refused(doors: Doors) -> None:
    key = await doors.key() | {"Last-Event-ID": "17"}
    answer = await doors.http.get("/v1/events/stream", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["field"] == "Last-Event-ID"


async def test_who_looks_after_the_books_sees_no_customer(doors: Doors) -> None:
    await append(doors.pool, CASE, 1, 1, "call me: canary")
    events = await doors.follow(key := await doors.key("auditor"), 1)
    async with reading(doors, key, after=START.word) as reader:
        assert await reader.events(1) == events
    assert "canary" not in json.dumps(events)


async def test_a_program_that_is_told_to_stop_ends_its_streams(doors: Doors) -> None:
    async with reading(doors, await doors.key()) as reader:
        doors.program.process.terminate()
        assert await reader.event() is None
    assert await doors.program.end() == 0


@pytest.fixture
async def begun(pool: Pool) -> tuple[Stream, str]:
    """A stream in this process, and the id of the key that its reader came with."""
    who = Identity(subject="shop", role="backend", merchant="m1")
    key, text = await ApiKeys(pool).make(who, datetime.now(UTC))
    app = Starlette()
    app.state.callers = Callers(ApiKeys(pool), People(Staff(pool)), None)
    app.state.streams = Streams(1)
    scope = {"type": "http", "app": app, "headers": [(b"authorization", f"Bearer {text}".encode())]}
    return Stream(Request(scope), who, Feed(pool), FeedFilter(merchant="m1"), is_clear=True), key.key_id


async def test_a_stream_ends_for_who_may_not_read_any_more(
    begun: tuple[Stream, str], pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, key_id = begun
    monkeypatch.setattr(streaming, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(streaming, "BEAT_SECONDS", 0.0)
    text = stream.text(START)
    assert b"retry: 2000" in await anext(text)
    assert b"no news" in await anext(text)
    await ApiKeys(pool).revoke(key_id, datetime.now(UTC))
    assert [beat async for beat in text if b"no news" not in beat] == []


async def test_a_quiet_readers_place_moves_on_with_the_feed(
    begun: tuple[Stream, str], pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a merchant with little to hear does not come back with a place from long ago."""
    monkeypatch.setattr(streaming, "BEAT_SECONDS", 0.0)
    await append(pool, "return:m2:R-1", 1, 3)
    stream, _ = begun
    lines = (line async for text in stream.text(START) for line in text.decode().splitlines())
    reader = Reader(lines)
    [last] = [entry.checkpoint.word for entry in await read_all(Feed(pool), 3)][-1:]
    while reader.last_id != last:
        line = await anext(lines)
        reader.last_id = line.removeprefix("id: ") if line.startswith("id: ") else reader.last_id
        assert not line.startswith("data")


async def test_a_process_bears_so_many_streams_and_no_more(begun: tuple[Stream, str]) -> None:
    streams = Streams(1)
    streams.check_free()
    open_one = streams.counted(begun[0].text(START))
    await anext(open_one)
    with pytest.raises(NotReady):
        streams.check_free()
    await open_one.aclose()
    streams.check_free()
