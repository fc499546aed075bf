"""What an improvement needs to know of the outside: its policy, what was before, what came up again."""

from typing import Annotated

from domain.base import Model, UtcInstant
from domain.cases.opening import Opening
from domain.improvements.findings import Recurring
from domain.improvements.messages import OpenImprovement
from domain.improvements.state import ImprovementState
from domain.improvements.vocabulary import CountedKind
from domain.policy.improvement_terms import ImprovementTerms
from domain.policy.packed import PACKS, unpacks

ImprovementOpening = Opening[OpenImprovement]

LISTED_CASES = 20
"""So many cases are named as evidence of a round; all are counted."""


class Prepared(Model):
    """The policy that is pinned to the improvement, and how often it came up before."""

    terms: Annotated[ImprovementTerms, unpacks(ImprovementTerms), PACKS]
    terms_hash: str
    baseline: int


class WantedCount(Model):
    """Which cases are to be counted: those that were opened from `since` on, before `until`."""

    merchant: str
    recurs: Recurring
    kinds: list[CountedKind]
    since: UtcInstant
    until: UtcInstant


class Recurrence(Model):
    """How many cases there are, and the first of them."""

    found: int
    cases: list[str] = []


def wanted_count(state: ImprovementState) -> WantedCount:
    """What the check asks: the same again, since all was done."""
    assert state.done_at is not None
    assert state.check_at is not None
    return WantedCount(
        merchant=state.merchant,
        recurs=state.recurring,
        kinds=state.kinds,
        since=state.done_at,
        until=state.check_at,
    )
