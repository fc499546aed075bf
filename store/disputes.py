"""Disputed payments: noted as providers tell of them, in any order, and asked about before money goes out."""

from collections.abc import Sequence

from domain.disputes import Dispute
from domain.refunds import RefundIntent
from store.pool import Connection, Pool, connection, transaction
from store.sql import load

Q = load("disputes")


LIST_ROWS = 200


class Standing(Dispute):
    """A dispute that stands, and what it keeps back."""

    order_id: str | None = None
    """The payment's order; None where the ledger has no such payment."""
    waiting: list[str] = []
    """Refunds of the payment without an end: nothing is sent of them."""
    refused: list[str] = []
    """Open cases of the order whose last refund was refused for it."""


class Disputes:
    """What is known of them. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def note(self, dispute: Dispute) -> list[str]:
        """Write it down; gives the refunds of its payment without an end, whose workflows want a hint.

        It may be told again and in any order: that it was opened says nothing once its end is known, and of
        two ends the later counts.
        """
        async with transaction(self._pool) as conn:
            await conn.execute(Q["note"], *dispute.model_dump(include=_NOTED).values())
            rows = await conn.fetch(Q["waiting"], dispute.merchant, dispute.payment_id)
        return [row["refund_id"] for row in rows]

    async def payment_of(self, merchant: str, names: Sequence[str]) -> str:
        """Which of a provider's names for a payment our orders know it by; the first where none does."""
        async with connection(self._pool) as conn:
            return await conn.fetchval(Q["payment_of"], merchant, list(names)) or names[0]

    async def of_payment(self, merchant: str, payment_id: str) -> list[Dispute]:
        """All disputes of a payment, the first first."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["of_payment"], merchant, payment_id)
        return [Dispute.model_validate(dict(row)) for row in rows]

    async def standing(self, merchant: str | None = None, limit: int = LIST_ROWS) -> list[Standing]:
        """Those that are open, and those that were lost and keep something back; the oldest first."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["standing"], merchant, limit)
        return [Standing.model_validate(dict(row)) for row in rows]


_NOTED = set(Dispute.model_fields)


async def check_undisputed(conn: Connection, part: RefundIntent) -> None:
    """Raise `PaymentDisputed` where its payment is in dispute, or was lost to one, whatever way it goes.

    What is a voucher by its purpose is no money of any payment; one in place of a payment's money is.
    """
    if part.purpose == "voucher":
        return
    row = await conn.fetchrow(Q["blocks"], part.merchant, part.payment_id or part.order_id)
    if row is not None:
        raise Dispute.model_validate(dict(row)).refusal
