"""What a gateway tells moves forward only, whatever comes twice or late."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import get_args

import pytest

from domain.disputes import Dispute
from domain.provider_news import DisputeNews, ProviderState, RefundNews, judge

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def news(state: ProviderState, after: int = 0) -> RefundNews:
    return RefundNews(
        provider="stripe",
        provider_ref="re_1",
        event_id=f"evt-{state}-{after}",
        key="rf-m1-R-1-1",
        state=state,
        amount_minor=600,
        currency="CNY",
        occurred_at=NOW + timedelta(seconds=after),
    )


def test_any_order_of_repeats_ends_in_the_same_state() -> None:
    told = [news("pending"), news("settled", 60), news("failed", 120)] * 2
    for first, *others in permutations(told):
        last = first
        for each in others:
            if judge(last.state, last.occurred_at, each) == "new":
                last = each
        assert last == told[2]


@pytest.mark.parametrize("state", get_args(ProviderState))
def test_the_same_again_is_old_however_late(state: ProviderState) -> None:
    assert judge(state, NOW, news(state)) == judge(state, NOW, news(state, 3600)) == "old"


def test_what_settled_may_fail_later_and_what_is_stuck_may_be_led_on() -> None:
    assert judge("settled", NOW, news("failed", 60)) == judge("stuck", NOW, news("settled", 60)) == "new"


def test_what_failed_and_is_settled_later_is_a_contradiction_and_before_it_a_straggler() -> None:
    assert judge("failed", NOW, news("settled", 60)) == "contradiction"
    assert judge("failed", NOW, news("settled", -60)) == judge("failed", NOW, news("pending", 60)) == "old"


def test_a_disputes_news_is_of_the_payment_as_its_order_names_it() -> None:
    told = {
        "provider": "stripe",
        "dispute_id": "dp_1",
        "amount_minor": 500,
        "currency": "GBP",
        "state": "open",
    }
    news = DisputeNews.model_validate({**told, "payments": ["pi_1", "ch_1"], "at": NOW})
    dispute = news.dispute("m1", "pi_1")
    assert dispute == Dispute.model_validate({**told, "merchant": "m1", "payment_id": "pi_1", "at": NOW})
