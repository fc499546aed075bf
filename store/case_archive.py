"""Cases as their streams tell them, under the terms that were pinned to them."""

import json

from pydantic import JsonValue

from domain.digests import digest
from domain.errors import CaseNotFound, UnknownPolicy
from domain.policy import Policy
from domain.policy.pinned import PinnedPolicy
from domain.records import Recorded
from domain.returns.evolve import fold
from domain.returns.messages import OpenReturn
from domain.returns.state import ReturnState
from domain.returns.story import blank
from store.pool import Pool, connection
from store.sql import load

Q = load("case_archive")


class CaseArchive:
    """Policies and terms by hash, cases by id. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep_terms(self, policy: Policy, terms: PinnedPolicy) -> str:
        """Keep a policy and a case's excerpt of it, each once; gives the excerpt's hash."""
        terms_hash = digest(terms)
        async with connection(self._pool) as conn:
            await conn.execute(
                Q["keep"], policy.hash, policy.name, policy.model_dump_json(exclude_defaults=True)
            )
            await conn.execute(Q["keep"], terms_hash, f"terms:{policy.name}", terms.model_dump_json())
        return terms_hash

    async def terms(self, terms_hash: str) -> PinnedPolicy:
        """The excerpt with this hash; raises `UnknownPolicy`."""
        async with connection(self._pool) as conn:
            body = await conn.fetchval(Q["body"], terms_hash)
        if body is None:
            raise UnknownPolicy(f"the store has no terms {terms_hash}")
        return PinnedPolicy.model_validate_json(body)

    async def return_state(self, case_id: str) -> ReturnState:
        """A return folded from its stream; raises `CaseNotFound`."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["stream"], case_id)
        if not rows:
            raise CaseNotFound(f"there is no case {case_id}")
        records = [_recorded(dict(row)) for row in rows]
        _, merchant, number = case_id.split(":", 2)
        terms = await self.terms(str(records[0].data["terms_hash"]))
        start = OpenReturn.model_construct(merchant=merchant, number=number)
        return fold(blank(start, terms), records)


def _recorded(row: dict[str, JsonValue]) -> Recorded:
    return Recorded.model_validate({**row, "data": json.loads(str(row["data"]))})
