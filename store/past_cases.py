"""Past cases for a what-if: what happened to each and when, page by page, without the payloads."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import starmap

from domain.base import Model, UtcInstant
from domain.records import CaseKind
from domain.simulation import PastCase
from domain.sla.running import Heard
from store.pool import Pool, Row, transaction
from store.sql import load

Q = load("past_cases")

PAGE_CASES = 200


class PastCaseFilter(Model):
    """Which cases, by when they were opened: from `since`, before `until`; what is None does not matter."""

    since: UtcInstant | None = None
    until: UtcInstant | None = None
    merchant: str | None = None
    kind: CaseKind | None = None


class PastCases:
    """Cases with their streams, through a cursor. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pages(
        self, where: PastCaseFilter, as_of: datetime, page_cases: int = PAGE_CASES
    ) -> AsyncIterator[list[PastCase]]:
        """What was known at a moment of the cases opened by then, oldest first; all as of one snapshot."""
        values = (where.since, where.until, where.merchant, where.kind)
        async with transaction(self._pool) as conn:
            cursor = await conn.cursor(Q["past_cases"], as_of, *values)
            while rows := await cursor.fetch(page_cases):
                yield [_to_past_case(row) for row in rows]


def _to_past_case(row: Row) -> PastCase:
    *facts, types, moments = row
    return PastCase._make([*facts, tuple(starmap(Heard, zip(moments or (), types or (), strict=True)))])
