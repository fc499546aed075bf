"""Events as server-sent events: a stream that goes on until its reader goes, and resumes where it was."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import structlog
from fastapi import Request
from fastapi.sse import format_sse_event

from domain.access import Identity
from domain.errors import CaseworkError, NotReady
from starters.feed_events import event_for_others
from starters.http.callers import is_still
from store.feed import Checkpoint, Feed, FeedFilter

LOOK_SECONDS = 1.0
BEAT_SECONDS = 15.0
"""After so long without an event a reader is told how far the feed was looked at, and proxies see life."""
CHECK_SECONDS = 60.0
"""After so long it is asked again whether the reader may still come in."""
RETRY_MILLISECONDS = 2_000
STREAMS_MAX = 200
"""Of one process. Each asks the store once a second."""


class Streams:
    """The streams of a process: how many, and that they end with it."""

    def __init__(self, most: int = STREAMS_MAX) -> None:
        self._most = most
        self._open = 0
        self.leaving = asyncio.Event()

    def leave(self) -> None:
        """End all of them; their readers come back to another process."""
        self.leaving.set()

    def check_free(self) -> None:
        """Raise `NotReady` while there are as many as the process bears."""
        if self._open >= self._most:
            raise NotReady(f"{self._open} streams are open; come back later, or ask for pages")

    async def counted(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The stream, counted while it runs."""
        self._open += 1
        try:
            async for text in stream:
                yield text
        finally:
            self._open -= 1
            await stream.aclose()


def streams_of(request: Request) -> Streams:
    """The process's."""
    streams: Streams = request.app.state.streams
    return streams


class Stream:
    """One reader's."""

    def __init__(
        self, request: Request, who: Identity, feed: Feed, where: FeedFilter, *, is_clear: bool
    ) -> None:
        self._request = request
        self._who = who
        self._feed = feed
        self._where = where
        self._is_clear = is_clear
        self._leaving = streams_of(request).leaving

    async def text(self, place: Checkpoint) -> AsyncGenerator[bytes]:
        """What is sent. It ends when the process stops, the store is away or the reader may not read any
        more: they come back with the last id, and are told why.
        """
        yield format_sse_event(retry=RETRY_MILLISECONDS, id=place.word, comment="casework")
        clock = asyncio.get_running_loop().time
        said = checked = clock()
        try:
            while not self._leaving.is_set():
                page = await self._feed.page(place, self._where)
                for entry in page.entries:
                    event = event_for_others(entry, is_clear=self._is_clear)
                    yield format_sse_event(
                        id=event.position, event=event.type, data_str=event.model_dump_json(exclude_none=True)
                    )
                    said = clock()
                place = page.next
                if clock() - said >= BEAT_SECONDS:
                    yield format_sse_event(id=place.word, comment="no news")
                    said = clock()
                if clock() - checked >= CHECK_SECONDS:
                    if not await is_still(self._request, self._who):
                        return
                    checked = clock()
                if not page.more:
                    await self._pause()
        except CaseworkError as error:
            structlog.get_logger().warning("a stream of events ends", code=error.code)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), LOOK_SECONDS)
