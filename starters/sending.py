"""Sends a request until it is answered: again with the same id, with pauses that grow, for a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.exceptions import TemporalError

from activities.calls import is_unconnected, is_worth_resending, raise_if_cancelled
from domain.errors import NoAnswer

R = TypeVar("R")
Judge = Callable[[TemporalError], Awaitable[bool]]
"""Whether a request that failed so should be sent again."""

ANSWER_PATIENCE_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.02
PAUSE_GROWTH = 2.0
LONGEST_PAUSE_SECONDS = 2.0


async def never(_error: TemporalError) -> bool:
    """No more reasons to send it again than the failure itself."""
    return False


class Sender:
    """Sends and counts what had to be sent again."""

    def __init__(self, patience_seconds: float = ANSWER_PATIENCE_SECONDS) -> None:
        self.patience_seconds = patience_seconds
        self.resent = 0

    async def answered(self, send: Callable[[], Awaitable[R]], again: Judge = never) -> R:
        """The answer to a request that may be sent any number of times; `again` may know more reasons to.

        Raises `NoAnswer` when patience ends, and what Temporal raised where sending again cannot help.
        """
        try:
            async with asyncio.timeout(self.patience_seconds):
                return await self._until_answered(send, again)
        except TimeoutError:
            raise NoAnswer(
                f"no answer in {self.patience_seconds:g} s; whether it was done is unknown: "
                "send it again with the same key"
            ) from None

    async def _until_answered(self, send: Callable[[], Awaitable[R]], again: Judge) -> R:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await send()
            except TemporalError as error:
                raise_if_cancelled(error)
                if not (is_worth_resending(error) or await again(error)):
                    raise
            except RuntimeError as error:
                if not is_unconnected(error):
                    raise
            self.resent += 1
            await asyncio.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
