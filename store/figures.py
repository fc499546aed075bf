"""Counts over the `cases` read model, from which the domain makes its figures (sop C15, L6)."""

from datetime import timedelta

from domain.figures import REPEAT_WITHIN, Facets, FigureFilter
from domain.peaks import Arrivals
from store.pool import Pool, connection
from store.sql import load

Q = load("figures")


class FigureCounts:
    """Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def facets(self, where: FigureFilter, repeat_within: timedelta = REPEAT_WITHIN) -> list[Facets]:
        """How many cases have which values in common. An earlier case counts also from before the period."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["facets"], *_values(where), repeat_within)
        return [Facets.model_validate(dict(row)) for row in rows]

    async def arrivals(self, where: FigureFilter) -> list[Arrivals]:
        """When cases came in, by quarters of an hour."""
        async with connection(self._pool) as conn:
            return [
                Arrivals.model_validate(dict(row)) for row in await conn.fetch(Q["arrivals"], *_values(where))
            ]


def _values(where: FigureFilter) -> list[object]:
    return [getattr(where, name) for name in FigureFilter.model_fields]
