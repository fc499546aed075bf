"""The ledger of the simulation, each method one transaction.

It moves by the same rules as the real one (`domain/`, `store/refund_states.py`). What the real one does in
SQL is written here once more, and `test_the_model_is_the_ledger` holds it against PostgreSQL.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from domain.approvals import (
    Approval,
    Asking,
    check_decision,
    destination,
    exceeded,
    subject_hash,
)
from domain.budgets import Budget, PartOf, check_budget, check_same, parts_of
from domain.disputes import Dispute
from domain.errors import (
    ApprovalNotAsked,
    OverBudget,
    RefundNotFound,
    StoreUnavailable,
)
from domain.goodwill import GoodwillBounds, check_goodwill
from domain.orders import OrderPayment
from domain.records import Batch
from domain.refunds import (
    DECLINED,
    NEXT_STATES,
    DecideRefund,
    PayRefund,
    RefundIntent,
    RefundRow,
    RefundState,
)
from store.refund_states import budget_change, is_news
from tests.money.model_books import Books
from tests.money.model_rows import Rows
from tests.money.world import World

R = TypeVar("R")


class ModelLedger:
    """`Ledger`, `Approvals` and `Disputes` of the store, as far as refunds need them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows = Rows()
        self.approvals: dict[str, Approval] = {}
        self.books = Books()

    async def open_budget(
        self,
        merchant: str,
        order_id: str,
        currency: str,
        captured_minor: int,
        payments: Sequence[OrderPayment] = (),
    ) -> Budget:
        """As the real one."""
        return await self._transaction(
            lambda: self.books.open((merchant, order_id), currency, captured_minor, payments)
        )

    async def budget(self, merchant: str, order_id: str) -> Budget:
        """As the real one."""
        return await self._transaction(lambda: self.books.budget((merchant, order_id)))

    async def get(self, key: str) -> RefundRow:
        """As the real one."""
        return await self._transaction(lambda: self.rows.row(key))

    async def parts(self, refund_id: str) -> list[RefundRow]:
        """As the real one."""
        return await self._transaction(lambda: self.rows.parts(refund_id))

    async def paid_by(self, row: RefundRow) -> int:
        """As the real one."""
        of = row.merchant, row.order_id

        def captured() -> int:
            paid = (
                self.books.budget(of) if row.payment_id is None else self.books.payments[of][row.payment_id]
            )
            return paid.captured_minor

        return await self._transaction(captured)

    async def reserve(
        self,
        intent: RefundIntent,
        batch: Batch,
        bounds: GoodwillBounds | None = None,
        part_of: PartOf | None = None,
        asking: Asking | None = None,
    ) -> RefundRow:
        """As the real one; `batch` says when."""
        return await self._transaction(
            lambda: self._reserve(intent, batch.events[-1].at, bounds, part_of, asking)
        )

    async def mark_sent(self, key: str, at: datetime) -> RefundRow:
        """As the real one."""

        def mark() -> RefundRow:
            row = self.rows.row(key)
            if row.state == "sent" or "sent" in NEXT_STATES[row.state]:
                self.books.check_undisputed(row)
            if row.state not in ("intent", "sent", "unknown") or row.approval not in (None, "approved"):
                return row
            return self.rows.write(
                row,
                state="sent",
                state_since=row.state_since if row.state == "sent" else at,
                first_sent_at=row.first_sent_at or at,
                attempts=row.attempts + 1,
            )

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
            row = self.rows.row(key)
            if if_attempts not in (None, row.attempts) or not is_news(row, state):
                return row
            self.books.move(row, *budget_change(row.state, state, row.amount_minor))
            return self.rows.write(
                row,
                state=state,
                state_since=row.state_since if row.state == state else at,
                provider_ref=provider_ref or row.provider_ref,
                reason=reason or row.reason,
                last_error=error or row.last_error,
            )

        return await self._transaction(write)

    async def approval(self, refund_id: str) -> Approval:
        """As the real one."""
        return await self._transaction(lambda: self._asked_about(refund_id))

    async def decide(self, order: PayRefund, word: DecideRefund, key: str, at: datetime) -> Approval:
        """As `Approvals.decide`."""

        def decide() -> Approval:
            asked = self._asked_about(order.refund_id)
            if asked.is_answered_by(word, key):
                return asked
            check_decision(asked, word)
            state = "approved" if word.approve else "declined"
            said = {"decided_by": word.by, "decided_at": at, "words": word.reason, "decision_key": key}
            self.approvals[order.refund_id] = asked.model_copy(update={"state": state, **said})
            for row in self.rows.parts(order.refund_id):
                self.rows.write(row, approval=state)
                if not word.approve:
                    self._free(self.rows.row(row.key), at)
            return self.approvals[order.refund_id]

        return await self._transaction(decide)

    async def note(self, dispute: Dispute) -> list[str]:
        """As `Disputes.note`."""

        def note() -> list[str]:
            self.books.note(dispute)
            return self.rows.waiting(dispute)

        return await self._transaction(note)

    def _reserve(
        self,
        intent: RefundIntent,
        at: datetime,
        bounds: GoodwillBounds | None,
        part_of: PartOf | None,
        asking: Asking | None,
    ) -> RefundRow:
        of = intent.merchant, intent.order_id
        budget = self.books.budget(of)
        if same := self.rows.same(intent):
            check_same(same, intent)
            return same[0]
        check_budget(budget, intent)
        self._give(intent, bounds, at)
        parts = parts_of(intent, self.books.payments_left(of) if budget.payments else [], part_of)
        for part in parts:
            self.books.check_undisputed(part)
        if bounds is not None:
            self.books.widen_goodwill(of, intent.purpose, bounds.per_order_minor)
        for part in parts:
            self.books.move(part, part.amount_minor, 0)
            row = RefundRow(**part.model_dump(), state="intent", state_since=at, reserved_at=at)
            self.rows[row.key] = row
        if asking is not None:
            self._judge(intent, asking)
        return self.rows.row(parts[0].key)

    def _give(self, intent: RefundIntent, bounds: GoodwillBounds | None, at: datetime) -> None:
        if bounds is None:
            if intent.purpose == "voucher":
                raise OverBudget("no vouchers")
            return
        check_goodwill(bounds, self.rows.given(intent, bounds, at), intent.amount_minor)

    def _judge(self, whole: RefundIntent, asking: Asking) -> None:
        parts = self.rows.parts(whole.refund_id)
        if asking.day is not None:
            said = {"requested_by": asking.order.requested_by, "requested_on": asking.day}
            parts = [self.rows.write(row, **said) for row in parts]
        if asking.rules is None:
            return
        why = exceeded(asking.rules, whole, self.rows.committed(whole, asking))
        if not why:
            return
        for row in parts:
            self.rows.write(row, approval="asked")
        self.approvals[whole.refund_id] = Approval(
            **whole.model_dump(include=set(Approval.model_fields)),
            destination=destination(whole),
            hash=subject_hash(whole),
            why=why,
            requested_by=parts[0].requested_by,
            edited_by=asking.order.edited_by,
            asked_at=asking.at,
            state="asked",
        )

    def _asked_about(self, refund_id: str) -> Approval:
        if refund_id in self.approvals:
            return self.approvals[refund_id]
        if any(row.refund_id == refund_id for row in self.rows.values()):
            raise ApprovalNotAsked
        raise RefundNotFound("unknown", refund_id=refund_id)

    def _free(self, row: RefundRow, at: datetime) -> None:
        self.books.move(row, *budget_change(row.state, "failed", row.amount_minor))
        since = row.state_since if row.state == "failed" else at
        self.rows.write(row, state="failed", reason=DECLINED, state_since=since)

    async def _transaction(self, do: Callable[[], R]) -> R:
        if self._world.happens(self._world.odds.store_down):
            await asyncio.sleep(0)
            raise StoreUnavailable("the store is away")
        return await self._world.step(do)
