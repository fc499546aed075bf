"""Improvements as they are tracked: by department, the overdue ones first (sop C16)."""

from datetime import datetime
from typing import Any

from domain.base import Instant, Model, Slug
from domain.records import CaseSummary
from store.cases import to_summary
from store.pool import Pool, connection
from store.sql import load

Q = load("improvements")


class TrackedFilter(Model):
    """Which improvements; what is None does not matter."""

    merchant: Slug | None = None
    department: Slug | None = None
    open: bool | None = None
    overdue: bool = False
    """Only open ones that somebody lets wait too long."""


class Tracked(Model):
    """An improvement's row, and whether somebody lets it wait too long.

    Of the actions that are open past their own day the one that waits longest, and what day that was.
    """

    case: CaseSummary
    is_overdue: bool
    overdue_action: int | None = None
    action_due_by: Instant | None = None


class Improvements:
    """Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tracked(self, where: TrackedFilter, now: datetime, limit: int) -> list[Tracked]:
        """The first rows, what is overdue before all others."""
        values = [getattr(where, name) for name in TrackedFilter.model_fields]
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["tracked"], *values, now, limit)
        return [_to_tracked(dict(row)) for row in rows]


def _to_tracked(row: dict[str, Any]) -> Tracked:
    action, due_by, is_overdue = (row.pop(name) for name in ("overdue_action", "action_due_by", "is_overdue"))
    case = to_summary(row)
    return Tracked(
        case=case, is_overdue=case.open and is_overdue, overdue_action=action, action_due_by=due_by
    )
