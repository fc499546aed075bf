"""Runs a what-if over the cases of the store (design §4): reads, judges, adds up."""

from dataclasses import replace
from datetime import datetime

from domain.errors import InvalidRequest, UnknownPolicy
from domain.simulation import Candidate, PastTerms, Simulation, past_terms
from domain.simulation.candidates import calendar_rules
from store.past_cases import PastCaseFilter, PastCases
from store.pinned_documents import PinnedDocuments
from store.pool import Pool

NO_TERMS = "its first event names no terms"


class StoredTerms:
    """The terms of cases by hash, each read once; of those that cannot be read, the reason."""

    def __init__(self, pool: Pool, *, with_calendars: bool) -> None:
        self._documents = PinnedDocuments(pool)
        self._with_calendars = with_calendars
        self._read: dict[str, PastTerms | str] = {}

    async def find(self, terms_hash: str | None) -> PastTerms | str:
        """The terms, or why there are none."""
        if terms_hash is None:
            return NO_TERMS
        if terms_hash not in self._read:
            try:
                self._read[terms_hash] = await self._load(terms_hash)
            except (InvalidRequest, UnknownPolicy) as error:
                self._read[terms_hash] = error.message
        return self._read[terms_hash]

    async def _load(self, terms_hash: str) -> PastTerms:
        terms = past_terms(terms_hash, await self._documents.policy(terms_hash))
        if not self._with_calendars:
            return terms
        policy = await self._documents.policy(terms.policy_hash)
        return replace(terms, calendars=calendar_rules(terms.policy_hash, policy))


async def simulate(
    pool: Pool,
    candidate: Candidate,
    where: PastCaseFilter,
    as_of: datetime,
    *,
    with_calendars: bool = False,
    keep_changes: int | None = None,
) -> Simulation:
    """Judge every such case under its own terms and under the candidate's.

    `with_calendars` for a candidate that makes a case's own calendars anew. A case that cannot be read is
    left out and counted. Raises `StoreUnavailable`, and `EndlessCalendar` or `UnknownCalendar` for a
    candidate that cannot be worked with.
    """
    simulation = Simulation(candidate, as_of, keep_changes)
    stored = StoredTerms(pool, with_calendars=with_calendars)
    async for page in PastCases(pool).pages(where, as_of):
        for case in page:
            terms = await stored.find(case.terms_hash)
            if isinstance(terms, str):
                simulation.leave_out(case.case_id, terms)
            else:
                simulation.add(case, terms)
    return simulation
