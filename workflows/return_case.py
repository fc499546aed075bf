"""The story of a return: apply, review, ship back, inspect, settle, confirm, close (sop R1–R9)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.case_messages import CaseMessages
from workflows.refusals import NOTHING
from workflows.return_desk import ReturnDesk

with workflow.unsafe.imports_passed_through():
    from activities.names import RETURN_CASE
    from domain.cases.messages import Answer
    from domain.returns.decisions import settlement as settling


@workflow.defn(name=RETURN_CASE)
class ReturnCase(CaseMessages[ReturnDesk]):
    """A customer's return, exchange, repair or reissue."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = ReturnDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """From application to close; a closed case that is reopened goes on from the stage it had left."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await desk.finished():
            match desk.state.stage:
                case "ship_back":
                    await self._ship_back()
                case "settlement":
                    await self._settle()
                case "closed":
                    pass
                case stage:
                    await desk.until_stage_after(stage)
            await desk.continue_as_new_if_long()
        return desk.result()

    async def _ship_back(self) -> None:
        """Where the platform pays the freight there is a label; then the goods are on their way."""
        desk = self._desk
        if desk.state.needs_label:
            await desk.way_back.make_label()
        await desk.until(
            lambda: desk.state.stage != "ship_back" or desk.state.needs_label or desk.money_ahead.is_due
        )
        if desk.money_ahead.is_due:
            await desk.money_ahead.move()

    async def _settle(self) -> None:
        """Send back what failed, exchange or refund what passed, and wait for the money."""
        desk = self._desk
        match settling.next_step(desk.state):
            case "send_back":
                await desk.send_goods_back()
            case "order_repair" | "repair" | "return_repaired" as step:
                await desk.workshop.do(step)
            case "exchange":
                await desk.place_exchanges()
            case "refund":
                await desk.start_refund()
            case "ask_back" | "end_advance" as step:
                await desk.money_ahead.do(step)
            case "wait":
                await desk.until_settlement_moves()
            case "done":
                desk.record(settling.decide_settled(desk.state), "system")

    @workflow.update(description="An agent approves or refuses the application.")
    async def review(self, message: Any) -> Answer:
        """Approve or refuse."""
        return await self._desk.act("review", message)

    @workflow.update(description="An agent's diagnosis, and what would help best.")
    async def advise(self, message: Any) -> Answer:
        """Diagnose and recommend."""
        return await self._desk.act("advise", message)

    @workflow.update(description="The customer's word on what the desk recommends.")
    async def accept_advice(self, message: Any) -> Answer:
        """Take the advice, or keep to the application."""
        return await self._desk.act("accept_advice", message)

    @workflow.update(description="An agent asks the customer for more.")
    async def request_info(self, message: Any) -> Answer:
        """Ask the customer."""
        return await self._desk.act("request_info", message)

    @workflow.update(description="The customer answers the agent's question.")
    async def give_info(self, message: Any) -> Answer:
        """Answer the question."""
        return await self._desk.act("give_info", message)

    @workflow.update(description="The customer sent the goods with a tracking number of their own.")
    async def ship(self, message: Any) -> Answer:
        """Take the tracking number."""
        return await self._desk.act("ship", message)

    @workflow.update(description="The warehouse took the goods in.")
    async def receive(self, message: Any) -> Answer:
        """Count the goods in."""
        return await self._desk.act("receive", message)

    @workflow.update(description="A parcel was refused at the dock or is lost.")
    async def resolve_parcel(self, message: Any) -> Answer:
        """Decide what becomes of the parcel."""
        return await self._desk.act("resolve_parcel", message)

    @workflow.update(description="The inspection's result per line and quantity.")
    async def inspect(self, message: Any) -> Answer:
        """Take the inspector's count."""
        return await self._desk.act("inspect", message)

    @workflow.update(description="The customer's choice: out of stock, or beyond repair.")
    async def choose(self, message: Any) -> Answer:
        """Refund, wait or exchange."""
        return await self._desk.act("choose", message)

    @workflow.update(description="The customer does not accept the refusal; a complaint looks into it.")
    async def appeal(self, message: Any) -> Answer:
        """Take the appeal and open its complaint."""
        answer = await self._desk.act("appeal", message)
        await self._desk.open_complaint()
        return answer

    @workflow.update(description="What became of money that went out in advance and was asked back.")
    async def resolve_clawback(self, message: Any) -> Answer:
        """Paid back or written off."""
        return await self._desk.act("resolve_clawback", message)

    @workflow.update(description="A failed refund is paid again under a new number.")
    async def retry_refund(self, message: Any) -> Answer:
        """Pay again."""
        return await self._desk.act("retry_refund", message)

    @workflow.update(description="The customer confirms that it arrived; the case closes.")
    async def confirm(self, message: Any) -> Answer:
        """Close."""
        return await self._desk.act("confirm", message)

    @workflow.update(description="The customer withdraws before the goods are received.")
    async def cancel(self, message: Any) -> Answer:
        """Withdraw."""
        return await self._desk.act("cancel", message)

    @review.validator
    def _check_review(self, message: Any) -> None:
        self._desk.check("review", message)

    @advise.validator
    def _check_advise(self, message: Any) -> None:
        self._desk.check("advise", message)

    @accept_advice.validator
    def _check_accept_advice(self, message: Any) -> None:
        self._desk.check("accept_advice", message)

    @request_info.validator
    def _check_request_info(self, message: Any) -> None:
        self._desk.check("request_info", message)

    @give_info.validator
    def _check_give_info(self, message: Any) -> None:
        self._desk.check("give_info", message)

    @ship.validator
    def _check_ship(self, message: Any) -> None:
        self._desk.check("ship", message)

    @receive.validator
    def _check_receive(self, message: Any) -> None:
        self._desk.check("receive", message)

    @resolve_parcel.validator
    def _check_resolve_parcel(self, message: Any) -> None:
        self._desk.check("resolve_parcel", message)

    @inspect.validator
    def _check_inspect(self, message: Any) -> None:
        self._desk.check("inspect", message)

    @choose.validator
    def _check_choose(self, message: Any) -> None:
        self._desk.check("choose", message)

    @appeal.validator
    def _check_appeal(self, message: Any) -> None:
        self._desk.check("appeal", message)

    @resolve_clawback.validator
    def _check_resolve_clawback(self, message: Any) -> None:
        self._desk.check("resolve_clawback", message)

    @retry_refund.validator
    def _check_retry_refund(self, message: Any) -> None:
        self._desk.check("retry_refund", message)

    @confirm.validator
    def _check_confirm(self, message: Any) -> None:
        self._desk.check("confirm", message)

    @cancel.validator
    def _check_cancel(self, message: Any) -> None:
        self._desk.check("cancel", message)
