"""Advances: never more open per customer than the ceiling, and what is paid back may be paid again, once."""

import asyncio
from typing import Any

import pytest

from domain.errors import NotFound
from domain.refunds import RefundIntent
from domain.returns.advances import WantedAdvance
from store.advances import Advances
from store.ledger import Ledger
from store.pool import Pool
from store.verify import verify
from tests.store.streams import OPENED_AT


def wanted(number: int = 1, **changes: Any) -> WantedAdvance:
    """600 of an exposure of 1000 at most."""
    given: dict[str, Any] = {
        "case_id": f"return:m1:{number}",
        "merchant": "m1",
        "order_id": "SO-1",
        "customer_id": "c1",
        "amount_minor": 600,
        "currency": "CNY",
        "exposure_minor": 1000,
        "at": OPENED_AT,
    }
    return WantedAdvance.model_validate(given | changes)


@pytest.fixture
async def advances(pool: Pool) -> Advances:
    """The books, with 1000 captured for order SO-1."""
    await Ledger(pool).open_budget("m1", "SO-1", "CNY", 1000)
    return Advances(pool)


async def pay(pool: Pool, number: int = 1, seq: int = 1) -> None:
    """Pay 600 of the order."""
    key = f"rf-m1-{number}-{seq}"
    intent = RefundIntent(
        refund_id=f"refund:m1:{number}:{seq}",
        key=key,
        case_id=f"return:m1:{number}",
        seq=seq,
        merchant="m1",
        order_id="SO-1",
        amount_minor=600,
        currency="CNY",
        provider="sandbox",
    )
    ledger = Ledger(pool)
    await ledger.reserve(intent)
    await ledger.mark_sent(key, OPENED_AT)
    await ledger.record(key, "settled", OPENED_AT)


async def test_of_many_at_the_same_moment_only_as_many_are_granted_as_fit(advances: Advances) -> None:
    granted = await asyncio.gather(*(advances.grant(wanted(number)) for number in range(1, 9)))
    assert sorted(granted) == [False] * 7 + [True]


async def test_the_same_case_is_granted_again_and_counts_once(advances: Advances) -> None:
    assert await advances.grant(wanted())
    assert await advances.grant(wanted())
    assert await advances.grant(wanted(2, amount_minor=400))


@pytest.mark.parametrize(
    "other", [{"customer_id": "c2"}, {"currency": "GBP"}, {"exposure_minor": 1200}], ids=str
)
async def test_other_customers_and_currencies_have_ceilings_of_their_own(
    advances: Advances, other: dict[str, Any]
) -> None:
    assert await advances.grant(wanted())
    assert not await advances.grant(wanted(2))
    assert await advances.grant(wanted(3, **other))


async def test_an_advance_that_has_ended_is_exposed_no_longer(advances: Advances) -> None:
    await advances.grant(wanted())
    await advances.end("return:m1:1", "earned", 0, OPENED_AT)
    assert await advances.grant(wanted(2))


async def test_what_could_not_be_paid_may_be_granted_again(advances: Advances) -> None:
    await advances.grant(wanted())
    await advances.end("return:m1:1", "unpaid", 0, OPENED_AT)
    assert await advances.grant(wanted())
    assert (await advances.get("return:m1:1")).outcome is None


async def test_what_is_paid_back_may_be_paid_again_and_counts_once(advances: Advances, pool: Pool) -> None:
    await advances.grant(wanted())
    await pay(pool)
    ledger = Ledger(pool)
    assert (await ledger.budget("m1", "SO-1")).left_minor == 400
    for _ in range(2):
        row = await advances.end("return:m1:1", "paid_back", 600, OPENED_AT)
        assert (row.outcome, row.recovered_minor) == ("paid_back", 600)
    budget = await ledger.budget("m1", "SO-1")
    assert (budget.settled_minor, budget.recovered_minor, budget.left_minor) == (600, 600, 1000)
    await pay(pool, seq=2)
    assert (await ledger.budget("m1", "SO-1")).left_minor == 400


async def test_writing_off_frees_nothing(advances: Advances, pool: Pool) -> None:
    await advances.grant(wanted())
    await pay(pool)
    await advances.end("return:m1:1", "written_off", 0, OPENED_AT)
    assert (await Ledger(pool).budget("m1", "SO-1")).left_minor == 400


async def test_a_budget_that_forgot_what_was_paid_back_is_found(advances: Advances, pool: Pool) -> None:
    await advances.grant(wanted())
    await advances.end("return:m1:1", "paid_back", 100, OPENED_AT)
    await pool.execute("UPDATE order_budgets SET recovered_minor = 0")
    [finding] = [
        each for each in await verify(pool, lambda stream, events: None) if each.kind == "budget_differs"
    ]
    assert finding.subject == "m1:SO-1"
    assert "0 paid back" in finding.message


async def test_a_case_that_was_never_granted_one_has_none(advances: Advances) -> None:
    with pytest.raises(NotFound, match="was paid nothing in advance"):
        await advances.end("return:m1:9", "earned", 0, OPENED_AT)
    with pytest.raises(NotFound):
        await advances.get("return:m1:9")
