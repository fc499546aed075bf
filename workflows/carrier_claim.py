"""The story of a claim against a carrier: filed, proved, accepted or denied, paid (sop L6)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.case_messages import CaseMessages
from workflows.claim_desk import ClaimDesk
from workflows.refusals import NOTHING

with workflow.unsafe.imports_passed_through():
    from activities.names import CARRIER_CLAIM
    from domain.cases.messages import Answer


@workflow.defn(name=CARRIER_CLAIM)
class CarrierClaim(CaseMessages[ClaimDesk]):
    """Money that a carrier owes for a parcel; it outlives the case that it was started for."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = ClaimDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """What is new goes to the carrier; its answers come by asking, or by whoever heard them first."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await desk.finished():
            match desk.state.stage:
                case "filing":
                    await desk.file()
                case "answer" | "payment":
                    await desk.await_answer()
                case "booking":
                    await desk.book()
                case "withdrawal":
                    await desk.withdraw()
                case "closed":
                    pass
                case stage:
                    await desk.until_stage_after(stage)
            await desk.continue_as_new_if_long()
        return desk.result()

    @workflow.update(description="The evidence that the carrier asked for.")
    async def give_evidence(self, message: Any) -> Answer:
        """Take the evidence."""
        return await self._desk.act("give_evidence", message)

    @workflow.update(description="The carrier's answer, by whoever heard it.")
    async def carrier_replied(self, message: Any) -> Answer:
        """Take the answer."""
        return await self._desk.act("carrier_replied", message)

    @workflow.update(description="A denial is appealed, once.")
    async def appeal(self, message: Any) -> Answer:
        """Appeal."""
        return await self._desk.act("appeal", message)

    @workflow.update(description="The claim is withdrawn.")
    async def withdraw(self, message: Any) -> Answer:
        """Withdraw."""
        return await self._desk.act("withdraw", message)

    @give_evidence.validator
    def _check_give_evidence(self, message: Any) -> None:
        self._desk.check("give_evidence", message)

    @carrier_replied.validator
    def _check_carrier_replied(self, message: Any) -> None:
        self._desk.check("carrier_replied", message)

    @appeal.validator
    def _check_appeal(self, message: Any) -> None:
        self._desk.check("appeal", message)

    @withdraw.validator
    def _check_withdraw(self, message: Any) -> None:
        self._desk.check("withdraw", message)
