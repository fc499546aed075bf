"""The story of a delivery exception: known, told, looked into, made up for, confirmed (sop L4, L5)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.case_messages import CaseMessages
from workflows.delivery_desk import DeliveryDesk
from workflows.refusals import NOTHING

with workflow.unsafe.imports_passed_through():
    from activities.names import DELIVERY_EXCEPTION
    from domain.cases.messages import Answer
    from domain.deliveries.decisions import settlement as settling


@workflow.defn(name=DELIVERY_EXCEPTION)
class DeliveryException(CaseMessages[DeliveryDesk]):
    """A parcel that went wrong, by the word of the watch, of the customer or of an agent."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = DeliveryDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """The policy goes on by itself; requests and time move the stages; goods or money settle it."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await desk.finished():
            match desk.state.stage:
                case "settlement":
                    await self._settle()
                case "closed":
                    pass
                case stage:
                    await desk.until_stage_after(stage)
            await desk.continue_as_new_if_long()
        return desk.result()

    async def _settle(self) -> None:
        """Goods once more, or money; then the customer is told what was done."""
        desk, now = self._desk, workflow.now()
        match settling.next_step(desk.state):
            case "replace":
                await desk.order_replacement()
            case "call_off":
                desk.record(settling.decide_call_off(desk.state), "system")
            case "switch":
                desk.record(settling.decide_switch(desk.state), "policy")
            case "pay":
                desk.record(settling.decide_pay(desk.state), "system")
            case "wait":
                await desk.until_settlement_moves()
            case "done":
                desk.record(settling.decide_settled(desk.state, now), "system")

    @workflow.update(description="What it really is, by a person who looked.")
    async def identify(self, message: Any) -> Answer:
        """Say what it is."""
        return await self._desk.act("identify", message)

    @workflow.update(description="Who answers for it, by a person's word.")
    async def correct_party(self, message: Any) -> Answer:
        """Correct the responsible party."""
        return await self._desk.act("correct_party", message)

    @workflow.update(description="Photos or papers, by reference.")
    async def add_evidence(self, message: Any) -> Answer:
        """Take the evidence."""
        return await self._desk.act("add_evidence", message)

    @workflow.update(description="A person reached the customer whom no notice had reached.")
    async def contacted(self, message: Any) -> Answer:
        """Note it."""
        return await self._desk.act("contacted", message)

    @workflow.update(description="What the carrier says of the parcel.")
    async def carrier_answered(self, message: Any) -> Answer:
        """Take the carrier's word."""
        return await self._desk.act("carrier_answered", message)

    @workflow.update(description="A scan, maybe a late one, ends the exception.")
    async def scan_cleared(self, message: Any) -> Answer:
        """Take the scan."""
        return await self._desk.act("scan_cleared", message)

    @workflow.update(description="The customer's choice of what makes up for it.")
    async def choose(self, message: Any) -> Answer:
        """Take the choice."""
        return await self._desk.act("choose", message)

    @workflow.update(description="A person's word on what the customer gets.")
    async def decide(self, message: Any) -> Answer:
        """Grant or decline."""
        return await self._desk.act("decide", message)

    @workflow.update(description="What was done and why, written for the customer.")
    async def feedback(self, message: Any) -> Answer:
        """Tell the customer."""
        return await self._desk.act("feedback", message)

    @workflow.update(description="The customer says that it is settled; the case closes.")
    async def confirm(self, message: Any) -> Answer:
        """Close."""
        return await self._desk.act("confirm", message)

    @workflow.update(description="The customer is not content; a person looks again.")
    async def object(self, message: Any) -> Answer:
        """Look again."""
        return await self._desk.act("object", message)

    @workflow.update(description="A failed refund is paid again under a new number.")
    async def retry_refund(self, message: Any) -> Answer:
        """Pay again."""
        return await self._desk.act("retry_refund", message)

    @workflow.update(description="The customer withdraws the report.")
    async def cancel(self, message: Any) -> Answer:
        """Withdraw."""
        return await self._desk.act("cancel", message)

    @workflow.update(description="Extreme weather touches the parcel, or its end was moved.")
    async def grant_relief(self, message: Any) -> Answer:
        """Let the clocks rest while it lasts."""
        return await self._desk.act("grant_relief", message)

    @identify.validator
    def _check_identify(self, message: Any) -> None:
        self._desk.check("identify", message)

    @correct_party.validator
    def _check_correct_party(self, message: Any) -> None:
        self._desk.check("correct_party", message)

    @add_evidence.validator
    def _check_add_evidence(self, message: Any) -> None:
        self._desk.check("add_evidence", message)

    @contacted.validator
    def _check_contacted(self, message: Any) -> None:
        self._desk.check("contacted", message)

    @carrier_answered.validator
    def _check_carrier_answered(self, message: Any) -> None:
        self._desk.check("carrier_answered", message)

    @scan_cleared.validator
    def _check_scan_cleared(self, message: Any) -> None:
        self._desk.check("scan_cleared", message)

    @choose.validator
    def _check_choose(self, message: Any) -> None:
        self._desk.check("choose", message)

    @decide.validator
    def _check_decide(self, message: Any) -> None:
        self._desk.check("decide", message)

    @feedback.validator
    def _check_feedback(self, message: Any) -> None:
        self._desk.check("feedback", message)

    @confirm.validator
    def _check_confirm(self, message: Any) -> None:
        self._desk.check("confirm", message)

    @object.validator
    def _check_object(self, message: Any) -> None:
        self._desk.check("object", message)

    @retry_refund.validator
    def _check_retry_refund(self, message: Any) -> None:
        self._desk.check("retry_refund", message)

    @cancel.validator
    def _check_cancel(self, message: Any) -> None:
        self._desk.check("cancel", message)

    @grant_relief.validator
    def _check_grant_relief(self, message: Any) -> None:
        self._desk.check("grant_relief", message)
