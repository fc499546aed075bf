"""Whether something comes up again: cases of a period that have the same in common (sop C15, C16, L6)."""

from collections.abc import Sequence

from domain.errors import CaseNotFound, InvalidRequest
from domain.improvements.findings import Recurring
from domain.improvements.opening import LISTED_CASES, Recurrence, WantedCount
from store.pool import Pool, connection
from store.sql import load

Q = load("recurrence")


class Recurrences:
    """Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def count(self, wanted: WantedCount, limit: int = LISTED_CASES) -> Recurrence:
        """How many cases there are, and the first of them. What a case does not know yet is not counted."""
        values = [getattr(wanted.recurs, name) for name in Recurring.model_fields]
        async with connection(self._pool) as conn:
            rows = await conn.fetch(
                Q["recurring"], wanted.merchant, wanted.kinds, wanted.since, wanted.until, *values, limit
            )
        return Recurrence(found=rows[0]["found"] if rows else 0, cases=[row["case_id"] for row in rows])

    async def check_evidence(self, merchant: str, case_ids: Sequence[str]) -> None:
        """Raises `CaseNotFound` for a case that is not there, `InvalidRequest` for another merchant's."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["known"], list(case_ids))
        whose = {row["case_id"]: row["merchant"] for row in rows}
        for case_id in case_ids:
            if case_id not in whose:
                raise CaseNotFound(f"evidence: there is no case {case_id}", case_id=case_id)
            if whose[case_id] != merchant:
                raise InvalidRequest(f"evidence: {case_id} is another merchant's", field="evidence")
