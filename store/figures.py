"""Counts over the `cases` read model, from which the domain makes its figures, and their cases."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from domain.attainment import Verdicts
from domain.base import Model, Slug, UtcInstant
from domain.figures import REPEAT_WITHIN, Facets, FigureFilter
from domain.lead_times import RefundCount, RefundEnd
from domain.peaks import Arrivals
from domain.records import CaseKind, SlaState
from store.board import PAGE_ROWS, Place
from store.pool import Pool, Row, connection
from store.sql import narrowed

_CONDITIONS = {"paid_over": "paid", "paid_within": "paid", "after_at": "after", "after_id": "after"}
"""Values that make one condition together."""


Verdict = Literal["met", "breached", "pending"]


class FigureCase(Model):
    """A case behind a figure."""

    case_id: str
    kind: CaseKind
    number: str
    stage: str
    open: bool
    outcome: str | None
    priority: str
    channel: str
    team: str | None
    about: str | None
    sla_state: SlaState
    opened_at: UtcInstant


class Behind(Model):
    """Which of a filter's cases a figure counts; what is None does not matter, `?`: not known yet."""

    metric: Slug | None = None
    verdict: Verdict | None = None
    party: str | None = None
    category: str | None = None
    repeats: Literal[True] | None = None
    refund: RefundEnd | None = None
    paid_over: int | None = None
    """Only refunds paid more minutes than that after the opening; `paid_within`: at most so many."""
    paid_within: int | None = None
    quarters: list[UtcInstant] | None = None
    """Only those that came in within the quarters of an hour that begin then."""


class FigureCounts:
    """Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def facets(self, where: FigureFilter, repeat_within: timedelta = REPEAT_WITHIN) -> list[Facets]:
        """How many cases have which values in common. An earlier case counts also from before the period."""
        rows = await self._fetch("facets", _given(where), repeat_within=repeat_within)
        return [Facets.model_validate(dict(row)) for row in rows]

    async def arrivals(self, where: FigureFilter) -> list[Arrivals]:
        """When cases came in, by quarters of an hour."""
        return [Arrivals.model_validate(dict(row)) for row in await self._fetch("arrivals", _given(where))]

    async def verdicts(self, where: FigureFilter) -> list[Verdicts]:
        """What became of the cases' clocks."""
        return [Verdicts.model_validate(dict(row)) for row in await self._fetch("verdicts", _given(where))]

    async def refunds(self, where: FigureFilter) -> list[RefundCount]:
        """How the cases' refunds ended, and how long the paid ones took."""
        return [RefundCount.model_validate(dict(row)) for row in await self._fetch("refunds", _given(where))]

    async def cases(
        self, where: FigureFilter, behind: Behind, after: Place | None = None
    ) -> tuple[list[FigureCase], Place | None]:
        """The cases that a figure counts, the latest first, and where the next page begins."""
        place = {"after_at": after.at, "after_id": after.case_id} if after else {}
        given = _given(where) | _given(behind) | place
        also = {**behind.model_dump(), "repeat_within": REPEAT_WITHIN, "limit": PAGE_ROWS + 1}
        found = await self._fetch("cases", given, **also)
        rows = [FigureCase.model_validate(dict(row)) for row in found[:PAGE_ROWS]]
        last = rows[-1] if len(found) > PAGE_ROWS else None
        return rows, Place(at=last.opened_at, case_id=last.case_id) if last else None

    async def _fetch(self, query: str, given: dict[str, Any], **also: Any) -> list[Row]:
        text, names = narrowed("figures", query, conditions_of(given))
        values = also | given
        async with connection(self._pool) as conn:
            return await conn.fetch(text, *(values[name] for name in names))


def conditions_of(given: Iterable[str]) -> tuple[str, ...]:
    """The names of the conditions for what is given."""
    return tuple(sorted({f"narrow_{_CONDITIONS.get(name, name)}" for name in given}))


def _given(model: Model) -> dict[str, Any]:
    return {name: value for name, value in model if value is not None}
