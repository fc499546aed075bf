"""The ledger of the simulation.

It moves by the same rules as the real one (`store/refund_states.py`); `test_the_model_is_the_ledger` holds it
against PostgreSQL.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from domain.approvals import Asking
from domain.errors import IdempotencyConflict, NotFound, OverCap, StoreUnavailable
from domain.goodwill import GoodwillBounds
from domain.records import Batch
from domain.refunds import RefundIntent, RefundRow, RefundState
from store.ledger import Budget
from store.refund_states import budget_change, is_news
from tests.money.world import World

R = TypeVar("R")

PAID_MINOR = 1000
"""What the order was paid."""


class ModelLedger:
    """`store.ledger.Ledger` as far as refunds need it; each method is one transaction."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows: dict[str, RefundRow] = {}
        self.budgets: dict[tuple[str, str], Budget] = {}

    def open(self, merchant: str, order_id: str, captured_minor: int) -> None:
        """An order was paid."""
        self.budgets[merchant, order_id] = Budget(
            merchant=merchant,
            order_id=order_id,
            currency="CNY",
            captured_minor=captured_minor,
            reserved_minor=0,
            settled_minor=0,
        )

    async def budget(self, merchant: str, order_id: str) -> Budget:
        """As the real one."""
        return await self._transaction(lambda: self.budgets[merchant, order_id])

    async def get(self, key: str) -> RefundRow:
        """As the real one."""
        return await self._transaction(lambda: self._row(key))

    async def parts(self, refund_id: str) -> list[RefundRow]:
        """As the real one."""
        return await self._transaction(
            lambda: [row for row in self.rows.values() if row.refund_id == refund_id]
        )

    async def paid_by(self, row: RefundRow) -> int:
        """As the real one."""
        return (await self.budget(row.merchant, row.order_id)).captured_minor

    async def reserve(
        self,
        intent: RefundIntent,
        batch: Batch | None = None,
        bounds: GoodwillBounds | None = None,
        part_of: object = None,
        asking: Asking | None = None,
    ) -> RefundRow:
        """As the real one, for what the customer had paid, by a policy that asks nobody."""
        assert bounds is None
        assert asking is None or asking.rules is None
        at = batch.events[-1].at if batch else self._world.now

        def reserve() -> RefundRow:
            if row := self.rows.get(intent.key):
                if row.amount_minor != intent.amount_minor:
                    raise IdempotencyConflict("fixed with other content")
                return row
            budget = self.budgets[intent.merchant, intent.order_id]
            if intent.amount_minor > budget.left_minor:
                raise OverCap("too much")
            self._move(intent, intent.amount_minor, 0)
            self.rows[intent.key] = RefundRow(**intent.model_dump(), state="intent", state_since=at)
            return self.rows[intent.key]

        return await self._transaction(reserve)

    async def mark_sent(self, key: str, at: datetime) -> RefundRow:
        """As the real one."""

        def mark() -> RefundRow:
            row = self._row(key)
            if row.state not in ("intent", "sent", "unknown"):
                return row
            changed = {
                "state": "sent",
                "state_since": row.state_since if row.state == "sent" else at,
                "first_sent_at": row.first_sent_at or at,
                "attempts": row.attempts + 1,
            }
            self.rows[key] = row.model_copy(update=changed)
            return self.rows[key]

        return await self._transaction(mark)

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
        """As the real one."""
        del batch

        def write() -> RefundRow:
            row = self._row(key)
            if if_attempts not in (None, row.attempts):
                return row
            if not is_news(row, state):
                return row
            self._move(row, *budget_change(row.state, state, row.amount_minor))
            changed = {
                "state": state,
                "state_since": row.state_since if row.state == state else at,
                "provider_ref": provider_ref or row.provider_ref,
                "reason": reason or row.reason,
                "last_error": error or row.last_error,
            }
            self.rows[key] = row.model_copy(update=changed)
            return self.rows[key]

        return await self._transaction(write)

    def _row(self, key: str) -> RefundRow:
        if key not in self.rows:
            raise NotFound("no such refund")
        return self.rows[key]

    def _move(self, of: RefundIntent, reserved_minor: int, settled_minor: int) -> None:
        budget = self.budgets[of.merchant, of.order_id]
        self.budgets[of.merchant, of.order_id] = budget.model_copy(
            update={
                "reserved_minor": budget.reserved_minor + reserved_minor,
                "settled_minor": budget.settled_minor + settled_minor,
            }
        )

    async def _transaction(self, do: Callable[[], R]) -> R:
        if self._world.happens(self._world.odds.store_down):
            await asyncio.sleep(0)
            raise StoreUnavailable("the store is away")
        return await self._world.step(do)
