"""The figures of the desk, as the command line, the HTTP API and the console all tell them."""

from datetime import timedelta

from domain.attainment import AttainmentFigures, attainment_figures
from domain.figures import (
    ANSWERED_FOR,
    BROUGHT,
    REPEAT_WITHIN,
    ComplaintFigures,
    DeliveryFigures,
    FigureFilter,
    PartyFigures,
    complaint_figures,
    delivery_figures,
    party_figures,
)
from domain.lead_times import RefundFigures, refund_figures
from domain.peaks import PEAK_FACTOR, PeakFigures, peak_figures, quarters_at
from store.board import Place
from store.figures import Behind, FigureCase, FigureCounts
from store.pool import Pool


class FigureDesk:
    """Where a filter names no kinds, each figure is of those that it means something for.

    Raises `StoreUnavailable`.
    """

    def __init__(self, pool: Pool) -> None:
        self._counts = FigureCounts(pool)

    async def attainment(self, where: FigureFilter, metric: str | None = None) -> AttainmentFigures:
        """How often the clocks of all kinds were kept, or one of them."""
        return attainment_figures(await self._counts.verdicts(where), metric)

    async def complaints(
        self, where: FigureFilter, repeat_within: timedelta = REPEAT_WITHIN
    ) -> ComplaintFigures:
        """Frequent types, and repeats. Only ever of complaints."""
        complaints = where.model_copy(update={"kinds": ["complaint"]})
        return complaint_figures(await self._counts.facets(complaints, repeat_within))

    async def deliveries(self, where: FigureFilter) -> DeliveryFigures:
        """What goes wrong on the way. Only ever of delivery exceptions."""
        return delivery_figures(await self._counts.facets(where.model_copy(update={"kinds": ["delivery"]})))

    async def parties(self, where: FigureFilter) -> PartyFigures:
        """Who answers for the cases."""
        return party_figures(await self._counts.facets(_of(where, ANSWERED_FOR)))

    async def peaks(self, where: FigureFilter, zone: str, factor: float = PEAK_FACTOR) -> PeakFigures:
        """When cases come in, in the local time of a zone."""
        return peak_figures(await self._counts.arrivals(_of(where, BROUGHT)), zone, factor)

    async def refunds(self, where: FigureFilter) -> RefundFigures:
        """How long customers wait for their money."""
        return refund_figures(await self._counts.refunds(where))

    async def cases(
        self,
        where: FigureFilter,
        behind: Behind,
        after: Place | None = None,
        *,
        zone: str,
        weekday: int | None = None,
        hour: int | None = None,
    ) -> tuple[list[FigureCase], Place | None]:
        """The cases that a figure counts, the latest first, and where the next page begins.

        Weekday (Monday is 0) and hour are of the zone.
        """
        if weekday is not None or hour is not None:
            quarters = quarters_at(await self._counts.arrivals(where), zone, weekday, hour)
            behind = behind.model_copy(update={"quarters": quarters})
        return await self._counts.cases(where, behind, after)


def _of(where: FigureFilter, kinds: tuple[str, ...]) -> FigureFilter:
    return where if where.kinds else where.model_copy(update={"kinds": list(kinds)})
