"""Refunds that wait for a second person: judged as they are reserved, listed, and decided once."""

from collections.abc import Sequence
from datetime import datetime

from domain.approvals import (
    Approval,
    Asking,
    Committed,
    check_decision,
    destination,
    exceeded,
    subject_hash,
)
from domain.base import Model, UtcInstant
from domain.errors import ApprovalNotAsked, RefundNotFound
from domain.refunds import (
    DECLINED,
    DecideRefund,
    PayRefund,
    RefundIntent,
    RefundRow,
    approval_asked,
    decided,
)
from store.append import append_one
from store.budgets import move
from store.pool import Connection, Pool, connection, transaction
from store.refund_states import budget_change
from store.sql import load

Q = load("approvals")
LEDGER = load("ledger")

LIST_ROWS = 200


class Waiting(Approval):
    """A row of the queue. `due_at`: when its case's clock is missed; None for a case without one."""

    team: str | None = None
    due_at: UtcInstant | None = None


async def judge(conn: Connection, whole: RefundIntent, asking: Asking) -> None:
    """Have a refund that was just reserved wait for a second person, where the policy wants one.

    All its parts wait. The order's budget is locked by then; its requester's day is locked here, so that of
    two refunds which together go beyond the day's limit one is seen. Locks: budget, customer, day, refund,
    stream.
    """
    day, rules = asking.day, asking.rules
    by = asking.order.requested_by if day is not None else None
    if by is not None:
        await conn.execute(Q["lock_day"], f"requester-day:{whole.merchant}:{by}:{day}")
        await conn.execute(Q["note_requester"], whole.refund_id, by, day)
    if rules is None:
        return
    found = await conn.fetchrow(Q["committed"], whole.merchant, whole.order_id, by, day, whole.currency)
    assert found is not None
    why = exceeded(rules, whole, Committed.model_validate(dict(found)))
    if not why:
        return
    hash, edited_by = subject_hash(whole), asking.order.edited_by
    await conn.execute(Q["ask"], whole.key, hash, destination(whole), [*why], edited_by, asking.at)
    await append_one(conn, approval_asked(asking.order, asking.at, hash, why))


class CustomerHistory(Model):
    """What a case's customer had before, of the same merchant: their cases, and what they were paid back."""

    case_id: str
    cases: int
    refunded_cases: int
    refunded_minor: int


class Approvals:
    """The queue, and the word on each. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def waiting(
        self,
        merchant: str | None = None,
        team: str | None = None,
        kinds: Sequence[str] = (),
        limit: int = LIST_ROWS,
    ) -> list[Waiting]:
        """What waits, the first due first; of a team also the cases without one, of `kinds`."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["waiting"], merchant, team, list(kinds), limit)
        return [Waiting.model_validate(dict(row)) for row in rows]

    async def histories(self, case_ids: Sequence[str]) -> dict[str, CustomerHistory]:
        """By case: its customer's other cases, and what was refunded in the same currency."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["histories"], list(case_ids))
        return {row["case_id"]: CustomerHistory.model_validate(dict(row)) for row in rows}

    async def get(self, refund_id: str) -> Approval:
        """What was asked and said of a refund. Raises `RefundNotFound`, `ApprovalNotAsked`."""
        async with connection(self._pool) as conn:
            return await asked_about(conn, refund_id)

    async def decide(self, order: PayRefund, word: DecideRefund, key: str, at: datetime) -> Approval:
        """Write the word down, once; a no frees the money, with both facts in one transaction.

        The same word under the same key gives what was written. Raises as `check_decision` and `get` do.
        """
        async with transaction(self._pool) as conn:
            await conn.fetchrow(LEDGER["lock_budget_of"], order.key)
            await conn.fetchrow(LEDGER["lock_refund"], order.key)
            asked = await asked_about(conn, order.refund_id)
            if asked.is_answered_by(word, key):
                return asked
            check_decision(asked, word)
            state = "approved" if word.approve else "declined"
            await conn.execute(Q["decide"], order.key, state, word.by, at, word.reason, key)
            found = await conn.fetch(LEDGER["parts"], order.refund_id)
            parts = [RefundRow.model_validate(dict(row)) for row in found]
            if not word.approve:
                await _free(conn, parts, at)
            await append_one(conn, decided(order, word, at, parts))
            return await asked_about(conn, order.refund_id)


async def asked_about(conn: Connection, refund_id: str) -> Approval:
    """What a second person was asked. Raises `RefundNotFound`, `ApprovalNotAsked`."""
    row = await conn.fetchrow(Q["approval"], refund_id)
    if row is not None:
        return Approval.model_validate(dict(row))
    if await conn.fetchval(Q["is_refund"], refund_id):
        raise ApprovalNotAsked(f"{refund_id} needs nobody's approval")
    raise RefundNotFound(f"there is no refund {refund_id}", refund_id=refund_id)


async def _free(conn: Connection, parts: Sequence[RefundRow], at: datetime) -> None:
    """What was reserved for a refund that is declined."""
    for part in parts:
        await move(conn, part, *budget_change(part.state, "failed", part.amount_minor))
        await conn.execute(LEDGER["set_state"], part.key, "failed", at, None, DECLINED, None)
