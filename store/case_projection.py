"""What a case's events say of its row and its claims, for checks and rebuilds."""

from collections.abc import Sequence

from domain.cases.views import summarise
from domain.errors import UnknownPolicy
from domain.kinds import has_kind, kind_of
from domain.policy import PinnedPolicy
from domain.records import Recorded
from store.case_archive import CaseArchive, fold_case, terms_hashes_of
from store.pool import Pool
from store.projection import Projection, Projector


async def cases_projector(pool: Pool) -> Projector:
    """The projector of all kinds of cases; it knows the terms of those that were opened by now."""
    stored = await CaseArchive(pool).all_terms()
    read: dict[tuple[type[PinnedPolicy], str], PinnedPolicy] = {}

    def terms_of(terms: type[PinnedPolicy], name: str) -> PinnedPolicy:
        if name not in stored:
            raise UnknownPolicy(f"the store has no terms {name}")
        if (terms, name) not in read:
            read[terms, name] = terms.model_validate(stored[name])
        return read[terms, name]

    def project(case_id: str, events: Sequence[Recorded]) -> Projection | None:
        if not has_kind(case_id):
            return None
        kind = kind_of(case_id)
        terms = {name: terms_of(kind.terms, name) for name in terms_hashes_of(events)}
        state = fold_case(case_id, events, terms)
        return Projection(summarise(kind, state), state.held)

    return project
