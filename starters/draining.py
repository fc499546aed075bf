"""Works off what a table keeps, at once when there is news and else by looking again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from domain.errors import CaseworkError


class Draining:
    """One loop. `waits` and `failed` are what its log says of a typed error and of a mistake."""

    def __init__(self, look_seconds: float, *, waits: str, failed: str) -> None:
        self._look_seconds = look_seconds
        self._waits = waits
        self._failed = failed
        self._news = asyncio.Event()

    def wake(self) -> None:
        """There is news: look now."""
        self._news.set()

    async def run(self, drain: Callable[[], Awaitable[None]]) -> None:
        """Until it is cancelled; no error ends it."""
        while True:
            self._news.clear()
            try:
                await drain()
            except CaseworkError as error:
                structlog.get_logger().warning(self._waits, code=error.code)
            except Exception:  # noqa: BLE001 - one mistake must not end it for all others
                structlog.get_logger().exception(self._failed)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_seconds)
