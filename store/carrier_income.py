"""What carriers paid for parcels that they lost, broke or delayed: each payment once."""

from datetime import datetime

from domain.carrier_claims.requests import Income
from domain.errors import LedgerConflict
from store.pool import Pool, Row, connection, transaction
from store.sql import load

Q = load("carrier_income")


class CarrierIncome:
    """Our books of carriers' payments. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def book(self, income: Income, at: datetime) -> None:
        """Write it down; the same again does nothing. Raises `LedgerConflict` for another amount."""
        values = income.model_dump()
        async with transaction(self._pool) as conn:
            await conn.execute(Q["book"], *values.values(), at)
            row = await conn.fetchrow(Q["of_claim"], income.key)
        assert row is not None
        booked = _income(row)
        if (booked.amount_minor, booked.currency) != (income.amount_minor, income.currency):
            raise LedgerConflict(
                f"claim {income.key} is booked with {booked.amount_minor} {booked.currency}, and the carrier "
                f"now says {income.amount_minor} {income.currency}; compare both books"
            )

    async def of_order(self, merchant: str, order_id: str) -> list[Income]:
        """All that carriers paid for an order's parcels, the first first."""
        async with connection(self._pool) as conn:
            return [_income(row) for row in await conn.fetch(Q["of_order"], merchant, order_id)]


def _income(row: Row) -> Income:
    return Income.model_validate(dict(row))
