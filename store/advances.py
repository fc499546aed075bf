"""Money that goes out before the goods are here: bounded per customer, and how each advance ended."""

from datetime import datetime

from domain.base import Model, UtcInstant
from domain.errors import NotFound
from domain.returns.advance_events import AdvanceOutcome
from domain.returns.advances import WantedAdvance
from store.pool import Pool, Row, connection, transaction
from store.sql import load

Q = load("advances")


class AdvanceRow(Model):
    """An advance in the books; without an outcome its money is exposed."""

    case_id: str
    merchant: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    granted_at: UtcInstant
    outcome: AdvanceOutcome | None = None
    ended_at: UtcInstant | None = None
    recovered_minor: int = 0


class Advances:
    """Advances by case. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def grant(self, wanted: WantedAdvance) -> bool:
        """Write an advance unless the customer has too much open; a repeat is granted again.

        Two cases of a customer at the same moment take turns, so that together they stay below the ceiling.
        """
        async with transaction(self._pool) as conn:
            await conn.execute(Q["lock_customer"], wanted.merchant, wanted.customer_id)
            row = await conn.fetchrow(Q["advance"], wanted.case_id)
            if row is not None and row["outcome"] != "unpaid":
                return True
            exposed = await conn.fetchval(
                Q["exposed"], wanted.merchant, wanted.customer_id, wanted.currency, wanted.case_id
            )
            if exposed + wanted.amount_minor > wanted.exposure_minor:
                return False
            await conn.execute(
                Q["grant"],
                wanted.case_id,
                wanted.merchant,
                wanted.order_id,
                wanted.customer_id,
                wanted.amount_minor,
                wanted.currency,
                wanted.at,
            )
            return True

    async def end(
        self, case_id: str, outcome: AdvanceOutcome, recovered_minor: int, at: datetime
    ) -> AdvanceRow:
        """Write how an advance ended; what came back may be paid again. A repeat changes nothing.

        Raises `NotFound` for a case that was never granted one.
        """
        async with transaction(self._pool) as conn:
            budget = _found(await conn.fetchrow(Q["lock_budget_of_advance"], case_id), case_id)
            before = _row(_found(await conn.fetchrow(Q["advance"], case_id), case_id))
            if before.outcome is None:
                await conn.execute(Q["end"], case_id, outcome, recovered_minor, at)
                await conn.execute(Q["recover"], budget["merchant"], budget["order_id"], recovered_minor)
            return _row(_found(await conn.fetchrow(Q["advance"], case_id), case_id))

    async def get(self, case_id: str) -> AdvanceRow:
        """The advance of a case; raises `NotFound`."""
        async with connection(self._pool) as conn:
            return _row(_found(await conn.fetchrow(Q["advance"], case_id), case_id))


def _found(row: Row | None, case_id: str) -> Row:
    if row is None:
        raise NotFound(f"{case_id} was paid nothing in advance")
    return row


def _row(row: Row) -> AdvanceRow:
    return AdvanceRow.model_validate(dict(row))
