"""The refund ledger: written before money moves, bounded per order by what was captured (design §5).

Locks are always taken in one order: the order's budget, the customer, the refund, its stream.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.approvals import Approval, Asking
from domain.budgets import Budget, PartOf, check_budget, check_currency, check_same, parts_of
from domain.errors import NotFound, OverCap
from domain.goodwill import GoodwillBounds
from domain.orders import Order, OrderPayment
from domain.records import Batch
from domain.refunds import NEXT_STATES, RefundIntent, RefundRow, RefundState
from store.append import append_one
from store.approvals import asked_about, judge
from store.budgets import give, move, open_payments, payments_left
from store.disputes import check_undisputed
from store.pool import Connection, Pool, Row, connection, transaction
from store.refund_states import budget_change, is_news
from store.sql import load

Q = load("ledger")


class Ledger:
    """Every refund that was ever meant, and the budgets that bound them. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open_budget(
        self,
        merchant: str,
        order_id: str,
        currency: str,
        captured_minor: int,
        payments: Sequence[OrderPayment] = (),
    ) -> Budget:
        """Fix what was captured for an order, by which payments, or renew it.

        Raises `CurrencyMismatch`, and `OverCap` when less was captured than is refunded or reserved already,
        of the order or of one of its payments.
        """
        async with transaction(self._pool) as conn:
            row = await conn.fetchrow(
                Q["open_budget"], merchant, order_id, currency, captured_minor, len(payments)
            )
            if row is not None:
                await open_payments(conn, merchant, order_id, payments)
                return _budget(row)
            budget = await self._locked_budget(conn, merchant, order_id)
        check_currency(budget, currency)
        raise OverCap(
            f"order {order_id} cannot have a budget of {captured_minor}: "
            f"{budget.committed_minor} are committed",
            committed_minor=budget.committed_minor,
        )

    async def open_order(self, merchant: str, order: Order) -> Budget:
        """The same for an order as the shop tells of it."""
        return await self.open_budget(
            merchant, order.order_id, order.currency, order.captured_minor, order.payments
        )

    async def budget(self, merchant: str, order_id: str) -> Budget:
        """The order's budget as it is now; raises `NotFound`."""
        async with connection(self._pool) as conn:
            return _budget(_found(await conn.fetchrow(Q["budget"], merchant, order_id), order_id))

    async def reserve(
        self,
        intent: RefundIntent,
        batch: Batch | None = None,
        bounds: GoodwillBounds | None = None,
        part_of: PartOf | None = None,
        asking: Asking | None = None,
    ) -> RefundRow:
        """Fix a refund and take its amount from the budgets; `batch` is its stream's first event.

        `bounds`: of what the merchant gives. `part_of`: what is taken from one payment, where the order has
        several; it may refuse. With `asking` a refund above a limit waits for a second person, in the same
        transaction. The same intent again gives the first part's row as it is by now. Raises `OverCap`,
        `OverBudget`, `CurrencyMismatch`, `IdempotencyConflict` for another intent under the same key,
        `PaymentDisputed`, `NotFound` without a budget.
        """
        async with transaction(self._pool) as conn:
            budget = await self._locked_budget(conn, intent.merchant, intent.order_id)
            if row := await self._same(conn, intent):
                await _append_missing(conn, batch)
                return row
            check_budget(budget, intent)
            await give(conn, intent, bounds, _time_of(batch))
            named = await payments_left(conn, intent.merchant, intent.order_id) if budget.payments else []
            parts = parts_of(intent, named, part_of)
            for part in parts:
                await check_undisputed(conn, part)
            rows = [await self._insert(conn, part, _time_of(batch)) for part in parts]
            if batch is not None:
                await append_one(conn, batch)
            if asking is None:
                return rows[0]
            await judge(conn, intent, asking)
            return _refund(_found(await conn.fetchrow(Q["refund"], rows[0].key), intent.key))

    async def mark_sent(self, key: str, at: datetime) -> RefundRow:
        """Note that the provider is about to be called, just before it is.

        Call it only if the returned state is `sent`: any other is the provider's answer, known by now.
        Raises `NotFound` without an intent, `PaymentDisputed` where nothing may be sent now.
        """
        async with transaction(self._pool) as conn:
            row = _refund(_found(await conn.fetchrow(Q["lock_refund"], key), key))
            if row.state == "sent" or "sent" in NEXT_STATES[row.state]:
                await check_undisputed(conn, row)
            sent = await conn.fetchrow(Q["mark_sent"], key, at)
            return row if sent is None else _refund(sent)

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
        if_attempts: int | None = None,
    ) -> RefundRow:
        """Write what is known of a refund by now; returns the row as it then is.

        With `if_attempts` nothing is written when more was sent meanwhile than so many requests.

        Forward only: news that is older than the row's state changes nothing, the same state again only adds
        what was not known. Money moves with the state: settled leaves the reservation for good, only a
        confirmed failure frees it. Raises `LedgerConflict` when the state contradicts the row's.
        """
        async with transaction(self._pool) as conn:
            _found(await conn.fetchrow(Q["lock_budget_of"], key), key)
            row = _refund(_found(await conn.fetchrow(Q["lock_refund"], key), key))
            if if_attempts not in (None, row.attempts):
                return row
            if not is_news(row, state):
                await _append_missing(conn, batch)
                return row
            await move(conn, row, *budget_change(row.state, state, row.amount_minor))
            changed = await conn.fetchrow(Q["set_state"], key, state, at, provider_ref, reason, error)
            if row.state == state:
                await _append_missing(conn, batch)
            elif batch is not None:
                await append_one(conn, batch if row.payment_id is None else await _as_next(conn, batch))
            return _refund(_found(changed, key))

    async def get(self, key: str) -> RefundRow:
        """The refund with this key; raises `NotFound`."""
        async with connection(self._pool) as conn:
            return _refund(_found(await conn.fetchrow(Q["refund"], key), key))

    async def parts(self, refund_id: str) -> list[RefundRow]:
        """A refund's parts, one for each payment that it is taken from; raises `NotFound`."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["parts"], refund_id)
        _found(rows[0] if rows else None, refund_id)
        return [_refund(row) for row in rows]

    async def paid_by(self, row: RefundRow) -> int:
        """What was captured by the payment that a refund is taken from."""
        if row.payment_id is None:
            return (await self.budget(row.merchant, row.order_id)).captured_minor
        async with connection(self._pool) as conn:
            found = await conn.fetchrow(Q["payment"], row.merchant, row.order_id, row.payment_id)
        return _found(found, row.payment_id)["captured_minor"]

    async def approval(self, refund_id: str) -> Approval:
        """What a second person was asked about a refund. Raises `RefundNotFound`, `ApprovalNotAsked`."""
        async with connection(self._pool) as conn:
            return await asked_about(conn, refund_id)

    async def for_case(self, case_id: str) -> list[RefundRow]:
        """All refunds of a case, in their order."""
        async with connection(self._pool) as conn:
            return [_refund(row) for row in await conn.fetch(Q["refunds_of_case"], case_id)]

    async def for_order(self, merchant: str, order_id: str) -> list[RefundRow]:
        """All refunds of an order, whichever case asked."""
        async with connection(self._pool) as conn:
            return [_refund(row) for row in await conn.fetch(Q["refunds_of_order"], merchant, order_id)]

    async def _insert(self, conn: Connection, intent: RefundIntent, at: datetime | None) -> RefundRow:
        await move(conn, intent, intent.amount_minor, 0)
        row = await conn.fetchrow(Q["insert_intent"], *intent.model_dump(include=_INTENT).values(), at)
        return _refund(_found(row, intent.key))

    async def _locked_budget(self, conn: Connection, merchant: str, order_id: str) -> Budget:
        row = await conn.fetchrow(Q["lock_budget"], merchant, order_id)
        if row is None:
            raise NotFound(f"order {order_id} of {merchant} has no budget; open it from the order first")
        return _budget(row)

    async def _same(self, conn: Connection, intent: RefundIntent) -> RefundRow | None:
        rows = await conn.fetch(Q["find_same"], intent.refund_id, intent.key, intent.case_id, intent.seq)
        if not rows:
            return None
        parts = [_refund(row) for row in rows]
        check_same(parts, intent)
        return parts[0]


_INTENT = set(RefundIntent.model_fields)


async def _as_next(conn: Connection, batch: Batch) -> Batch:
    """The batch at the end of its stream: the parts of a refund end in any order."""
    first = await conn.fetchval(Q["stream_end"], batch.case_id) + 1
    events = [event.model_copy(update={"seq": seq}) for seq, event in enumerate(batch.events, start=first)]
    return batch.model_copy(update={"first_seq": first, "events": events})


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
