"""Disputed payments: told in any order, and nothing is reserved or sent of one."""

from datetime import timedelta
from typing import Any

import pytest

from domain.disputes import Dispute
from domain.errors import PaymentDisputed
from domain.goodwill import GoodwillBounds
from domain.orders import OrderPayment
from domain.refunds import RefundIntent
from store.disputes import Disputes
from store.ledger import Ledger
from store.pool import Pool
from tests.store.streams import OPENED_AT

HOUR = timedelta(hours=1)


def dispute(state: str = "open", after: timedelta = timedelta(), **changes: Any) -> Dispute:
    given: dict[str, Any] = {
        "merchant": "m1",
        "provider": "stripe",
        "dispute_id": "dp_1",
        "payment_id": "SO-1",
        "amount_minor": 1000,
        "currency": "CNY",
        "state": state,
        "at": OPENED_AT + after,
    }
    return Dispute.model_validate({**given, **changes})


def intent(**changes: Any) -> RefundIntent:
    given: dict[str, Any] = {
        "refund_id": "refund:m1:1:1",
        "key": "rf-m1-1-1",
        "case_id": "return:m1:1",
        "seq": 1,
        "merchant": "m1",
        "order_id": "SO-1",
        "amount_minor": 400,
        "currency": "CNY",
        "provider": "stripe",
    }
    return RefundIntent.model_validate({**given, **changes})


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger with an order of 1000."""
    ledger = Ledger(pool)
    await ledger.open_budget("m1", "SO-1", "CNY", 1000)
    return ledger


@pytest.fixture
def disputes(pool: Pool) -> Disputes:
    """What is known of disputes."""
    return Disputes(pool)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([("open", 0)], "open"),
        ([("open", 0), ("won", 1)], "won"),
        ([("won", 1), ("open", 0)], "won"),
        ([("lost", 1), ("open", 2)], "lost"),
        ([("lost", 1), ("won", 2)], "won"),
        ([("won", 2), ("lost", 1)], "won"),
        ([("open", 0), ("lost", 1), ("lost", 1), ("open", 0)], "lost"),
    ],
)
async def test_in_whatever_order_it_is_told_its_last_end_counts(
    disputes: Disputes, told: list[tuple[str, int]], known: str
) -> None:
    for state, hours in told:
        await disputes.note(dispute(state, hours * HOUR))
    (found,) = await disputes.of_payment("m1", "SO-1")
    assert found.state == known


@pytest.mark.parametrize("state", ["open", "lost"])
async def test_nothing_is_reserved_of_a_disputed_payment(
    ledger: Ledger, disputes: Disputes, state: str
) -> None:
    await disputes.note(dispute(state))
    with pytest.raises(PaymentDisputed) as refused:
        await ledger.reserve(intent())
    assert refused.value.detail == {"dispute_id": "dp_1", "payment_id": "SO-1", "state": state}
    assert (await ledger.budget("m1", "SO-1")).reserved_minor == 0


async def test_another_merchants_dispute_is_not_ours(ledger: Ledger, disputes: Disputes) -> None:
    await disputes.note(dispute(merchant="m2"))
    assert (await ledger.reserve(intent())).state == "intent"


async def test_a_voucher_is_no_money_of_the_payment(ledger: Ledger, disputes: Disputes) -> None:
    await disputes.note(dispute())
    bounds = GoodwillBounds(customer_id="c1", per_order_minor=500, per_customer_minor=500, within="30d")
    voucher = intent(purpose="voucher", provider="voucher", from_captured=False, customer_id="c1")
    assert (await ledger.reserve(voucher, None, bounds)).state == "intent"
    assert (await ledger.mark_sent(voucher.key, OPENED_AT)).state == "sent"


async def test_what_is_reserved_is_not_sent_until_the_dispute_is_won(
    ledger: Ledger, disputes: Disputes
) -> None:
    row = await ledger.reserve(intent())
    assert await disputes.note(dispute()) == [row.refund_id]
    with pytest.raises(PaymentDisputed):
        await ledger.mark_sent(row.key, OPENED_AT)
    assert await ledger.get(row.key) == row
    await disputes.note(dispute("won", HOUR))
    assert (await ledger.mark_sent(row.key, OPENED_AT)).state == "sent"


async def test_a_repeat_of_what_was_sent_is_not_sent_either(ledger: Ledger, disputes: Disputes) -> None:
    row = await ledger.reserve(intent())
    await ledger.mark_sent(row.key, OPENED_AT)
    await disputes.note(dispute())
    with pytest.raises(PaymentDisputed):
        await ledger.mark_sent(row.key, OPENED_AT)
    assert (await ledger.get(row.key)).attempts == 1


async def test_an_answer_that_is_known_counts_whatever_is_disputed(
    ledger: Ledger, disputes: Disputes
) -> None:
    row = await ledger.reserve(intent())
    await ledger.mark_sent(row.key, OPENED_AT)
    await ledger.record(row.key, "settled", OPENED_AT, provider_ref="re_1")
    assert await disputes.note(dispute()) == []
    assert (await ledger.mark_sent(row.key, OPENED_AT)).state == "settled"


async def test_of_several_payments_only_the_disputed_one_is_closed(pool: Pool, disputes: Disputes) -> None:
    ledger = Ledger(pool)
    payments = [OrderPayment(payment_id=f"pi_{n}", amount_minor=500, currency="CNY") for n in (1, 2)]
    await ledger.open_budget("m1", "SO-2", "CNY", 1000, payments)
    await disputes.note(dispute(payment_id="pi_2"))

    def part_of(whole: RefundIntent, share: Any) -> RefundIntent:
        taken = share.model_dump(include={"part", "payment_id", "amount_minor"})
        return whole.model_copy(update={**taken, "key": f"{whole.key}-{share.part}"})

    with pytest.raises(PaymentDisputed):
        await ledger.reserve(intent(order_id="SO-2", amount_minor=600), part_of=part_of)
    first = await ledger.reserve(intent(order_id="SO-2", amount_minor=500), part_of=part_of)
    assert (await ledger.mark_sent(first.key, OPENED_AT)).state == "sent"
