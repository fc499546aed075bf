"""Looks at the store a few times a second: everybody in the demo waits for facts there, never for time."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from domain.errors import CaseClosed, StoreUnavailable
from domain.records import CaseSummary
from store.cases import CaseFilter, Cases

LOOK_SECONDS = 0.4
ALL = 10_000


class Watch:
    """The merchant's cases as the read model has them."""

    def __init__(self, cases: Cases, merchant: str) -> None:
        self._cases = cases
        self._merchant = merchant
        self._looked = asyncio.Condition()
        self.rows: dict[str, CaseSummary] = {}

    async def run(self) -> None:
        """Look for ever; cancel to stop. A store that is away for a moment is looked at again."""
        while True:
            with suppress(StoreUnavailable):
                await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> list[CaseSummary]:
        """All cases as they are now."""
        page = await self._cases.page(CaseFilter(merchant=self._merchant), limit=ALL)
        async with self._looked:
            self.rows = {row.case_id: row for row in page.cases}
            self._looked.notify_all()
        return page.cases

    async def until(self, case_id: str, fact: Callable[[CaseSummary], bool]) -> CaseSummary:
        """Wait until the case is so. Raises `CaseClosed` for one that closed otherwise: it will never be."""
        await self.until_all(lambda rows: case_id in rows and (fact(rows[case_id]) or not rows[case_id].open))
        row = self.rows[case_id]
        if not fact(row):
            raise CaseClosed(f"{case_id} is closed ({row.outcome}), and was waited for otherwise")
        return row

    async def until_all(self, fact: Callable[[Mapping[str, CaseSummary]], bool]) -> None:
        """Wait until the cases together are so."""
        async with self._looked:
            await self._looked.wait_for(lambda: fact(self.rows))
