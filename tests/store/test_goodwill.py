"""Compensation and vouchers in the ledger: budgets of their own, beside what was captured."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.errors import CurrencyMismatch, OverBudget, OverCap
from domain.goodwill import GoodwillBounds
from domain.records import Batch, Recorded
from domain.refunds import RefundIntent, RefundRow
from store.ledger import Ledger
from store.pool import Pool
from tests.store.streams import OPENED_AT

BOUNDS = GoodwillBounds(customer_id="c1", per_order_minor=500, per_customer_minor=800, within="90d")


def gift(number: int = 1, amount_minor: int = 500, **changes: Any) -> RefundIntent:
    intent = RefundIntent(
        refund_id=f"refund:m1:{number}:1",
        key=f"rf-m1-{number}-1",
        case_id=f"complaint:m1:{number}",
        seq=1,
        merchant="m1",
        order_id="SO-1",
        amount_minor=amount_minor,
        currency="CNY",
        provider="sandbox",
        purpose="compensation",
        customer_id="c1",
        from_captured=False,
    )
    return intent.model_copy(update=changes)


def asked(intent: RefundIntent, at: datetime = OPENED_AT) -> Batch:
    fact = Recorded(seq=1, type="refund.requested", at=at, actor="system", data={})
    return Batch(case_id=intent.refund_id, first_seq=1, events=[fact])


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger with 100 captured for each of three orders."""
    ledger = Ledger(pool)
    for number in (1, 2, 3):
        await ledger.open_budget("m1", f"SO-{number}", "CNY", 100)
    return ledger


async def give(ledger: Ledger, intent: RefundIntent, at: datetime = OPENED_AT) -> RefundRow:
    return await ledger.reserve(intent, asked(intent, at), BOUNDS)


async def budgets(pool: Pool) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "SELECT purpose, budget_minor, reserved_minor, settled_minor FROM goodwill_budgets ORDER BY purpose"
    )
    return [tuple(row) for row in rows]


async def test_it_is_not_taken_from_what_was_captured(ledger: Ledger, pool: Pool) -> None:
    """More than was captured, and what was captured stays whole."""
    intent = gift()
    await give(ledger, intent)
    assert await budgets(pool) == [("compensation", 500, 500, 0)]
    assert (await ledger.budget("m1", "SO-1")).left_minor == 100
    await ledger.mark_sent(intent.key, OPENED_AT)
    await ledger.record(intent.key, "settled", OPENED_AT)
    assert await budgets(pool) == [("compensation", 500, 0, 500)]
    assert (await ledger.budget("m1", "SO-1")).left_minor == 100


async def test_a_gateway_that_pays_no_more_than_it_took_in_bounds_it_as_well(
    ledger: Ledger, pool: Pool
) -> None:
    await give(ledger, gift(1, 60, from_captured=True))
    assert (await ledger.budget("m1", "SO-1")).reserved_minor == 60
    assert await budgets(pool) == [("compensation", 500, 60, 0)]
    with pytest.raises(OverCap):
        await give(ledger, gift(2, 41, from_captured=True))


async def test_cases_of_an_order_share_its_budget_and_purposes_do_not(ledger: Ledger, pool: Pool) -> None:
    await give(ledger, gift(1, 400))
    with pytest.raises(OverBudget) as refused:
        await give(ledger, gift(2, 101))
    assert refused.value.detail == {"of": "order", "left_minor": 100}
    await give(ledger, gift(3, 500, purpose="voucher", provider="voucher"))
    assert await budgets(pool) == [("compensation", 500, 400, 0), ("voucher", 500, 500, 0)]


async def test_orders_of_a_customer_share_theirs_as_long_as_the_policy_looks_back(ledger: Ledger) -> None:
    await give(ledger, gift(1))
    soon = OPENED_AT + timedelta(days=89)
    with pytest.raises(OverBudget) as refused:
        await give(ledger, gift(2, 301, order_id="SO-2"), soon)
    assert refused.value.detail == {"of": "customer", "left_minor": 300}
    later = OPENED_AT + timedelta(days=90)
    await give(ledger, gift(2, 301, order_id="SO-2"), later)
    with pytest.raises(OverBudget):  # an order's budget never comes back by time
        await give(ledger, gift(3, 1), later)


async def test_other_customers_are_not_counted(ledger: Ledger) -> None:
    await give(ledger, gift(1))
    await give(ledger, gift(2, 300, order_id="SO-2"))
    theirs = gift(3, 500, order_id="SO-3", customer_id="c2")
    other = BOUNDS.model_copy(update={"customer_id": "c2"})
    await ledger.reserve(theirs, asked(theirs), other)


async def test_of_many_at_once_for_one_customer_only_as_many_fit(ledger: Ledger, pool: Pool) -> None:
    """Twenty cases over three orders, 100 each: the customer's 800 are given, not more."""
    gifts = [gift(number, 100, order_id=f"SO-{number % 3 + 1}") for number in range(20)]
    ends = await asyncio.gather(*(give(ledger, each) for each in gifts), return_exceptions=True)
    assert sum(isinstance(end, RefundRow) for end in ends) == 8
    assert sum(isinstance(end, OverBudget) for end in ends) == 12
    assert await pool.fetchval("SELECT sum(reserved_minor) FROM goodwill_budgets") == 800


async def test_the_same_again_counts_once_and_what_failed_may_be_given_again(
    ledger: Ledger, pool: Pool
) -> None:
    intent = gift()
    assert await give(ledger, intent) == await give(ledger, intent)
    await ledger.mark_sent(intent.key, OPENED_AT)
    await ledger.record(intent.key, "failed", OPENED_AT)
    await give(ledger, gift(2))
    assert await budgets(pool) == [("compensation", 500, 500, 0)]


async def test_a_wider_policy_widens_the_budget_and_a_narrower_one_refuses(
    ledger: Ledger, pool: Pool
) -> None:
    await give(ledger, gift(1))
    wider = BOUNDS.model_copy(update={"per_order_minor": 600})
    intent = gift(2, 100)
    await ledger.reserve(intent, asked(intent), wider)
    assert await budgets(pool) == [("compensation", 600, 600, 0)]
    with pytest.raises(OverBudget):
        await give(ledger, gift(3, 1))


async def test_another_currency_and_a_voucher_without_a_budget_are_refused(ledger: Ledger) -> None:
    with pytest.raises(CurrencyMismatch):
        await give(ledger, gift(currency="GBP"))
    voucher = gift(purpose="voucher", customer_id=None)
    with pytest.raises(OverBudget, match="no budget for vouchers"):
        await ledger.reserve(voucher, asked(voucher))


async def test_a_compensation_without_a_budget_is_taken_from_what_was_captured(
    ledger: Ledger, pool: Pool
) -> None:
    intent = gift(1, 100, customer_id=None, from_captured=True)
    await ledger.reserve(intent, asked(intent))
    assert (await ledger.budget("m1", "SO-1")).left_minor == 0
    assert await budgets(pool) == []


async def test_the_table_itself_refuses_more_than_the_budget(ledger: Ledger, pool: Pool) -> None:
    await give(ledger, gift())
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("UPDATE goodwill_budgets SET settled_minor = 1")
