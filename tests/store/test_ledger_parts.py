"""The parts of a refund over several payments in the ledger: their streams, their payments, and repeats."""

from datetime import timedelta

import pytest

from domain.errors import NotFound, OverCap
from domain.goodwill import GoodwillBounds
from domain.orders import OrderPayment
from domain.refund_parts import Share
from domain.refunds import RefundIntent, RefundRow
from store.ledger import Ledger
from store.pool import Pool
from tests.store.streams import OPENED_AT
from tests.store.test_ledger import events_of, fact, make_intent

PAYMENTS = [
    OrderPayment(payment_id="PAY-2", amount_minor=400, currency="CNY"),
    OrderPayment(payment_id="PAY-1", amount_minor=600, currency="CNY"),
]
"""In order of capture, which is not that of their names."""


def part_of(whole: RefundIntent, share: Share) -> RefundIntent:
    taken = share.model_dump(include={"part", "payment_id", "amount_minor"})
    return whole.model_copy(update={**taken, "key": whole.key if share.part == 1 else f"{whole.key}p2"})


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger with an order of 1000 that was paid by 400 and 600."""
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000, PAYMENTS)
    return ledger


async def reserve(ledger: Ledger, amount_minor: int = 700) -> list[RefundRow]:
    """A refund over both, with the first event of its stream."""
    intent = make_intent(amount_minor=amount_minor)
    await ledger.reserve(intent, fact(intent, 1, "refund.requested"), part_of=part_of)
    return await ledger.parts(intent.refund_id)


async def taken(pool: Pool) -> list[tuple[str, int, int]]:
    rows = await pool.fetch(
        "SELECT payment_id, reserved_minor, settled_minor FROM order_payments ORDER BY position"
    )
    return [tuple(row) for row in rows]


async def test_parts_end_in_any_order_and_each_end_is_the_streams_next(ledger: Ledger, pool: Pool) -> None:
    """Each is told with the place that it would have alone."""
    first, second = await reserve(ledger)
    for row in (second, first):
        await ledger.mark_sent(row.key, OPENED_AT)
        end = fact(row, 2, f"refund.settled.{row.part}")
        await ledger.record(row.key, "settled", OPENED_AT, batch=end)
    assert await events_of(pool, make_intent()) == [
        (1, "refund.requested", True),
        (2, "refund.settled.2", True),
        (3, "refund.settled.1", True),
    ]
    assert await taken(pool) == [("PAY-2", 0, 400), ("PAY-1", 0, 300)]


async def test_an_end_that_is_told_again_is_no_other_event(ledger: Ledger, pool: Pool) -> None:
    first, _ = await reserve(ledger)
    await ledger.mark_sent(first.key, OPENED_AT)
    for hours in (0, 1):
        end = fact(first, 2, "refund.settled", OPENED_AT + timedelta(hours=hours))
        await ledger.record(first.key, "settled", OPENED_AT, batch=end)
    assert await events_of(pool, make_intent()) == [
        (1, "refund.requested", True),
        (2, "refund.settled", True),
    ]


async def test_a_request_without_its_event_gets_it_when_it_is_repeated(ledger: Ledger, pool: Pool) -> None:
    """As where a restored store has the row, and the stream's end is missing."""
    intent = make_intent()
    before = await ledger.reserve(intent, part_of=part_of)
    assert await events_of(pool, intent) == []
    assert await ledger.reserve(intent, fact(intent, 1, "refund.requested"), part_of=part_of) == before
    assert await events_of(pool, intent) == [(1, "refund.requested", True)]


async def test_each_part_knows_what_its_payment_brought(ledger: Ledger) -> None:
    first, second = await reserve(ledger)
    assert [await ledger.paid_by(row) for row in (first, second)] == [400, 600]
    with pytest.raises(NotFound):
        await ledger.paid_by(first.model_copy(update={"payment_id": "PAY-3"}))


async def test_a_refund_that_nobody_knows_has_no_parts(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.parts("refund:m1:9:1")


async def test_what_came_back_is_free_again_of_its_own_payment_once(ledger: Ledger, pool: Pool) -> None:
    first, second = await reserve(ledger)
    for row in (first, second):
        await ledger.mark_sent(row.key, OPENED_AT)
        await ledger.record(row.key, "settled", OPENED_AT)
    for _ in range(2):
        await ledger.record(second.key, "returned", OPENED_AT)
    assert await taken(pool) == [("PAY-2", 0, 400), ("PAY-1", 0, 0)]
    assert (await ledger.budget("m1", "SO-1")).left_minor == 600


async def test_a_gift_beyond_what_was_captured_is_paid_beside_the_first_payment(
    ledger: Ledger, pool: Pool
) -> None:
    bounds = GoodwillBounds(customer_id="c1", per_order_minor=1500, per_customer_minor=1500, within="90d")
    gift = make_intent(amount_minor=1500, purpose="compensation", customer_id="c1", from_captured=False)
    row = await ledger.reserve(gift, fact(gift, 1, "refund.requested"), bounds, part_of)
    assert (row.payment_id, row.amount_minor, row.part) == ("PAY-2", 1500, 1)
    assert await taken(pool) == [("PAY-2", 0, 0), ("PAY-1", 0, 0)]


async def test_the_shop_may_name_payments_in_another_order_later(ledger: Ledger) -> None:
    """What the next refund is taken from follows it; nothing is captured below what is taken."""
    await reserve(ledger, 700)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000, PAYMENTS[::-1])
    intent = make_intent(2, 300)
    assert (await ledger.reserve(intent, None, part_of=part_of)).payment_id == "PAY-1"
    with pytest.raises(OverCap):
        await ledger.reserve(make_intent(3, 1), None, part_of=part_of)
