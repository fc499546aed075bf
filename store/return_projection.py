"""What a return's events say of its row and its claims, for checks and rebuilds."""

from collections.abc import Sequence

from domain.errors import UnknownPolicy
from domain.records import Recorded
from domain.returns.views import summarise
from store.case_archive import CaseArchive, fold_return, terms_hash_of
from store.pool import Pool
from store.projection import Projection, Projector

PREFIX = "return:"


async def returns_projector(pool: Pool) -> Projector:
    """The projector of returns; it knows the terms of all cases that were opened by now."""
    terms = await CaseArchive(pool).all_terms()

    def project(case_id: str, events: Sequence[Recorded]) -> Projection | None:
        if not case_id.startswith(PREFIX):
            return None
        terms_hash = terms_hash_of(events)
        if terms_hash not in terms:
            raise UnknownPolicy(f"the store has no terms {terms_hash}")
        state = fold_return(case_id, events, terms[terms_hash])
        return Projection(summarise(state), state.held)

    return project
