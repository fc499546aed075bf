"""What a payment gateway tells by itself of refunds and disputes, and what of it is new."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.base import Currency, Model, Slug, SomeMinor, Text, UtcInstant
from domain.disputes import Dispute, DisputeState

ProviderState = Literal["pending", "stuck", "settled", "failed"]
"""As in a provider's answer; `stuck` is WeChat's ABNORMAL, from which a person can lead it on."""

# What is settled may still fail (the card is closed); what has failed moves no money any more.
RANK: dict[ProviderState, int] = {"pending": 0, "stuck": 1, "settled": 2, "failed": 3}

Verdict = Literal["new", "old", "contradiction"]

Name = Annotated[Text, Field(min_length=1, max_length=200)]


class RefundNews(Model):
    """One verified event about one refund.

    `key` is None for a refund that was not made by us; `amount_minor` where the gateway does not say it.
    """

    provider: Slug
    provider_ref: Name
    event_id: Name
    key: Name | None
    state: ProviderState
    amount_minor: SomeMinor | None
    currency: Currency
    occurred_at: UtcInstant


class DisputeNews(Model):
    """One verified event about a dispute. `payments`: the names by which the gateway knows the payment."""

    provider: Slug
    dispute_id: Name
    payments: Annotated[tuple[Name, ...], Field(min_length=1)]
    amount_minor: SomeMinor
    currency: Currency
    state: DisputeState
    at: UtcInstant

    def dispute(self, merchant: str, payment_id: str) -> Dispute:
        """The dispute, of the payment as its order names it."""
        shared = self.model_dump(exclude={"payments"})
        return Dispute(merchant=merchant, payment_id=payment_id, **shared)


News = RefundNews | DisputeNews


def judge(state: ProviderState, occurred_at: datetime, news: RefundNews) -> Verdict:
    """What news says beyond the last that was believed. Repeats and stragglers, in any order, say nothing.

    A refund that failed and is then said to be settled, later in the gateway's own time, is a contradiction:
    it is kept for the reconciler and changes no state.
    """
    if RANK[news.state] > RANK[state]:
        return "new"
    if (state, news.state) == ("failed", "settled") and news.occurred_at > occurred_at:
        return "contradiction"
    return "old"
