"""Claims against carriers, as a kind of case."""

from datetime import datetime

from domain.carrier_claims import events as facts
from domain.carrier_claims import messages as ask
from domain.carrier_claims.decisions import decide, decide_due, next_deadline
from domain.carrier_claims.evolve import FOLD
from domain.carrier_claims.state import ClaimState
from domain.carrier_claims.views import (
    NEXT,
    actor_of,
    facets,
    headline,
    opening_answer,
    progress,
    waiting_for,
)
from domain.cases.folding import Fact
from domain.cases.kind import Kind
from domain.cases.telling import notices
from domain.notices import Notice
from domain.policy.delivery_terms import ClaimTerms


def notices_of(state: ClaimState, fact: Fact, now: datetime) -> list[Notice]:
    """No customer hears of a claim; the staff is told of its clocks."""
    return notices(state, fact, now, {})


CLAIM = Kind(
    name="claim",
    state=ClaimState,
    terms=ClaimTerms,
    fold=FOLD,
    open_message=ask.OpenClaim,
    commands={
        "give_evidence": ask.ProveClaim,
        "carrier_replied": ask.CarrierReplied,
        "appeal": ask.AppealClaim,
        "withdraw": ask.WithdrawClaim,
    },
    decide=decide,
    decide_due=decide_due,
    actor_of=actor_of,
    next_deadline=next_deadline,
    waiting_for=waiting_for,
    next_steps=NEXT,
    headline=headline,
    progress=progress,
    progress_model=ask.Progress,
    notices_of=notices_of,
    opening_answer=opening_answer,
    opened=ask.Opened,
    opening_events=frozenset(
        {event.name for event in (facts.Opened, facts.WindowOpened, facts.Expired, facts.Closed)}
    ),
    facets=facets,
)
