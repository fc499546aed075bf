"""Looks at the read model for the callers who wait for something: one query for all, a few times a second."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from domain.errors import CaseworkError, StoreUnavailable
from domain.records import CaseSummary
from store.cases import Cases

LOOK_SECONDS = 0.25

Fact = Callable[[CaseSummary], bool]


class NothingCame(CaseworkError):
    """A case did not come to where its caller waits for it."""

    code = "nothing_came"


class Watch:
    """Who waits for what of which case. How cases are judged afterwards does not rest on it."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._waiting: dict[asyncio.Future[CaseSummary], tuple[str, Fact]] = {}

    async def run(self) -> None:
        """Look for ever; cancel to stop. A store that is away for a moment is looked at again."""
        while True:
            with suppress(StoreUnavailable, TimeoutError):
                await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def until(self, case_id: str, fact: Fact, seconds: float) -> CaseSummary:
        """Wait until the case is so. Raises `NothingCame`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = case_id, fact
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            raise NothingCame(f"{case_id} did not come so far in {seconds:.0f} s") from None
        finally:
            self._waiting.pop(future, None)

    async def _look(self) -> None:
        ids = sorted({case_id for case_id, _ in self._waiting.values()})
        if not ids:
            return
        rows = {row.case_id: row for row in await self._cases.named(ids)}
        for future, (case_id, fact) in list(self._waiting.items()):
            row = rows.get(case_id)
            if row is not None and not future.done() and fact(row):
                future.set_result(row)
