"""The workshop: goods that passed are repaired and go back to the customer (sop R8)."""

from typing import TYPE_CHECKING

from temporalio import workflow

from workflows.giving_up import give_up
from workflows.options import UNTIL_DONE, UNTIL_NEWS

if TYPE_CHECKING:
    from workflows.return_desk import ReturnDesk

with workflow.unsafe.imports_passed_through():
    from activities.fulfilment import FulfilmentActivities
    from domain.returns import events as facts
    from domain.returns import repairs
    from domain.returns.deadlines import choose_by
    from domain.returns.requests import repair_request, return_repaired_request


class Workshop:
    """Orders a return's repair, hears what became of it, and sends the goods to the customer."""

    def __init__(self, desk: "ReturnDesk") -> None:
        self._desk = desk

    async def do(self, step: repairs.RepairStep) -> None:
        """One step of the repair."""
        match step:
            case "order_repair":
                self._desk.record(repairs.decide_order(self._desk.state, workflow.now()), "system")
            case "repair":
                await self._repair()
            case "return_repaired":
                await self._return()

    async def _repair(self) -> None:
        """Ask until the workshop is done, or the policy's time for it is over."""
        attempt = self._desk.state.repair
        asking = workflow.start_activity_method(
            FulfilmentActivities.repair_goods,
            repair_request(self._desk.state),
            summary="ask the workshop until the goods are repaired",
            **UNTIL_NEWS,
        )
        await self._desk.until(lambda: asking.done() or self._desk.state.repair != attempt)
        if not asking.done():
            await give_up(asking)
            return
        ended = await asking
        if self._desk.state.repair != attempt:
            return  # the time for the repair was over in the same moment
        until = choose_by(self._desk.state, workflow.now())
        said = repairs.decide_outcome(self._desk.state, ended.said, ended.reason, until)
        self._desk.record(said, "warehouse")

    async def _return(self) -> None:
        label = await workflow.execute_activity_method(
            FulfilmentActivities.send_back,
            return_repaired_request(self._desk.state),
            summary="send the repaired goods",
            **UNTIL_DONE,
        )
        sent = facts.GoodsSentBack(carrier=label.carrier, tracking_no=label.tracking_no)
        self._desk.record([sent], "warehouse")
