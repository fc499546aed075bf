"""The read model of cases: one row each, boards by any filter, the most urgent first."""

import json

from domain.base import Model, UtcInstant
from domain.errors import CaseNotFound
from domain.records import CaseKind, CaseSummary, SlaState
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("cases")

PAGE_ROWS = 50


class CaseFilter(Model):
    """Which cases; what is None does not matter. `due_before` leaves out cases without a deadline."""

    merchant: str | None = None
    kind: CaseKind | None = None
    stage: str | None = None
    sla_state: SlaState | None = None
    open: bool | None = None
    order_id: str | None = None
    customer_id: str | None = None
    due_before: UtcInstant | None = None


class CaseCursor(Model):
    """The last row of a page, from which the next one goes on."""

    due_at: UtcInstant | None
    case_id: str


class CasePage(Model):
    """Some cases, and where the next page begins; None after the last."""

    cases: list[CaseSummary]
    next: CaseCursor | None


class Cases:
    """The `cases` read model. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, case_id: str) -> CaseSummary:
        """One case; raises `CaseNotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["case"], case_id)
        if row is None:
            raise CaseNotFound(f"there is no case {case_id}", case_id=case_id)
        return to_summary(row)

    async def of_order(self, merchant: str, order_id: str) -> list[CaseSummary]:
        """All cases of an order, oldest first."""
        async with connection(self._pool) as conn:
            return [to_summary(row) for row in await conn.fetch(Q["cases_of_order"], merchant, order_id)]

    async def page(
        self, where: CaseFilter, after: CaseCursor | None = None, limit: int = PAGE_ROWS
    ) -> CasePage:
        """A page by deadline, cases without one last."""
        place = (after.due_at, after.case_id) if after else (None, None)
        values = [getattr(where, name) for name in CaseFilter.model_fields]
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["page"], *values, *place, limit + 1)
        cases = [to_summary(row) for row in rows[:limit]]
        has_more = len(rows) > limit
        last = CaseCursor(due_at=cases[-1].due_at, case_id=cases[-1].case_id) if has_more else None
        return CasePage(cases=cases, next=last)


def to_summary(row: Row) -> CaseSummary:
    """A case from its row."""
    return CaseSummary.model_validate({**dict(row), "clocks": json.loads(row["clocks"])})
