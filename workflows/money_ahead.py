"""Money that goes out before the goods are here, and its end (domain/returns/advances.py)."""

from typing import TYPE_CHECKING, Literal

from temporalio import workflow

from workflows.local_first import local_first

if TYPE_CHECKING:
    from workflows.return_desk import ReturnDesk

with workflow.unsafe.imports_passed_through():
    from activities.advances import AdvanceActivities, EndedAdvance
    from domain.returns import advances
    from domain.returns.advance_events import AdvanceOutcome
    from domain.returns.decisions import clawback
    from domain.returns.decisions.settlement import owed_minor


class MoneyAhead:
    """Has an advance granted within its bounds, asks it back, and writes its end into the books."""

    def __init__(self, desk: "ReturnDesk") -> None:
        self._desk = desk

    @property
    def is_due(self) -> bool:
        """Whether there is something to do while the goods are on their way."""
        state = self._desk.state
        return state.stage == "ship_back" and (
            advances.is_wanted(state) or advances.ending(state) is not None
        )

    async def move(self) -> None:
        """Let the money go out, or come to an end without the goods."""
        if advances.is_wanted(self._desk.state):
            await self._grant()
        else:
            await self.end()

    async def do(self, step: Literal["ask_back", "end_advance"]) -> None:
        """One step of a settlement whose money went out in advance."""
        if step == "ask_back":
            state = self._desk.state
            self._desk.record(advances.decide_ask_back(state, -owed_minor(state)), "system")
        else:
            await self.end()

    async def _grant(self) -> None:
        wanted = advances.advance_request(self._desk.state, workflow.now())
        what = "may the customer have this much in advance"
        granted = await local_first(AdvanceActivities.grant_advance, wanted, what)
        events = advances.decide_granted(self._desk.state, wanted, granted, workflow.now())
        self._desk.record(events, "policy")
        if granted and self._desk.state.advance is None:
            await self._write("unpaid", 0)

    async def end(self) -> None:
        """Write the end into the books, then tell it; without goods the case ends with it."""
        [ended] = advances.decide_ended(self._desk.state)
        await self._write(ended.outcome, ended.recovered_minor)
        self._desk.record(clawback.decide_after_end(self._desk.state, ended), "system")

    async def _write(self, outcome: AdvanceOutcome, recovered_minor: int) -> None:
        ended = EndedAdvance(
            case_id=self._desk.state.case_id,
            outcome=outcome,
            recovered_minor=recovered_minor,
            at=workflow.now(),
        )
        await local_first(AdvanceActivities.end_advance, ended, f"the advance is {outcome}")
