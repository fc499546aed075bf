"""What a delivery exception starts beside itself: a claim against the carrier that outlives it (sop L6)."""

from typing import Literal

from domain.carrier_claims.messages import ClaimRequest, OpenClaim
from domain.cases.links import Cause
from domain.deliveries.amounts import goods_worth
from domain.deliveries.state import DeliveryState

ClaimStep = Literal["file", "withdraw"]


def claim_step(state: DeliveryState) -> ClaimStep | None:
    """What becomes of the claim: filed once the customer is made up for, withdrawn when it was not so."""
    claim = state.claim
    is_due = state.party == "carrier" and state.cleared_at is None
    if claim is not None:
        return "withdraw" if claim.open and not is_due else None
    wanted = is_due and state.rule.claim and not state.claim_refused
    return "file" if wanted and claimed_minor(state) else None


def claimed_minor(state: DeliveryState) -> int:
    """What the carrier is to pay: the goods that were made up for, else what the customer was paid."""
    if state.goods_grant is not None:
        return goods_worth(state).total_minor
    return sum(grant.amount_minor for grant in state.grants if grant.remedy == "compensate")


def claim_number(state: DeliveryState) -> str:
    """The same for ever, so that a repeat finds the same claim."""
    return f"{state.number}-C1"


def claim_start(state: DeliveryState) -> OpenClaim:
    """The claim, with the evidence that there is by now."""
    order = state.bought
    return OpenClaim(
        merchant=state.merchant,
        number=claim_number(state),
        claim=ClaimRequest(
            order_id=order.order_id,
            customer_id=order.customer_id,
            exception=state.kind,
            reason=state.reason,
            carrier=state.carrier,
            tracking_no=state.tracking_no,
            shipped_at=state.shipped_at or order.placed_at,
            amount_minor=claimed_minor(state),
            currency=order.currency,
            lane=state.lane,
            evidence=state.evidence,
            priority=state.priority,  # pyright: ignore[reportArgumentType] - as it was reported
            policy=state.policy_asked,
        ),
        cause=Cause(case_id=state.case_id),
    )
