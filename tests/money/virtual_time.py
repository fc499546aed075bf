"""An event loop whose clock jumps to what is due next: days of sleep take no time, in a fixed order.

What waits for ever is an error at once.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


class _Jumps(selectors.SelectSelector):
    """Waits for no file: it moves the clock on."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nobody is to come")
        self.seconds += max(0.0, timeout)
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.seconds


def play(story: Coroutine[Any, Any, R]) -> R:
    """Run it to its end."""
    loop = _Loop()
    try:
        return loop.run_until_complete(story)
    finally:
        loop.close()
