"""The ledger: never more than was captured, states only forward, and the same answer to the same intent."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.errors import (
    CurrencyMismatch,
    IdempotencyConflict,
    LedgerConflict,
    NotFound,
    OverCap,
    StoreUnavailable,
    StreamConflict,
)
from domain.records import Batch, Recorded
from domain.refunds import RefundIntent, RefundRow, RefundState
from store.ledger import Ledger
from store.pool import Pool
from tests.store.streams import OPENED_AT

WAITING_FOR_A_LOCK = (
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def make_intent(number: int = 1, amount_minor: int = 600, **changes: Any) -> RefundIntent:
    intent = RefundIntent(
        refund_id=f"refund:m1:{number}:1",
        key=f"rf-m1-{number}-1",
        case_id=f"return:m1:{number}",
        seq=1,
        merchant="m1",
        order_id="SO-1",
        amount_minor=amount_minor,
        currency="CNY",
        provider="sandbox",
    )
    return intent.model_copy(update=changes)


def fact(intent: RefundIntent, seq: int, name: str, at: datetime = OPENED_AT) -> Batch:
    event = Recorded(seq=seq, type=name, at=at, actor="system", data={"amount_minor": intent.amount_minor})
    return Batch(case_id=intent.refund_id, first_seq=seq, events=[event])


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger with 1000 captured for order SO-1."""
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000)
    return ledger


async def amounts(ledger: Ledger) -> tuple[int, int]:
    budget = await ledger.budget("m1", "SO-1")
    return budget.reserved_minor, budget.settled_minor


async def events_of(pool: Pool, intent: RefundIntent) -> list[tuple[int, str, bool]]:
    rows = await pool.fetch(
        "SELECT seq, type, superseded_at IS NULL AS live FROM events WHERE case_id = $1 ORDER BY pos",
        intent.refund_id,
    )
    return [tuple(row) for row in rows]


async def test_an_intent_reserves_and_is_in_the_stream(ledger: Ledger, pool: Pool) -> None:
    """The row, the reservation and the stream's first event are one transaction."""
    intent = make_intent()
    row = await ledger.reserve(intent, fact(intent, 1, "refund.requested"))
    assert (row.state, row.state_since, row.attempts) == ("intent", OPENED_AT, 0)
    assert await amounts(ledger) == (600, 0)
    assert await events_of(pool, intent) == [(1, "refund.requested", True)]
    assert await ledger.get(intent.key) == row


async def test_the_same_intent_again_gives_the_row_as_it_is(ledger: Ledger, pool: Pool) -> None:
    """A retry reserves nothing more, and its later time of day does not supersede the stream."""
    intent = make_intent()
    await ledger.reserve(intent, fact(intent, 1, "refund.requested"))
    await ledger.mark_sent(intent.key, OPENED_AT)
    settled = await ledger.record(intent.key, "settled", OPENED_AT, batch=fact(intent, 2, "refund.settled"))
    later = OPENED_AT + timedelta(hours=1)
    assert await ledger.reserve(intent, fact(intent, 1, "refund.requested", later)) == settled
    assert await amounts(ledger) == (0, 600)
    assert await events_of(pool, intent) == [(1, "refund.requested", True), (2, "refund.settled", True)]


@pytest.mark.parametrize(
    "changes", [{"amount_minor": 601}, {"seq": 2}, {"key": "rf-other-1"}, {"provider": "other"}]
)
async def test_other_content_under_the_same_key_is_refused(ledger: Ledger, changes: dict[str, Any]) -> None:
    """A key, a refund id and a place in the case belong to one amount for ever."""
    await ledger.reserve(make_intent())
    with pytest.raises(IdempotencyConflict, match="next number"):
        await ledger.reserve(make_intent(**changes))
    assert await amounts(ledger) == (600, 0)


async def test_two_refunds_of_sixty_per_cent_do_not_both_fit(ledger: Ledger) -> None:
    """Two cases of one order at the same moment: one reserves, the other learns what is left."""
    outcomes = await asyncio.gather(
        ledger.reserve(make_intent(1)), ledger.reserve(make_intent(2)), return_exceptions=True
    )
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, OverCap)]
    assert refusal.detail == {"left_minor": 400}
    assert sum(isinstance(outcome, RefundRow) for outcome in outcomes) == 1
    assert await amounts(ledger) == (600, 0)


async def test_many_refunds_at_once_fill_the_budget_exactly(ledger: Ledger) -> None:
    intents = [make_intent(number, 100) for number in range(20)]
    outcomes = await asyncio.gather(*map(ledger.reserve, intents), return_exceptions=True)
    assert sum(isinstance(outcome, RefundRow) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, OverCap) for outcome in outcomes) == 10
    assert await amounts(ledger) == (1000, 0)


async def test_the_same_intent_at_once_is_reserved_once(ledger: Ledger) -> None:
    rows = await asyncio.gather(*(ledger.reserve(make_intent()) for _ in range(8)))
    assert len(set(rows)) == 1
    assert await amounts(ledger) == (600, 0)


async def test_a_refused_event_reserves_nothing(ledger: Ledger) -> None:
    """Money and event are one transaction: a gap in the stream undoes the reservation."""
    intent = make_intent()
    with pytest.raises(StreamConflict):
        await ledger.reserve(intent, fact(intent, 2, "refund.requested"))
    assert await amounts(ledger) == (0, 0)
    with pytest.raises(NotFound):
        await ledger.get(intent.key)


async def test_another_currency_and_an_unknown_order_are_refused(ledger: Ledger) -> None:
    with pytest.raises(CurrencyMismatch, match="paid in CNY"):
        await ledger.reserve(make_intent(currency="GBP"))
    with pytest.raises(NotFound, match="open it from the order"):
        await ledger.reserve(make_intent(order_id="SO-2"))
    with pytest.raises(NotFound):
        await ledger.budget("m1", "SO-2")


async def reach(ledger: Ledger, state: RefundState) -> str:
    """A refund in this state."""
    intent = make_intent()
    await ledger.reserve(intent)
    path: dict[RefundState, list[RefundState]] = {
        "intent": [],
        "sent": ["sent"],
        "unknown": ["sent", "unknown"],
        "pending": ["sent", "pending"],
        "settled": ["sent", "settled"],
        "failed": ["sent", "failed"],
        "returned": ["sent", "settled", "returned"],
    }
    for step in path[state]:
        await ledger.record(intent.key, step, OPENED_AT)
    return intent.key


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("intent", (600, 0)),
        ("sent", (600, 0)),
        ("unknown", (600, 0)),
        ("pending", (600, 0)),
        ("settled", (0, 600)),
        ("failed", (0, 0)),
        ("returned", (0, 0)),
    ],
)
async def test_only_a_certain_answer_moves_the_budget(
    ledger: Ledger, state: RefundState, expected: tuple[int, int]
) -> None:
    """Unknown keeps the reservation; a confirmed failure and a refund that came back free it."""
    await reach(ledger, state)
    assert await amounts(ledger) == expected


@pytest.mark.parametrize(
    ("state", "news"),
    [
        ("settled", "pending"),
        ("settled", "unknown"),
        ("failed", "pending"),
        ("pending", "sent"),
        ("returned", "settled"),
    ],
)
async def test_news_that_is_older_than_the_state_changes_nothing(
    ledger: Ledger, pool: Pool, state: RefundState, news: RefundState
) -> None:
    """Late or reordered answers are kept as events but do not take the state back."""
    key = await reach(ledger, state)
    before = await ledger.get(key)
    batch = fact(make_intent(), 1, "refund.noted")
    assert await ledger.record(key, news, OPENED_AT + timedelta(hours=1), error="late", batch=batch) == before
    assert await events_of(pool, make_intent()) == [(1, "refund.noted", True)]


@pytest.mark.parametrize(
    ("state", "news"), [("settled", "failed"), ("failed", "settled"), ("intent", "settled")]
)
async def test_news_that_contradicts_is_for_a_person(
    ledger: Ledger, state: RefundState, news: RefundState
) -> None:
    key = await reach(ledger, state)
    before = await amounts(ledger)
    with pytest.raises(LedgerConflict, match="compare with the provider's books"):
        await ledger.record(key, news, OPENED_AT)
    assert await amounts(ledger) == before


async def test_the_same_state_again_adds_only_what_was_not_known(ledger: Ledger, pool: Pool) -> None:
    key = await reach(ledger, "sent")
    intent = make_intent()
    await ledger.record(key, "unknown", OPENED_AT, error="timeout", batch=fact(intent, 1, "refund.unknown"))
    later = OPENED_AT + timedelta(hours=1)
    again = await ledger.record(
        key,
        "unknown",
        later,
        provider_ref="p-1",
        error="reset",
        batch=fact(intent, 1, "refund.unknown", later),
    )
    assert (again.state_since, again.provider_ref, again.last_error) == (OPENED_AT, "p-1", "reset")
    assert await events_of(pool, intent) == [(1, "refund.unknown", True)]
    assert await amounts(ledger) == (600, 0)


async def test_mark_sent_counts_and_keeps_the_first_time(ledger: Ledger) -> None:
    """Before each call; the first time decides how long the provider remembers the key."""
    key = await reach(ledger, "intent")
    await ledger.mark_sent(key, OPENED_AT)
    await ledger.record(key, "unknown", OPENED_AT)
    row = await ledger.mark_sent(key, OPENED_AT + timedelta(hours=1))
    assert (row.state, row.first_sent_at, row.attempts) == ("sent", OPENED_AT, 2)


@pytest.mark.parametrize("state", ["pending", "settled", "failed", "returned"])
async def test_mark_sent_does_not_reopen_an_answered_refund(ledger: Ledger, state: RefundState) -> None:
    """The caller sees the state and does not send."""
    key = await reach(ledger, state)
    row = await ledger.mark_sent(key, OPENED_AT + timedelta(hours=1))
    assert (row.state, row.attempts, row.first_sent_at) == (state, 0, None)


async def test_no_intent_no_call(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.mark_sent("rf-none-1", OPENED_AT)
    with pytest.raises(NotFound):
        await ledger.record("rf-none-1", "settled", OPENED_AT)


async def test_a_budget_follows_the_order_but_not_below_what_is_committed(ledger: Ledger) -> None:
    await ledger.reserve(make_intent())
    assert (await ledger.open_budget("m1", "SO-1", "CNY", 1000)).left_minor == 400
    assert (await ledger.open_budget("m1", "SO-1", "CNY", 1200)).left_minor == 600
    assert (await ledger.open_budget("m1", "SO-1", "CNY", 600)).left_minor == 0
    with pytest.raises(OverCap):
        await ledger.open_budget("m1", "SO-1", "CNY", 599)
    with pytest.raises(CurrencyMismatch):
        await ledger.open_budget("m1", "SO-1", "GBP", 1000)


@pytest.mark.parametrize(
    "change", ["settled_minor = 401", "reserved_minor = 1001", "reserved_minor = -1", "captured_minor = 599"]
)
async def test_the_table_itself_refuses_more_than_was_captured(
    ledger: Ledger, pool: Pool, change: str
) -> None:
    """Also against a slip in the program, or a hand at the database."""
    await ledger.reserve(make_intent())
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(f"UPDATE order_budgets SET {change}")


async def test_the_table_itself_refuses_a_key_twice(ledger: Ledger, pool: Pool) -> None:
    """Two orders have a lock each, so only the index stands between their refunds."""
    await ledger.reserve(make_intent(1, 300))
    await ledger.reserve(make_intent(2, 300))
    with pytest.raises(asyncpg.UniqueViolationError):
        await pool.execute("UPDATE refunds SET key = $1 WHERE seq = 1", make_intent(1).key)


async def test_refunds_are_listed_by_case_and_by_order(ledger: Ledger) -> None:
    first = await ledger.reserve(make_intent(1, 100))
    second = await ledger.reserve(make_intent(1, 200, refund_id="refund:m1:1:2", key="rf-m1-1-2", seq=2))
    other = await ledger.reserve(make_intent(2, 300))
    assert await ledger.for_case("return:m1:1") == [first, second]
    assert await ledger.for_order("m1", "SO-1") == [first, second, other]


async def test_a_connection_killed_while_reserving_reserves_nothing(ledger: Ledger, pool: Pool) -> None:
    """The caller is told that the store was lost; the next attempt reserves once."""
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM order_budgets FOR UPDATE")
        reserving = asyncio.create_task(ledger.reserve(make_intent()))
        while (pid := await pool.fetchval(WAITING_FOR_A_LOCK)) is None:
            pass
        await conn.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(StoreUnavailable):
            await reserving
    assert await amounts(ledger) == (0, 0)
    await ledger.reserve(make_intent())
    assert await amounts(ledger) == (600, 0)
