"""What may happen to a claim next, by the dice: the carrier's answers, evidence, an appeal, money."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from domain.carrier_claims import messages as ask
from domain.carrier_claims.decisions import (
    decide,
    decide_filed,
    decide_filing_refused,
    decide_open,
    decide_reopen,
    decide_withdrawal_heard,
)
from domain.carrier_claims.events import Closed
from domain.carrier_claims.kind import CLAIM
from domain.carrier_claims.opening import Prepared
from domain.carrier_claims.requests import ClaimReply
from domain.carrier_claims.state import ClaimState
from domain.cases.events import CaseEvent
from domain.cases.messages import Reopen
from domain.deliveries.messages import Evidence
from domain.policy import CaseProfile, Policy
from domain.policy.delivery_terms import ClaimTerms
from tests.domain.clock_stories import Driver, Opening
from tests.domain.deliveries.given import HASH, PHOTO
from tests.domain.returns.given import CHINA, CONTENT, OPENED_AT, order

TERMS = Policy.model_validate(CONTENT).pin(ClaimTerms, CaseProfile(kind="claim"), OPENED_AT, {"cn": CHINA})


def _begin(dice: Random) -> Opening:
    """The carrier's time to claim has run for a while already, now and then it is over."""
    asked = ask.ClaimRequest(
        order_id="SO-1",
        customer_id="c1",
        exception="loss",
        carrier=dice.choice(("swift", "harbour")),
        tracking_no="SW123456",
        shipped_at=OPENED_AT - timedelta(days=dice.choice((3, 10, 25, 40))),
        amount_minor=15000,
        currency="CNY",
        evidence=[PHOTO],
    )
    prepared = Prepared(order=order(), terms=TERMS, terms_hash="t")
    return Opening(OPENED_AT, TERMS, decide_open(asked, prepared, "h", OPENED_AT))


def _next(state: ClaimState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        return decide_reopen(state, Reopen(reason="by_ops", by="ops"))
    match state.stage:
        case "booking":
            return [Closed(outcome="paid")]
        case "withdrawal":
            return decide_withdrawal_heard(_at_the_carrier(dice, now), now)
        case "filing" if dice.random() < 0.8:
            reason = dice.choice(("claim_too_late", "unknown_parcel"))
            filed = decide_filed(state.revision, "ref-1")
            return filed if dice.random() < 0.8 else decide_filing_refused(reason)
        case _:
            return decide(state, dice.choice(_requests(state, dice, now)), now)


def _at_the_carrier(dice: Random, now: datetime) -> ClaimReply | None:
    """What the carrier knows of a claim that is taken back: now and then it has paid already."""
    state = dice.choice(("withdrawn", "withdrawn", "paid"))
    paid = {"amount_minor": 9000} if state == "paid" else {}
    reply = {"reference": "ref-1", "state": state, "at": now, **paid}
    return ClaimReply.model_validate(reply) if dice.random() < 0.9 else None


def _requests(state: ClaimState, dice: Random, now: datetime) -> list[ask.Command]:
    more = Evidence(reference=f"invoices/{dice.randrange(99)}", sha256=HASH)
    asked: list[ask.Command] = [
        _replied(dice, now, "evidence_wanted"),
        _replied(dice, now, "denied"),
        _replied(dice, now, "accepted", dice.choice((9000, 15000))),
        _replied(dice, now, "paid", 9000),
        ask.ProveClaim(by="a", evidence=[more]),
    ]
    if state.stage == "denied":
        asked += [ask.AppealClaim(by="a", reason="x")] * 3
    return [*asked, ask.WithdrawClaim(by="a", reason="x")] if dice.random() < 0.1 else asked


def _replied(dice: Random, now: datetime, state: str, amount: int | None = None) -> ask.CarrierReplied:
    """An answer that we hear of as late as its carrier tells."""
    at = now - timedelta(hours=dice.choice((0, 0, 3, 30)))
    given = {"by": "swift", "state": state, "amount_minor": amount, "at": at}
    return ask.CarrierReplied.model_validate(given)


CLAIMS = Driver(kind=CLAIM, case_id="claim:m1:D-1-C1", begin=_begin, next=_next)
