"""The read model of cases: one row each, boards by any filter, the most urgent first."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.base import Model, UtcInstant
from domain.calendars import Snapshot
from domain.complaints.opening import AlikeCase, Compared
from domain.errors import CaseNotFound
from domain.records import CaseKind, CaseSummary, SlaState
from domain.sla import parse_duration
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("cases")

PAGE_ROWS = 50
IDS_PAGE_ROWS = 500


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
    policy: str | None = None


class OpenUnder(Model):
    """How many open cases are held to a version of a policy."""

    policy: str
    policy_hash: str
    open_cases: int


class Overdue(Model):
    """An open case that should have gone on by itself at an instant."""

    case_id: str
    next_instant_at: UtcInstant


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

    async def named(self, case_ids: Sequence[str]) -> list[CaseSummary]:
        """Those of these cases that are known, oldest first."""
        async with connection(self._pool) as conn:
            return [to_summary(row) for row in await conn.fetch(Q["cases_named"], list(case_ids))]

    async def of_order(self, merchant: str, order_id: str) -> list[CaseSummary]:
        """All cases of an order, oldest first."""
        async with connection(self._pool) as conn:
            return [to_summary(row) for row in await conn.fetch(Q["cases_of_order"], merchant, order_id)]

    async def overdue(self, before: datetime, limit: int) -> list[Overdue]:
        """Open cases whose next instant lies before a moment, the longest overdue first."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["overdue"], before, limit)
        return [Overdue.model_validate(dict(row)) for row in rows]

    async def open_by_policy(self) -> list[OpenUnder]:
        """To which versions of policies open cases are held, and how many to each."""
        async with connection(self._pool) as conn:
            return [OpenUnder.model_validate(dict(row)) for row in await conn.fetch(Q["open_by_policy"])]

    async def ids(self, where: CaseFilter) -> list[str]:
        """The ids of all such cases, the most urgent first."""
        found, after = list[str](), None
        while True:
            page = await self.page(where, after, IDS_PAGE_ROWS)
            found += [case.case_id for case in page.cases]
            if page.next is None:
                return found
            after = page.next

    async def under_fewer_days(self, published: Sequence[Snapshot], merchant: str | None) -> list[str]:
        """Open cases that may have a provisional deadline, whose holidays end before these do."""
        columns = [[getattr(each, name) for each in published] for name in ("name", "revision")]
        ends = [each.valid_through for each in published]
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["under_fewer_days"], *columns, ends, merchant)
        return [row["case_id"] for row in rows]

    async def alike(self, like: Compared) -> list[AlikeCase]:
        """Complaints that were opened before this one and may be about the same matter, newest first."""
        since = like.opened_at - parse_duration(like.within)
        who = (like.merchant, like.customer_id, like.order_id, like.category)
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["alike"], *who, since, like.opened_at, like.case_id)
        return [AlikeCase(case_id=row["case_id"], open=row["open"]) for row in rows]

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


def to_summary(row: Row | Mapping[str, Any]) -> CaseSummary:
    """A case from its row."""
    documents = {name: json.loads(row[name]) for name in ("clocks", "facets", "links")}
    return CaseSummary.model_validate({**dict(row), **documents})
