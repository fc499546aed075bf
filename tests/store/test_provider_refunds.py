"""What gateways tell of refunds: one row per refund of theirs, also when told twice at the same moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import NotFound
from domain.provider_news import RefundNews
from store.pool import Pool
from store.provider_refunds import ProviderRefunds

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def news(**changes: Any) -> RefundNews:
    given = {
        "provider": "stripe",
        "provider_ref": "re_1",
        "event_id": "evt-1",
        "key": "rf-m1-R-1-1",
        "state": "settled",
        "amount_minor": 600,
        "currency": "CNY",
        "occurred_at": NOW,
    }
    return RefundNews.model_validate({**given, **changes})


async def test_told_many_times_at_once_it_is_new_once(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    verdicts = await asyncio.gather(*(refunds.record("m1", news(), NOW) for _ in range(20)))
    assert sorted(verdicts) == ["new", *["old"] * 19]
    row = await refunds.get("stripe", "m1", "re_1")
    assert (row.state, row.received_at, row.hint_at, row.hinted_at) == ("settled", NOW, NOW, None)


async def test_the_same_reference_of_another_merchant_or_gateway_is_another_refund(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    await refunds.record("m1", news(), NOW)
    assert await refunds.record("m2", news(state="failed"), NOW) == "new"
    assert await refunds.record("m1", news(provider="wechat", state="failed"), NOW) == "new"
    assert (await refunds.get("stripe", "m1", "re_1")).state == "settled"
    with pytest.raises(NotFound):
        await refunds.get("stripe", "m1", "re_2")


async def test_late_truth_moves_it_and_is_hinted_at_again(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    await refunds.record("m1", news(), NOW)
    (due,) = await refunds.to_hint(NOW, 10)
    await refunds.hinted(due, NOW)
    assert await refunds.to_hint(LATER, 10) == []
    failed = news(event_id="evt-2", state="failed", occurred_at=LATER)
    assert await refunds.record("m1", failed, LATER) == "new"
    row = await refunds.get("stripe", "m1", "re_1")
    assert (row.state, row.event_id, row.hint_at, row.hinted_at) == ("failed", "evt-2", LATER, None)


async def test_a_hint_that_other_news_has_overtaken_does_not_count(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    await refunds.record("m1", news(), NOW)
    (due,) = await refunds.to_hint(NOW, 10)
    await refunds.record("m1", news(event_id="evt-2", state="failed", occurred_at=LATER), LATER)
    await refunds.hinted(due, LATER)
    await refunds.hint_again(due, None)
    assert [row.event_id for row in await refunds.to_hint(LATER, 10)] == ["evt-2"]


async def test_a_contradiction_is_kept_and_changes_no_state(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    await refunds.record("m1", news(state="failed"), NOW)
    for event_id in ("evt-2", "evt-3"):
        again = news(event_id=event_id, occurred_at=LATER)
        assert await refunds.record("m1", again, LATER) == "contradiction"
    row = await refunds.get("stripe", "m1", "re_1")
    assert (row.state, row.event_id) == ("failed", "evt-1")
    assert (row.contradicted_at, row.contradicted_by) == (LATER, "evt-2")


async def test_a_refund_that_is_none_of_ours_is_recorded_and_nobody_is_told(pool: Pool) -> None:
    refunds = ProviderRefunds(pool)
    await refunds.record("m1", news(key=None), NOW)
    assert await refunds.to_hint(LATER, 10) == []
