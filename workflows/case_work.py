"""How a case works: tasks beside its story, and waiting for facts."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow


class CaseWork:
    """Tasks beside the story; what goes wrong in one stops the story, where ops can see it."""

    def __init__(self) -> None:
        self._crash: BaseException | None = None
        self._background: set[asyncio.Task[None]] = set()
        self.under_way = 0
        """Tasks that a run must not end before."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run beside the story."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - kept and raised again by the story
                self._crash = error

        task = asyncio.create_task(guarded())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def spawn_to_end(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the story, which does not end before it."""
        self.under_way += 1

        async def counted() -> None:
            try:
                await work
            finally:
                self.under_way -= 1

        self.spawn(counted())

    async def until(self, fact: Callable[[], bool]) -> None:
        """Wait for a fact, a history that has grown long, or a background failure, which is raised."""
        await workflow.wait_condition(lambda: fact() or self.history_is_long or self._crash is not None)
        if self._crash is not None:
            raise self._crash

    @property
    def history_is_long(self) -> bool:
        """Whether the server suggests to go on in a new run."""
        return workflow.info().is_continue_as_new_suggested()
