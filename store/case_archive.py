"""Cases as their streams tell them, under the terms that were pinned to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.calendars import Snapshot
from domain.cases.events import Retargeted
from domain.cases.messages import Answer
from domain.cases.state import AnyState
from domain.digests import digest
from domain.errors import CaseNotFound, IdempotencyConflict, InvalidRequest
from domain.invalid import where_and_why
from domain.kinds import kind_of
from domain.policy import PinnedPolicy, Policy
from domain.records import Recorded
from store.pinned_documents import PinnedDocuments
from store.pool import Pool
from store.streams import Streams

T = TypeVar("T", bound=PinnedPolicy)
S = TypeVar("S", bound=AnyState)
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

    async def policy(self, policy_hash: str) -> Policy:
        """A policy that some case was held to; raises `UnknownPolicy`, and `InvalidRequest` if unreadable."""
        body = await self._documents.policy(policy_hash)
        try:
            return Policy.model_validate(body)
        except ValidationError as error:
            where, why = where_and_why(error, whole="policy")
            message = f"policy {policy_hash} cannot be read by this program: {where}: {why}"
            raise InvalidRequest(message) from error

    async def terms(self, terms: type[T], terms_hash: str) -> T:
        """The terms with this hash; raises `UnknownPolicy`."""
        return terms.model_validate(await self._documents.policy(terms_hash))

    async def all_terms(self) -> dict[str, Any]:
        """The terms of all cases by hash, as JSON, for who reads every stream."""
        return dict(await self._documents.policies_named(TERMS))

    async def check_begun_by(self, case_id: str, runs: Sequence[str]) -> None:
        """Raises `IdempotencyConflict` when a run other than these has begun the case's stream."""
        begun_by = await self._streams.first_run(case_id)
        if begun_by is not None and runs and begun_by not in runs:
            raise IdempotencyConflict(f"{case_id} was opened before; reopen it, or take a new number")

    async def state(self, case_id: str) -> AnyState:
        """A case folded from its stream; raises `CaseNotFound`."""
        records = await self._streams.read(case_id)
        if not records:
            raise CaseNotFound(f"there is no case {case_id}", case_id=case_id)
        return await self.folded(case_id, records)

    async def answers(self, case_id: str) -> dict[str, Answer]:
        """What a case answered, by the request's key."""
        found = await self._streams.answers(case_id)
        return {key: Answer.model_validate(body) for key, body in found.items()}

    async def state_as(self, state: type[S], case_id: str) -> S:
        """The same, for who knows the kind."""
        found = await self.state(case_id)
        assert isinstance(found, state)
        return found

    async def folded(self, case_id: str, records: Sequence[Recorded]) -> AnyState:
        """The case that these facts of it tell, under the terms that they name."""
        kind = kind_of(case_id)
        terms = {name: await self.terms(kind.terms, name) for name in terms_hashes_of(records)}
        return fold_case(case_id, records, terms)


def terms_hashes_of(records: Sequence[Recorded]) -> list[str]:
    """Under which terms a stream began, and to which it was retargeted."""
    named = [record for record in records if record is records[0] or record.type == Retargeted.name]
    return [str(record.data["terms_hash"]) for record in named]


def fold_case(case_id: str, records: Sequence[Recorded], terms: Mapping[str, PinnedPolicy]) -> AnyState:
    """The case that these facts tell, under terms by their hashes."""
    kind = kind_of(case_id)
    first, *_ = terms_hashes_of(records)
    return kind.fold.fold(kind.blank(case_id, terms[first]), records, terms)
