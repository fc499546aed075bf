"""Cases as their streams tell them, under the terms that were pinned to them."""

from collections.abc import Iterable, Sequence

from domain.calendars import Snapshot
from domain.digests import digest
from domain.errors import CaseNotFound, IdempotencyConflict
from domain.policy import PinnedPolicy, Policy
from domain.records import Recorded
from domain.returns.evolve import fold
from domain.returns.messages import OpenReturn
from domain.returns.state import ReturnState
from domain.returns.story import blank
from store.pinned_documents import PinnedDocuments
from store.pool import Pool
from store.streams import Streams

TERMS = "terms:"
"""How the names of excerpts begin, which lie among the policies."""


class CaseArchive:
    """Policies, holidays and terms by hash, cases by id. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._documents = PinnedDocuments(pool)
        self._streams = Streams(pool)
        self._kept: set[str] = set()

    async def keep_terms(self, policy: Policy, snapshots: Iterable[Snapshot], terms: PinnedPolicy) -> str:
        """Keep what a case was promised and what that was made from; gives the terms' hash."""
        terms_hash = digest(terms)
        if terms_hash not in self._kept:
            for snapshot in snapshots:
                body = snapshot.model_dump(mode="json")
                await self._documents.put_calendar(snapshot.revision, snapshot.name, body)
            body = policy.model_dump(mode="json", exclude_defaults=True)
            await self._documents.put_policy(policy.hash, policy.name, body)
            excerpt = terms.model_dump(mode="json")
            await self._documents.put_policy(terms_hash, f"{TERMS}{policy.name}", excerpt)
            self._kept.add(terms_hash)
        return terms_hash

    async def terms(self, terms_hash: str) -> PinnedPolicy:
        """The terms with this hash; raises `UnknownPolicy`."""
        return PinnedPolicy.model_validate(await self._documents.policy(terms_hash))

    async def all_terms(self) -> dict[str, PinnedPolicy]:
        """The terms of all cases by hash, for who reads every stream."""
        found = await self._documents.policies_named(TERMS)
        return {terms_hash: PinnedPolicy.model_validate(body) for terms_hash, body in found.items()}

    async def check_begun_by(self, case_id: str, runs: Sequence[str]) -> None:
        """Raises `IdempotencyConflict` when a run other than these has begun the case's stream."""
        begun_by = await self._streams.first_run(case_id)
        if begun_by is not None and runs and begun_by not in runs:
            raise IdempotencyConflict(f"{case_id} was opened before; reopen it, or take a new number")

    async def return_state(self, case_id: str) -> ReturnState:
        """A return folded from its stream; raises `CaseNotFound`."""
        records = await self._streams.read(case_id)
        if not records:
            raise CaseNotFound(f"there is no case {case_id}")
        return fold_return(case_id, records, await self.terms(terms_hash_of(records)))


def terms_hash_of(records: Sequence[Recorded]) -> str:
    """Under which terms a stream began."""
    return str(records[0].data["terms_hash"])


def fold_return(case_id: str, records: Sequence[Recorded], terms: PinnedPolicy) -> ReturnState:
    """The return that these facts tell, under its terms."""
    _, merchant, number = case_id.split(":", 2)
    start = OpenReturn.model_construct(merchant=merchant, number=number)
    return fold(blank(start, terms), list(records))
