"""What a claim asks of the carrier's claims desk, and what it hears back."""

from typing import Literal

from domain.base import Currency, Instant, Model, Quantity, SomeMinor
from domain.carrier_claims.state import ClaimState
from domain.deliveries.messages import Evidence

ReplyState = Literal["filed", "evidence_wanted", "accepted", "denied", "paid", "withdrawn"]


class ClaimFiling(Model):
    """A claim as the carrier hears of it; the same `key` names it for ever, `revision` what is new of it."""

    key: str
    revision: Quantity
    merchant: str
    tracking_no: str
    exception: str
    amount_minor: SomeMinor
    currency: Currency
    reason: str | None = None
    appeal: str | None = None
    evidence: list[Evidence] = []


class ClaimReply(Model):
    """What the carrier knows of a claim."""

    reference: str
    state: ReplyState
    revision: int = 1
    amount_minor: SomeMinor | None = None
    reason: str | None = None
    at: Instant


class WantedClaim(Model):
    """A claim that is to be filed, withdrawn or followed; `expects`: what would be news of it."""

    carrier: str
    filing: ClaimFiling
    expects: list[ReplyState] = []
    ask_every: str


class Income(Model):
    """Money that came back from a carrier, for our own books: once for each claim."""

    key: str
    case_id: str
    merchant: str
    carrier: str
    order_id: str
    amount_minor: SomeMinor
    currency: Currency
    received_at: Instant


_EXPECTS: dict[str, list[ReplyState]] = {
    "answer": ["evidence_wanted", "accepted", "denied", "paid"],
    "payment": ["denied", "paid"],
}


def wanted_claim(state: ClaimState) -> WantedClaim:
    """The claim as it is by now."""
    return WantedClaim(
        carrier=state.carrier,
        filing=ClaimFiling(
            key=state.key,
            revision=state.revision,
            merchant=state.merchant,
            tracking_no=state.tracking_no,
            exception=state.exception,
            amount_minor=state.claimed_minor,
            currency=state.bought.currency,
            reason=state.reason,
            appeal=state.appeal,
            evidence=state.evidence,
        ),
        expects=_EXPECTS.get(state.stage, []),
        ask_every=state.terms.carrier_claims.ask_every,
    )


def income_of(state: ClaimState) -> Income:
    """What is booked of a claim that was paid."""
    assert state.paid_minor is not None
    assert state.paid_at is not None
    return Income(
        key=state.key,
        case_id=state.case_id,
        merchant=state.merchant,
        carrier=state.carrier,
        order_id=state.bought.order_id,
        amount_minor=state.paid_minor,
        currency=state.bought.currency,
        received_at=state.paid_at,
    )
