"""A voucher in place of money that did not arrive: the same cap and disputes, and the word in the table."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.approvals import Asking
from domain.disputes import Dispute
from domain.errors import IdempotencyConflict, OverCap, PaymentDisputed
from domain.orders import OrderPayment
from domain.policy.approval_rules import ApprovalRules
from domain.policy.work_rules import RefundRules
from domain.records import Batch, Recorded
from domain.refund_parts import Share
from domain.refunds import PayRefund, RefundIntent, RefundOutcome, RefundRow, RefundState, ended, requested
from store.append import append_one
from store.books import check_books
from store.disputes import Disputes
from store.ledger import Ledger
from store.pool import Pool, transaction
from tests.store.streams import OPENED_AT

WORD = "call 4711"
LATER = OPENED_AT + timedelta(days=3)
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")


def order(seq: int, amount_minor: int = 600, way: str = "original", **changes: Any) -> PayRefund:
    """A refund of the case by that way."""
    given: dict[str, Any] = {
        "case_id": "return:m1:R-1",
        "merchant": "m1",
        "number": "R-1",
        "seq": seq,
        "order_id": "SO-1",
        "amount_minor": amount_minor,
        "currency": "CNY",
        "rules": RULES,
        "way": way,
        "customer_says": WORD if way == "voucher" else None,
    }
    return PayRefund.model_validate({**given, **changes})


def intent(refund: PayRefund) -> RefundIntent:
    return refund.intent("voucher" if refund.is_voucher else "sandbox")


def part_of(whole: RefundIntent, share: Share) -> RefundIntent:
    """A voucher, or money, for each payment."""
    taken = share.model_dump(include={"part", "payment_id", "amount_minor"})
    return whole.model_copy(update={**taken, "key": order(whole.seq).key_of(share.part)})


async def reserve(ledger: Ledger, refund: PayRefund) -> RefundRow:
    return await ledger.reserve(intent(refund), requested(refund, OPENED_AT), part_of=part_of)


async def ends(ledger: Ledger, refund: PayRefund, *states: RefundState) -> None:
    """All its parts are sent, and come to these states one after the other."""
    for seq, state in enumerate(states, start=2):
        for row in await ledger.parts(refund.refund_id):
            await ledger.mark_sent(row.key, OPENED_AT)
            outcome = RefundOutcome.model_validate({"state": state, "at": LATER})
            await ledger.record(row.key, state, LATER, batch=ended(refund, seq, outcome, row=row))


async def record(pool: Pool, *refunds: PayRefund) -> None:
    """The case's own stream, by which it asked for these."""
    facts = [
        Recorded(
            seq=seq,
            type="return.refund_started",
            at=OPENED_AT,
            actor="system",
            data={
                "refund_seq": each.seq,
                **each.model_dump(
                    mode="json",
                    include={"amount_minor", "currency", "way", "customer_says"},
                    exclude_defaults=True,
                ),
            },
        )
        for seq, each in enumerate(refunds, start=1)
    ]
    async with transaction(pool) as conn:
        await append_one(conn, Batch(case_id="return:m1:R-1", first_seq=1, events=facts))


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger in which 600 of the 1000 of an order had been paid back and came back."""
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000)
    await reserve(ledger, order(1))
    await ends(ledger, order(1), "settled", "returned")
    return ledger


async def amounts(ledger: Ledger) -> tuple[int, int, int]:
    budget = await ledger.budget("m1", "SO-1")
    return budget.reserved_minor, budget.settled_minor, budget.left_minor


# The cap over both ways


async def test_the_voucher_takes_the_share_that_came_back(ledger: Ledger, pool: Pool) -> None:
    assert await amounts(ledger) == (0, 0, 1000)
    voucher = order(2, way="voucher")
    row = await reserve(ledger, voucher)
    assert (row.provider, row.purpose, row.from_captured, row.customer_says) == (
        "voucher",
        "refund",
        True,
        WORD,
    )
    assert await amounts(ledger) == (600, 0, 400)
    await ends(ledger, voucher, "settled")
    assert await amounts(ledger) == (0, 600, 400)
    await record(pool, order(1), voucher)
    books = await check_books(pool)
    assert books.differences == []
    [sums] = books.currencies
    assert (sums.settled_minor, sums.settled_as_vouchers_minor) == (600, 600)
    assert (sums.returned_minor, sums.vouchers_minor, sums.compensation_minor) == (600, 0, 0)


@pytest.mark.parametrize(("first", "then"), [("voucher", "original"), ("original", "voucher")])
async def test_what_one_way_has_taken_the_other_cannot_take(ledger: Ledger, first: str, then: str) -> None:
    await reserve(ledger, order(2, 1000, first))
    with pytest.raises(OverCap):
        await reserve(ledger, order(3, 1, then))
    await ends(ledger, order(2, 1000, first), "settled")
    with pytest.raises(OverCap):
        await reserve(ledger, order(3, 1, then))
    assert await amounts(ledger) == (0, 1000, 0)


async def test_of_both_ways_at_once_one_is_reserved(ledger: Ledger) -> None:
    tried = await asyncio.gather(
        *(
            reserve(ledger, order(2, 600, way, number=f"R-{number}", case_id=f"return:m1:R-{number}"))
            for number in range(2, 10)
            for way in ("voucher" if number % 2 else "original",)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RefundRow) for each in tried) == 1
    assert sum(isinstance(each, OverCap) for each in tried) == 7
    assert await amounts(ledger) == (600, 0, 400)


async def test_a_voucher_that_the_shop_refused_frees_the_share_again(ledger: Ledger) -> None:
    await reserve(ledger, order(2, way="voucher"))
    await ends(ledger, order(2, way="voucher"), "failed")
    assert await amounts(ledger) == (0, 0, 1000)
    assert (await reserve(ledger, order(3))).state == "intent"


async def test_an_order_of_several_payments_has_a_voucher_for_each_share(pool: Pool) -> None:
    """What came back of a payment is free of that payment, and its voucher takes it there."""
    ledger = Ledger(pool)
    payments = [
        OrderPayment(payment_id=name, amount_minor=amount, currency="CNY")
        for name, amount in (("P-1", 500), ("P-2", 500))
    ]
    await ledger.open_budget("m1", "SO-1", "CNY", 1000, payments)
    voucher = order(1, 700, "voucher")
    await reserve(ledger, voucher)
    parts = await ledger.parts(voucher.refund_id)
    assert [(row.payment_id, row.amount_minor, row.provider, row.customer_says) for row in parts] == [
        ("P-1", 500, "voucher", WORD),
        ("P-2", 200, "voucher", WORD),
    ]
    await ends(ledger, voucher, "settled")
    with pytest.raises(OverCap):
        await reserve(ledger, order(2, 301))
    await reserve(ledger, order(2, 300))
    assert [row.payment_id for row in await ledger.parts(order(2).refund_id)] == ["P-2"]
    await record(pool, voucher, order(2, 300))
    assert (await check_books(pool)).differences == []


# Once per key


async def test_the_same_again_is_the_same_and_another_way_or_word_is_another(ledger: Ledger) -> None:
    voucher = order(2, way="voucher")
    first = await reserve(ledger, voucher)
    assert await reserve(ledger, voucher) == first
    assert await amounts(ledger) == (600, 0, 400)
    for other in (order(2), order(2, way="voucher", customer_says="ticket 8")):
        with pytest.raises(IdempotencyConflict):
            await reserve(ledger, other)
    assert await amounts(ledger) == (600, 0, 400)


# Whatever the code does


@pytest.mark.parametrize("word", [None, "", "  "])
async def test_the_table_itself_refuses_a_voucher_in_place_of_money_without_the_word(
    ledger: Ledger, word: str | None
) -> None:
    wordless = intent(order(2, way="voucher")).model_copy(update={"customer_says": word})
    with pytest.raises(asyncpg.CheckViolationError, match="refunds_other_way"):
        await ledger.reserve(wordless)
    assert await amounts(ledger) == (0, 0, 1000)


async def test_the_table_itself_refuses_a_word_on_money_that_goes_back_as_it_came(ledger: Ledger) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="refunds_other_way"):
        await ledger.reserve(intent(order(2)).model_copy(update={"customer_says": WORD}))


async def test_a_voucher_that_the_case_takes_for_money_is_found(ledger: Ledger, pool: Pool) -> None:
    """A case that was reset, and then asked for the money itself under the same number, has not had it."""
    await reserve(ledger, order(2, way="voucher"))
    await record(pool, order(1), order(2))
    [difference] = (await check_books(pool)).differences
    assert (difference.kind, difference.subject) == ("not_asked", order(2).key)


async def test_a_word_that_was_changed_is_found(ledger: Ledger, pool: Pool) -> None:
    voucher = order(2, way="voucher")
    await reserve(ledger, voucher)
    await record(pool, order(1), voucher)
    await pool.execute("UPDATE refunds SET customer_says = 'call 1' WHERE key = $1", voucher.key)
    differences = (await check_books(pool)).differences
    assert [(each.kind, each.subject) for each in differences] == [
        ("intent_differs", voucher.key),
        ("not_asked", voucher.key),
    ]
    assert f"word: call 1), and 600 CNY (the customer's word: {WORD})" in differences[0].message


# Disputes


def dispute(state: str, payment_id: str = "SO-1", at: int = 0) -> Dispute:
    return Dispute.model_validate(
        {
            "merchant": "m1",
            "provider": "stripe",
            "dispute_id": "dp_1",
            "payment_id": payment_id,
            "amount_minor": 1000,
            "currency": "CNY",
            "state": state,
            "at": OPENED_AT + timedelta(hours=at),
        }
    )


@pytest.mark.parametrize("state", ["open", "lost"])
async def test_a_voucher_in_place_of_disputed_money_is_not_reserved_either(
    ledger: Ledger, pool: Pool, state: str
) -> None:
    """The bank gives the customer the money; a voucher beside it would be the second time."""
    await Disputes(pool).note(dispute(state))
    with pytest.raises(PaymentDisputed):
        await reserve(ledger, order(2, way="voucher"))
    await Disputes(pool).note(dispute("won", at=1))
    assert (await reserve(ledger, order(2, way="voucher"))).state == "intent"


async def test_one_that_was_reserved_before_waits_for_the_disputes_end(ledger: Ledger, pool: Pool) -> None:
    row = await reserve(ledger, order(2, way="voucher"))
    assert await Disputes(pool).note(dispute("open")) == [row.refund_id]
    with pytest.raises(PaymentDisputed):
        await ledger.mark_sent(row.key, LATER)
    await Disputes(pool).note(dispute("won", at=1))
    assert (await ledger.mark_sent(row.key, LATER)).state == "sent"


# A second person


async def test_a_large_voucher_waits_for_a_second_person_who_sees_where_it_goes(
    ledger: Ledger, pool: Pool
) -> None:
    limits = ApprovalRules(
        per_refund_minor={"CNY": 500},
        per_order_minor={"CNY": 10_000},
        per_day_minor={"CNY": 10_000},
        timezone="Asia/Shanghai",
    )
    rules = RULES.model_copy(update={"approval": limits})
    voucher = order(2, way="voucher", rules=rules, requested_by="sl-01")
    asking = Asking(order=voucher, at=OPENED_AT)
    row = await ledger.reserve(intent(voucher), requested(voucher, OPENED_AT), asking=asking)
    assert row.approval == "asked"
    assert (await ledger.mark_sent(row.key, LATER)).state == "intent"
    asked = await ledger.approval(voucher.refund_id)
    assert (asked.destination, asked.customer_says, asked.requested_by) == (
        "voucher:m1:SO-1",
        WORD,
        "sl-01",
    )
