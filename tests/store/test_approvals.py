"""Approval in the ledger: asked with the reservation, nothing sent before the word, a no frees the money."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.approvals import Asking
from domain.errors import AlreadyDecided, ApprovalNotAsked, ApprovalStale, RefundNotFound
from domain.orders import OrderPayment
from domain.policy.approval_rules import ApprovalRules
from domain.policy.work_rules import RefundRules
from domain.refund_parts import Share
from domain.refunds import DecideRefund, PayRefund, RefundIntent, RefundRow, requested
from store.approvals import Approvals
from store.books import check_books
from store.ledger import Ledger
from store.pool import Pool
from tests.store.streams import OPENED_AT
from tests.store.test_ledger import WAITING_FOR_A_LOCK

RULES = ApprovalRules(
    per_refund_minor={"CNY": 500},
    per_order_minor={"CNY": 800},
    per_day_minor={"CNY": 700},
    timezone="Asia/Shanghai",
)


def order(number: int = 1, amount_minor: int = 400, **changes: Any) -> PayRefund:
    given: dict[str, Any] = {
        "case_id": f"return:m1:{number}",
        "merchant": "m1",
        "number": str(number),
        "seq": 1,
        "order_id": f"SO-{number}",
        "amount_minor": amount_minor,
        "currency": "CNY",
        "rules": RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h", approval=RULES),
        "requested_by": "fl-01",
    }
    return PayRefund.model_validate({**given, **changes})


@pytest.fixture
async def ledger(pool: Pool) -> Ledger:
    """A ledger with four orders of 1000."""
    ledger = Ledger(pool)
    for number in range(1, 5):
        await ledger.open_budget("m1", f"SO-{number}", "CNY", 1000)
    return ledger


@pytest.fixture
def approvals(pool: Pool) -> Approvals:
    """The word on them."""
    return Approvals(pool)


async def reserve(ledger: Ledger, refund: PayRefund) -> RefundRow:
    asking = Asking(order=refund, at=OPENED_AT)
    return await ledger.reserve(refund.intent("sandbox"), requested(refund, OPENED_AT), asking=asking)


async def facts(pool: Pool, refund: PayRefund) -> list[str]:
    rows = await pool.fetch("SELECT type FROM events WHERE case_id = $1 ORDER BY seq", refund.refund_id)
    return [row["type"] for row in rows]


async def word(ledger: Ledger, refund: PayRefund, by: str = "sv-01", **more: Any) -> DecideRefund:
    hash = (await ledger.approval(refund.refund_id)).hash
    return DecideRefund.model_validate({"by": by, "approve": True, "hash": hash, **more})


async def test_what_is_asked_is_reserved_and_not_sent(ledger: Ledger, pool: Pool) -> None:
    refund = order(amount_minor=501)
    row = await reserve(ledger, refund)
    assert (row.state, row.approval, row.requested_by, str(row.requested_on)) == (
        "intent",
        "asked",
        "fl-01",
        "2026-11-20",
    )
    assert (await ledger.budget("m1", "SO-1")).reserved_minor == 501
    assert await facts(pool, refund) == ["refund.requested", "refund.approval_asked"]
    assert (await ledger.mark_sent(refund.key, OPENED_AT)).attempts == 0
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("UPDATE refunds SET state = 'sent'")
    assert await reserve(ledger, refund) == row
    assert await facts(pool, refund) == ["refund.requested", "refund.approval_asked"]


async def test_a_yes_lets_it_be_sent(ledger: Ledger, approvals: Approvals, pool: Pool) -> None:
    refund = order(amount_minor=501)
    await reserve(ledger, refund)
    said = await word(ledger, refund)
    done = await approvals.decide(refund, said, "k", OPENED_AT)
    assert (done.state, done.decided_by, done.decision_key) == ("approved", "sv-01", "k")
    assert await approvals.decide(refund, said, "k", OPENED_AT) == done
    assert (await ledger.mark_sent(refund.key, OPENED_AT)).state == "sent"
    assert await facts(pool, refund) == ["refund.requested", "refund.approval_asked", "refund.approved"]
    with pytest.raises(AlreadyDecided):
        await approvals.decide(refund, said, "other", OPENED_AT)


async def test_a_no_frees_the_money(ledger: Ledger, approvals: Approvals, pool: Pool) -> None:
    refund = order(amount_minor=501)
    await reserve(ledger, refund)
    said = await word(ledger, refund, approve=False, reason="Too much.")
    done = await approvals.decide(refund, said, "k", OPENED_AT)
    assert (done.state, done.words) == ("declined", "Too much.")
    row = await ledger.get(refund.key)
    assert (row.state, row.reason) == ("failed", "declined")
    assert (await ledger.budget("m1", "SO-1")).reserved_minor == 0
    assert (await ledger.mark_sent(refund.key, OPENED_AT)).attempts == 0
    assert (await facts(pool, refund))[2:] == ["refund.declined", "refund.failed"]


def part_of(whole: RefundIntent, share: Share) -> RefundIntent:
    """What is taken from one payment, by the gateway that the whole is paid by."""
    key = order(2).key_of(share.part)
    return whole.model_copy(update={**share.model_dump(exclude={"rail"}), "key": key})


@pytest.mark.parametrize("approve", [True, False])
async def test_of_several_payments_one_word_is_asked_and_all_parts_wait_for_it(
    ledger: Ledger, approvals: Approvals, pool: Pool, approve: bool
) -> None:
    paid = [OrderPayment(payment_id=f"P-{n}", amount_minor=500, currency="CNY") for n in (1, 2)]
    await ledger.open_budget("m1", "SO-2", "CNY", 1000, paid)
    refund = order(2, amount_minor=700)
    asking = Asking(order=refund, at=OPENED_AT)
    batch = requested(refund, OPENED_AT)
    await ledger.reserve(refund.intent("sandbox"), batch, part_of=part_of, asking=asking)
    parts = await ledger.parts(refund.refund_id)
    assert [(part.amount_minor, part.approval) for part in parts] == [(500, "asked"), (200, "asked")]
    [waiting] = await approvals.waiting("m1")
    assert (waiting.amount_minor, waiting.key) == (700, refund.key)
    for part in parts:
        assert (await ledger.mark_sent(part.key, OPENED_AT)).attempts == 0

    said = await word(ledger, refund, approve=approve, reason="Seen.")
    assert (await approvals.decide(refund, said, "k", OPENED_AT)).amount_minor == 700
    states = [(await ledger.mark_sent(part.key, OPENED_AT)).state for part in parts]
    assert states == (["sent", "sent"] if approve else ["failed", "failed"])
    left = await pool.fetch("SELECT reserved_minor FROM order_payments ORDER BY payment_id")
    assert [row["reserved_minor"] for row in left] == ([500, 200] if approve else [0, 0])
    assert (await ledger.budget("m1", "SO-2")).reserved_minor == (700 if approve else 0)
    found = {difference.kind for difference in (await check_books(pool)).differences}
    assert found == {"not_asked"}, "no case stands behind it here"


async def test_a_word_that_is_refused_changes_nothing(ledger: Ledger, approvals: Approvals) -> None:
    asked, small = order(amount_minor=501), order(2, 100)
    before = await reserve(ledger, asked)
    await reserve(ledger, small)
    said = await word(ledger, asked)
    with pytest.raises(ApprovalStale):
        await approvals.decide(asked, said.model_copy(update={"hash": "0" * 16}), "k", OPENED_AT)
    with pytest.raises(ApprovalNotAsked):
        await approvals.decide(small, said, "k", OPENED_AT)
    with pytest.raises(RefundNotFound):
        await approvals.decide(order(3), said, "k", OPENED_AT)
    assert await ledger.get(asked.key) == before


async def test_an_orders_refunds_add_up_whoever_asks(ledger: Ledger) -> None:
    first = await reserve(ledger, order(1, 400, requested_by=None))
    second = order(1, 400, seq=2, requested_by=None)
    third = order(1, 1, seq=3, requested_by=None)
    assert (first.approval, (await reserve(ledger, second)).approval) == (None, None)
    assert (await reserve(ledger, third)).approval == "asked"
    assert (await ledger.approval(third.refund_id)).why == ("order",)


async def test_what_failed_or_somebody_has_looked_at_counts_no_more(
    ledger: Ledger, approvals: Approvals
) -> None:
    """400 that failed and 600 that were approved leave the day as it was."""
    failed = order(1, 400)
    await reserve(ledger, failed)
    await ledger.record(failed.key, "failed", OPENED_AT)
    large = order(2, 600)
    await reserve(ledger, large)
    await approvals.decide(large, await word(ledger, large), "k", OPENED_AT)
    assert (await reserve(ledger, order(3, 400))).approval is None
    assert (await reserve(ledger, order(4, 301))).approval == "asked"


async def test_of_two_at_once_that_go_beyond_a_day_one_is_seen(ledger: Ledger, pool: Pool) -> None:
    """Of different orders, so that no budget makes them take turns: the day itself does."""
    rows = await asyncio.gather(*(reserve(ledger, order(number, 400)) for number in range(1, 5)))
    assert sorted(row.approval or "" for row in rows) == ["", "asked", "asked", "asked"]


async def test_a_requesters_refunds_of_a_day_take_turns(ledger: Ledger, pool: Pool) -> None:
    """Or both of two that are reserved at the same moment would find the day empty."""
    day = "SELECT pg_advisory_xact_lock(hashtextextended('requester-day:m1:fl-01:2026-11-20', 0))"
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(day)
        reserving = asyncio.create_task(reserve(ledger, order(1, 400)))
        while not reserving.done() and await pool.fetchval(WAITING_FOR_A_LOCK) is None:
            pass
        assert not reserving.done()
    assert (await reserving).approval is None


async def test_another_day_another_agent_another_merchant_is_another_sum(ledger: Ledger) -> None:
    await ledger.open_budget("m2", "SO-9", "CNY", 1000)
    assert (await reserve(ledger, order(1, 400))).approval is None
    assert (await reserve(ledger, order(2, 400, requested_by="fl-02"))).approval is None
    other = order(9, 400, merchant="m2", case_id="return:m2:9")
    assert (await reserve(ledger, other)).approval is None
    later = order(3, 400)
    asking = Asking(order=later, at=OPENED_AT.replace(day=OPENED_AT.day + 1))
    assert (await ledger.reserve(later.intent("sandbox"), None, asking=asking)).approval is None
    assert (await reserve(ledger, order(4, 400))).approval == "asked"


async def test_the_queue_uses_its_index(ledger: Ledger, pool: Pool) -> None:
    await reserve(ledger, order(amount_minor=501))
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        plan = await conn.fetch(
            "EXPLAIN SELECT key FROM refunds WHERE approval = 'asked' AND merchant = 'm1'"
        )
    assert any("refunds_to_approve" in row[0] for row in plan)
