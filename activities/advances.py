"""Money that goes out before the goods are here: granted within bounds, and its end in the books."""

from temporalio import activity

from activities.failures import typed_failures
from domain.base import Model, UtcInstant
from domain.returns.advance_events import AdvanceOutcome
from domain.returns.advances import WantedAdvance
from store.advances import Advances


class EndedAdvance(Model):
    """How an advance ended. `at`: the case's own time."""

    case_id: str
    outcome: AdvanceOutcome
    recovered_minor: int = 0
    at: UtcInstant


class AdvanceActivities:
    """The books of advances; each call may be repeated."""

    def __init__(self, advances: Advances) -> None:
        self._advances = advances

    @activity.defn
    @typed_failures
    async def grant_advance(self, wanted: WantedAdvance) -> bool:
        """Whether the customer may have this much more before their goods are here."""
        return await self._advances.grant(wanted)

    @activity.defn
    @typed_failures
    async def end_advance(self, ended: EndedAdvance) -> None:
        """Write the end down; the customer's ceiling is free again by that much."""
        await self._advances.end(ended.case_id, ended.outcome, ended.recovered_minor, ended.at)
