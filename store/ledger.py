"""The refund ledger: written before money moves, bounded per order by what was captured (design §5).

Locks are always taken in one order: the order's budget, the refund, its stream.
"""

from datetime import datetime

from domain.base import Model
from domain.errors import CurrencyMismatch, IdempotencyConflict, NotFound, OverCap
from domain.records import Batch
from domain.refunds import RefundIntent, RefundRow, RefundState
from store.append import append_one
from store.pool import Connection, Pool, Row, connection, transaction
from store.refund_states import budget_change, is_news
from store.sql import load

Q = load("ledger")


class Budget(Model):
    """What may still be refunded of an order: captured less reserved less settled."""

    merchant: str
    order_id: str
    currency: str
    captured_minor: int
    reserved_minor: int
    settled_minor: int

    @property
    def left_minor(self) -> int:
        """What a new refund may take at most."""
        return self.captured_minor - self.reserved_minor - self.settled_minor


class Ledger:
    """Every refund that was ever meant, and the budgets that bound them. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open_budget(self, merchant: str, order_id: str, currency: str, captured_minor: int) -> Budget:
        """Fix what was captured for an order, or renew it.

        Raises `CurrencyMismatch`, and `OverCap` when less was captured than is refunded or reserved already.
        """
        async with transaction(self._pool) as conn:
            row = await conn.fetchrow(Q["open_budget"], merchant, order_id, currency, captured_minor)
            if row is not None:
                return _budget(row)
            budget = await self._locked_budget(conn, merchant, order_id)
        if budget.currency != currency:
            raise _other_currency(budget, currency)
        committed = budget.reserved_minor + budget.settled_minor
        raise OverCap(
            f"order {order_id} cannot have a budget of {captured_minor}: {committed} are committed",
            committed_minor=committed,
        )

    async def budget(self, merchant: str, order_id: str) -> Budget:
        """The order's budget as it is now; raises `NotFound`."""
        async with connection(self._pool) as conn:
            return _budget(_found(await conn.fetchrow(Q["budget"], merchant, order_id), order_id))

    async def reserve(self, intent: RefundIntent, batch: Batch | None = None) -> RefundRow:
        """Fix a refund and take its amount from the order's budget; `batch` is its stream's first event.

        The same intent again gives the row as it is by now. Raises `OverCap`, `CurrencyMismatch`,
        `IdempotencyConflict` for another intent under the same key, `NotFound` without a budget.
        """
        async with transaction(self._pool) as conn:
            budget = await self._locked_budget(conn, intent.merchant, intent.order_id)
            if row := await self._same(conn, intent):
                await _append_missing(conn, batch)
                return row
            _check_budget(budget, intent)
            await conn.execute(Q["move_budget"], intent.merchant, intent.order_id, intent.amount_minor, 0)
            row = await conn.fetchrow(
                Q["insert_intent"], *intent.model_dump(include=_INTENT).values(), _time_of(batch)
            )
            if batch is not None:
                await append_one(conn, batch)
            return _refund(_found(row, intent.key))

    async def mark_sent(self, key: str, at: datetime) -> RefundRow:
        """Note that the provider is about to be called, just before it is.

        Call it only if the returned state is `sent`: any other is the provider's answer, known by now.
        Raises `NotFound` without an intent.
        """
        async with transaction(self._pool) as conn:
            row = await conn.fetchrow(Q["mark_sent"], key, at) or await conn.fetchrow(Q["refund"], key)
            return _refund(_found(row, key))

    async def record(
        self,
        key: str,
        state: RefundState,
        at: datetime,
        *,
        provider_ref: str | None = None,
        reason: str | None = None,
        error: str | None = None,
        batch: Batch | None = None,
    ) -> RefundRow:
        """Write what is known of a refund by now; returns the row as it then is.

        Forward only: news that is older than the row's state changes nothing, the same state again only adds
        what was not known. Money moves with the state: settled leaves the reservation for good, only a
        confirmed failure frees it. Raises `LedgerConflict` when the state contradicts the row's.
        """
        async with transaction(self._pool) as conn:
            budget = _budget(_found(await conn.fetchrow(Q["lock_budget_of"], key), key))
            row = _refund(_found(await conn.fetchrow(Q["lock_refund"], key), key))
            if not is_news(row, state):
                await _append_missing(conn, batch)
                return row
            reserved_minor, settled_minor = budget_change(row.state, state, row.amount_minor)
            await conn.execute(
                Q["move_budget"], budget.merchant, budget.order_id, reserved_minor, settled_minor
            )
            changed = await conn.fetchrow(Q["set_state"], key, state, at, provider_ref, reason, error)
            if row.state == state:
                await _append_missing(conn, batch)
            elif batch is not None:
                await append_one(conn, batch)
            return _refund(_found(changed, key))

    async def get(self, key: str) -> RefundRow:
        """The refund with this key; raises `NotFound`."""
        async with connection(self._pool) as conn:
            return _refund(_found(await conn.fetchrow(Q["refund"], key), key))

    async def for_case(self, case_id: str) -> list[RefundRow]:
        """All refunds of a case, in their order."""
        async with connection(self._pool) as conn:
            return [_refund(row) for row in await conn.fetch(Q["refunds_of_case"], case_id)]

    async def for_order(self, merchant: str, order_id: str) -> list[RefundRow]:
        """All refunds of an order, whichever case asked."""
        async with connection(self._pool) as conn:
            return [_refund(row) for row in await conn.fetch(Q["refunds_of_order"], merchant, order_id)]

    async def _locked_budget(self, conn: Connection, merchant: str, order_id: str) -> Budget:
        row = await conn.fetchrow(Q["lock_budget"], merchant, order_id)
        if row is None:
            raise NotFound(f"order {order_id} of {merchant} has no budget; open it from the order first")
        return _budget(row)

    async def _same(self, conn: Connection, intent: RefundIntent) -> RefundRow | None:
        rows = await conn.fetch(Q["find_same"], intent.refund_id, intent.key, intent.case_id, intent.seq)
        if not rows:
            return None
        row = _refund(rows[0])
        if row.model_dump(include=_INTENT) != intent.model_dump(include=_INTENT):
            raise IdempotencyConflict(
                f"refund {intent.key} was fixed with other content; a changed refund needs the next number",
                key=intent.key,
            )
        return row


_INTENT = set(RefundIntent.model_fields)


def _check_budget(budget: Budget, intent: RefundIntent) -> None:
    if budget.currency != intent.currency:
        raise _other_currency(budget, intent.currency)
    if intent.amount_minor > budget.left_minor:
        raise OverCap(
            f"refund {intent.key} of {intent.amount_minor} exceeds the {budget.left_minor} left of order "
            f"{intent.order_id}",
            left_minor=budget.left_minor,
        )


def _other_currency(budget: Budget, currency: str) -> CurrencyMismatch:
    return CurrencyMismatch(
        f"order {budget.order_id} was paid in {budget.currency}, so {currency} cannot be refunded",
        currency=budget.currency,
    )


async def _append_missing(conn: Connection, batch: Batch | None) -> None:
    """A repeat carries its own time of day; what the stream has already must not be superseded by that."""
    if batch is not None and batch.first_seq > await conn.fetchval(Q["stream_end"], batch.case_id):
        await append_one(conn, batch)


def _time_of(batch: Batch | None) -> datetime | None:
    return batch.events[-1].at if batch is not None and batch.events else None


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise NotFound(f"the ledger has no {what}")
    return row


def _refund(row: Row) -> RefundRow:
    return RefundRow.model_validate(dict(row))


def _budget(row: Row) -> Budget:
    return Budget.model_validate(dict(row))
