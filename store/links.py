"""How cases belong together, as their rows say it."""

from collections.abc import Sequence

from domain.base import Model
from domain.cases.links import UPWARD, Relation
from store.pool import Pool, connection
from store.sql import load

Q = load("links")


class CaseEdge(Model):
    """A link as one of its two cases says it: `relation` is what the other one is to it."""

    case_id: str
    other_id: str
    relation: Relation


class Links:
    """The links between cases. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def upward(self, case_id: str) -> dict[str, list[str]]:
        """For the case and each that its upward links lead to, where their upward links point."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["upward"], case_id, list(UPWARD))
        return {row["case_id"]: list(row["others"]) for row in rows}

    async def of(self, case_id: str) -> dict[str, str]:
        """The cases that a case says it is linked to, and what each is to it."""
        async with connection(self._pool) as conn:
            return {row["other_id"]: row["relation"] for row in await conn.fetch(Q["linked"], case_id)}

    async def around(self, case_ids: Sequence[str]) -> list[CaseEdge]:
        """Every link that one of these cases has, and every one that points to one of them."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["around"], list(case_ids))
        return [CaseEdge.model_validate(dict(row)) for row in rows]
