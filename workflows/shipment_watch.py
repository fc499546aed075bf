"""The story of a parcel: watched until it is there, comes back or is given up."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.case_messages import CaseMessages
from workflows.refusals import NOTHING
from workflows.shipment_desk import ShipmentDesk

with workflow.unsafe.imports_passed_through():
    from activities.names import SHIPMENT_WATCH
    from domain.cases.messages import Answer


@workflow.defn(name=SHIPMENT_WATCH)
class ShipmentWatch(CaseMessages[ShipmentDesk]):
    """One parcel, outbound or on its way back (sop L1-L4)."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = ShipmentDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """Looking is the truth, webhooks are hints, and time says what silence means."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await desk.finished():
            if desk.state.stage == "watching":
                await desk.watch()
            await desk.continue_as_new_if_long()
        return desk.result()

    @workflow.update(description="The shop promises another day.")
    async def promise(self, message: Any) -> Answer:
        """Take the new day."""
        return await self._desk.act("promise", message)

    @workflow.update(description="Nobody need follow the parcel any more.")
    async def stop_watching(self, message: Any) -> Answer:
        """End the watch."""
        return await self._desk.act("stop_watching", message)

    @workflow.update(description="Extreme weather touches the parcel, or its end was moved.")
    async def grant_relief(self, message: Any) -> Answer:
        """Let silence and lateness rest while it lasts."""
        return await self._desk.act("grant_relief", message)

    @promise.validator
    def _check_promise(self, message: Any) -> None:
        self._desk.check("promise", message)

    @stop_watching.validator
    def _check_stop_watching(self, message: Any) -> None:
        self._desk.check("stop_watching", message)

    @grant_relief.validator
    def _check_grant_relief(self, message: Any) -> None:
        self._desk.check("grant_relief", message)
