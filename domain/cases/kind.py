"""A kind of case, as everything that works with cases of all kinds sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from pydantic import BaseModel

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact, Fold
from domain.cases.messages import OpenCase, Opened
from domain.cases.state import AnyState, S
from domain.notices import Notice
from domain.policy.pinned import PinnedPolicy
from domain.records import CaseKind
from domain.sla import ClockBook


def _no_facets(state: Any) -> dict[str, str]:
    del state
    return {}


@dataclass(frozen=True)
class Kind(Generic[S]):
    """How a kind of case is opened, decided, folded, told and shown: pure functions, one place each."""

    name: CaseKind
    state: type[S]
    terms: type[PinnedPolicy]
    fold: Fold[S]
    open_message: type[OpenCase]
    commands: Mapping[str, type[BaseModel]]
    """Update name to message, without those that all kinds have."""
    decide: Callable[[S, Any, datetime], Sequence[CaseEvent]]
    """What follows from a command; raises a `Refused` where the case's rules do not allow it."""
    decide_due: Callable[[S, datetime], Sequence[CaseEvent]]
    """What follows from the deadline that has come; nothing when it was looked at too early."""
    actor_of: Callable[[Any], str]
    next_deadline: Callable[[S], tuple[datetime, str] | None]
    """When time alone changes the case next, and what for; None while it waits for somebody."""
    waiting_for: Callable[[S], str | None]
    """Who owes the next step; None for a closed case."""
    next_steps: Mapping[str, str]
    """What each of those that a case may wait for is to do, in words for people."""
    headline: Callable[[S], str]
    """What the case is, for the page in Temporal UI, without its stage."""
    progress: Callable[[S], Any]
    """The customer's view, a `progress_model`."""
    progress_model: type[BaseModel]
    notices_of: Callable[[S, Fact, datetime], list[Notice]]
    """Whom the policy has told of a fact, given the state after it."""
    opening_answer: Callable[[S], Opened]
    """What was decided at the opening, of the state right after it; an `opened`."""
    opened: type[Opened]
    opening_events: frozenset[str]
    """The stored names of what an opening may consist of."""
    facets: Callable[[S], dict[str, str]] = field(default=_no_facets)
    """What figures group the kind's cases by."""

    def blank(self, case_id: str, terms: PinnedPolicy) -> S:
        """A case of this kind before its first event."""
        _, merchant, number = case_id.split(":", 2)
        return self.state(case_id=case_id, merchant=merchant, number=number, terms=terms, clocks=ClockBook())


AnyKind = Kind[AnyState]
