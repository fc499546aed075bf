"""The books of money balance, and each way in which they can differ is found and says what to do."""

from datetime import timedelta
from typing import Any

import pytest

from domain.carrier_claims.requests import Income
from domain.goodwill import GoodwillBounds
from domain.policy.work_rules import RefundRules
from domain.records import Batch, Recorded
from domain.refunds import PayRefund, RefundOutcome, RefundState, ended, requested
from domain.returns.advances import WantedAdvance
from store.advances import Advances
from store.append import append_one
from store.books import Books, CurrencyBooks, check_books
from store.carrier_income import CarrierIncome
from store.ledger import Ledger
from store.pool import Pool, transaction
from tests.store.streams import OPENED_AT

RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
LATER = OPENED_AT + timedelta(hours=1)
CLAIM = "claim:m1:C-1"


async def record(pool: Pool, case_id: str, *events: tuple[str, dict[str, Any]]) -> None:
    """A stream with these events."""
    facts = [
        Recorded(seq=seq, type=name, at=OPENED_AT, actor="system", data=data)
        for seq, (name, data) in enumerate(events, start=1)
    ]
    async with transaction(pool) as conn:
        await append_one(conn, Batch(case_id=case_id, first_seq=1, events=facts))


async def refund(pool: Pool, number: str, order_id: str, currency: str, end: RefundState | None) -> None:
    """A refund of 600 by a case of its own, with all events that belong to it."""
    order = PayRefund(
        case_id=f"return:m1:{number}",
        merchant="m1",
        number=number,
        seq=1,
        order_id=order_id,
        amount_minor=600,
        currency=currency,
        rules=RULES,
    )
    started = {"refund_seq": 1, "amount_minor": 600, "currency": currency}
    told = [("return.refund_reported", {"refund_seq": 1, "state": end})] if end else []
    answered = [("return.clawback_answered", {"recovered_minor": 100})] if number == "R-1" else []
    await record(pool, order.case_id, ("return.refund_started", started), *told, *answered)
    ledger = Ledger(pool)
    await ledger.open_budget("m1", order_id, currency, 1000)
    await ledger.reserve(order.intent("sandbox"), requested(order, OPENED_AT))
    await ledger.mark_sent(order.key, OPENED_AT)
    if end:
        outcome = RefundOutcome.model_validate({"state": end, "at": LATER})
        await ledger.record(order.key, end, LATER, batch=ended(order, 2, outcome))


@pytest.fixture
async def books(pool: Pool) -> Pool:
    """An advance that came back in part, a refund on its way, one that failed, and a carrier's money."""
    await refund(pool, "R-1", "SO-1", "CNY", "settled")
    await refund(pool, "R-2", "SO-2", "CNY", None)
    await refund(pool, "R-3", "SO-3", "KWD", "failed")
    advances = Advances(pool)
    await advances.grant(
        WantedAdvance(
            case_id="return:m1:R-1",
            merchant="m1",
            order_id="SO-1",
            customer_id="c1",
            amount_minor=600,
            currency="CNY",
            exposure_minor=1000,
            at=OPENED_AT,
        )
    )
    await advances.end("return:m1:R-1", "paid_back", 100, LATER)
    await record(pool, CLAIM, ("claim.paid", {"amount_minor": 300, "paid_at": OPENED_AT.isoformat()}))
    await CarrierIncome(pool).book(
        Income(
            key="cc-1",
            case_id=CLAIM,
            merchant="m1",
            carrier="swift",
            order_id="SO-1",
            amount_minor=300,
            currency="CNY",
            received_at=OPENED_AT,
        ),
        LATER,
    )
    return pool


async def voucher(pool: Pool) -> None:
    """A voucher of 600 that the customer of order SO-2 has."""
    bounds = GoodwillBounds(customer_id="c1", per_order_minor=600, per_customer_minor=600, within="90d")
    order = PayRefund(
        case_id="complaint:m1:V-1",
        merchant="m1",
        number="V-1",
        seq=1,
        order_id="SO-2",
        amount_minor=600,
        currency="CNY",
        rules=RULES,
        purpose="voucher",
        goodwill=bounds,
    )
    started = {"refund_seq": 1, "amount_minor": 600, "currency": "CNY", "purpose": "voucher"}
    await record(pool, order.case_id, ("complaint.refund_started", started))
    ledger = Ledger(pool)
    intent = order.intent("voucher", from_captured=False)
    await ledger.reserve(intent, requested(order, OPENED_AT), bounds)
    await ledger.mark_sent(order.key, OPENED_AT)
    outcome = RefundOutcome(state="settled", at=LATER)
    await ledger.record(order.key, "settled", LATER, batch=ended(order, 2, outcome))


async def found(pool: Pool, **only: str) -> list[tuple[str, str]]:
    books = await check_books(pool, **only)
    return [(difference.kind, difference.subject) for difference in books.differences]


async def test_books_that_balance_show_the_sums(books: Pool) -> None:
    """Per currency, in minor units."""
    assert await check_books(books) == Books(
        currencies=[
            CurrencyBooks(
                currency="CNY",
                orders=2,
                captured_minor=2000,
                reserved_minor=600,
                settled_minor=600,
                recovered_minor=100,
                carrier_income_minor=300,
            ),
            CurrencyBooks(currency="KWD", orders=1, captured_minor=1000),
        ],
        differences=[],
    )


async def test_what_is_given_beyond_the_price_is_summed_by_its_purpose(books: Pool) -> None:
    """It is not settled of what was captured."""
    await voucher(books)
    told = await check_books(books, order_id="SO-2")
    assert told.differences == []
    [of_order] = told.currencies
    assert (of_order.settled_minor, of_order.vouchers_minor, of_order.compensation_minor) == (0, 600, 0)


GIVEN = {
    "a budget that was changed": ("UPDATE goodwill_budgets SET settled_minor = 599", "goodwill_differs"),
    "a budget that is gone": ("DELETE FROM goodwill_budgets", "goodwill_differs"),
    "more given than any policy gave": (
        "ALTER TABLE goodwill_budgets DROP CONSTRAINT goodwill_budgets_cap;"
        "UPDATE goodwill_budgets SET budget_minor = 599",
        "above_the_budget",
    ),
}


@pytest.mark.parametrize("planted", GIVEN)
async def test_each_planted_difference_in_what_was_given_is_found(books: Pool, planted: str) -> None:
    await voucher(books)
    damage, kind = GIVEN[planted]
    await books.execute(damage)
    assert await found(books) == [(kind, "m1:SO-2")]


async def test_a_merchants_and_an_orders_books_are_shown_alone(books: Pool) -> None:
    assert (await check_books(books, merchant="m2")).currencies == []
    [of_order] = (await check_books(books, merchant="m1", order_id="SO-2")).currencies
    assert of_order == CurrencyBooks(currency="CNY", orders=1, captured_minor=1000, reserved_minor=600)


FIRST, SECOND, THIRD = "rf-m1-R-1-1", "rf-m1-R-2-1", "rf-m1-R-3-1"
ONE, TWO, THREE = (f"key = '{key}'" for key in (FIRST, SECOND, THIRD))
OF_FIRST = "case_id = 'refund:m1:R-1:1'"
RETURNED = (
    f"UPDATE refunds SET state = 'returned' WHERE {ONE};"
    "UPDATE order_budgets SET settled_minor = 0 WHERE order_id = 'SO-1';"
    "UPDATE advances SET recovered_minor = 0; UPDATE order_budgets SET recovered_minor = 0"
)
UNCHECKED = "ALTER TABLE order_budgets DROP CONSTRAINT order_budgets_cap;"
SETTLED_BY_HAND = (
    f"UPDATE refunds SET state = 'settled' WHERE {TWO};"
    "UPDATE order_budgets SET reserved_minor = 0, settled_minor = 600 WHERE order_id = 'SO-2'"
)
PLANTED = {
    "a budget that was changed": (
        "UPDATE order_budgets SET reserved_minor = 599 WHERE order_id = 'SO-2'",
        [("budget_differs", "m1:SO-2")],
    ),
    "a recovery that the budget does not have": (
        "UPDATE order_budgets SET recovered_minor = 0 WHERE order_id = 'SO-1'",
        [("budget_differs", "m1:SO-1")],
    ),
    "less captured than paid": (
        f"{UNCHECKED} UPDATE order_budgets SET captured_minor = 599 WHERE order_id = 'SO-2'",
        [("above_the_cap", "m1:SO-2")],
    ),
    "another currency": (
        "UPDATE order_budgets SET currency = 'GBP' WHERE order_id = 'SO-1'",
        [("other_currency", "return:m1:R-1"), ("other_currency", FIRST)],
    ),
    "a state that no event tells of": (SETTLED_BY_HAND, [("event_missing", SECOND)]),
    "money that came back without an event": (RETURNED, [("event_missing", FIRST)]),
    "an event that is gone": (
        f"DELETE FROM events WHERE {OF_FIRST} AND seq = 2",
        [("event_missing", FIRST)],
    ),
    "a row that went back": (
        f"UPDATE refunds SET state = 'intent' WHERE {THREE};"
        "UPDATE order_budgets SET reserved_minor = 600 WHERE order_id = 'SO-3'",
        [("event_contradicts", THIRD)],
    ),
    "another amount than asked for": (
        f"UPDATE refunds SET amount_minor = 601 WHERE {THREE}",
        [("intent_differs", THIRD), ("not_asked", THIRD)],
    ),
    "a key that was changed": (
        f"UPDATE refunds SET key = 'rf-other-1' WHERE {THREE}",
        [("intent_differs", "rf-other-1")],
    ),
    "a refund without an intent": (
        f"DELETE FROM refunds WHERE {THREE}",
        [("intent_missing", "refund:m1:R-3:1")],
    ),
    "paid without having been sent": (
        f"UPDATE refunds SET first_sent_at = NULL WHERE {ONE}",
        [("never_sent", FIRST)],
    ),
    "a refund whose case is gone": (
        "DELETE FROM events WHERE case_id = 'return:m1:R-2'",
        [("not_asked", SECOND)],
    ),
    "a case that takes it for settled": (
        "UPDATE events SET data = data || '{\"state\": \"settled\"}' WHERE type = 'return.refund_reported'",
        [("case_misled", THIRD)],
    ),
    "an advance that was never paid": (
        "UPDATE refunds SET case_id = 'return:m1:R-1', seq = 9 WHERE key = 'rf-m1-R-3-1';"
        "UPDATE advances SET case_id = 'return:m1:R-3', recovered_minor = 0;"
        "UPDATE order_budgets SET recovered_minor = 0",
        [("not_asked", THIRD), ("advance_unpaid", "return:m1:R-3")],
    ),
    "a recovery that nobody told of": (
        "DELETE FROM events WHERE type = 'return.clawback_answered'",
        [("recovery_unsaid", "return:m1:R-1")],
    ),
    "a carrier's money of another amount": (
        "UPDATE carrier_income SET amount_minor = 301",
        [("income_unsaid", "cc-1")],
    ),
    "a carrier's money that is not booked": (
        "DELETE FROM carrier_income",
        [("income_unbooked", CLAIM)],
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
async def test_each_planted_difference_is_found(books: Pool, planted: str) -> None:
    """It is found alone, also when only its merchant is asked about, and not when another one is."""
    damage, expected = PLANTED[planted]
    await books.execute(damage)
    assert await found(books) == expected
    assert await found(books, merchant="m1") == expected
    assert await found(books, merchant="m2") == []


async def test_a_difference_says_what_is_wrong_and_what_to_do(books: Pool) -> None:
    await books.execute("UPDATE order_budgets SET settled_minor = 599 WHERE order_id = 'SO-1'")
    [difference] = (await check_books(books)).differences
    assert difference.message == (
        "m1:SO-1 has 0 reserved, 599 settled and 100 paid back, but its refunds and advances add up to "
        "0, 600 and 100"
    )
    assert difference.do == (
        "compare each refund of the order with the gateway's, then set the budget to the sums"
    )


async def test_an_orders_differences_are_found_alone(books: Pool) -> None:
    await books.execute("DELETE FROM events; UPDATE order_budgets SET reserved_minor = 1")
    assert {subject for _, subject in await found(books, order_id="SO-2")} == {"m1:SO-2", SECOND}
