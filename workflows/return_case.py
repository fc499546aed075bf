"""The story of a return: apply, review, ship back, inspect, settle, confirm, close (sop R1–R7, R9)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.names import RETURN_CASE
from workflows.refusals import NOTHING
from workflows.return_desk import ReturnDesk

with workflow.unsafe.imports_passed_through():
    from domain.returns import messages as ask
    from domain.returns.decisions import settlement as settling


@workflow.defn(name=RETURN_CASE)
class ReturnCase:
    """A customer's return or exchange.

    Requests are updates (a refusal leaves no event in the history); `refund_reported` is a signal, because
    the refund must not wait for the case. Queries: `progress` for the customer, `case` for staff and systems.
    """

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
        return {"case_id": desk.state.case_id, "outcome": desk.state.outcome, "seq": desk.state.seq}

    async def _ship_back(self) -> None:
        """Where the platform pays the freight there is a label; then the goods are on their way."""
        desk = self._desk
        if desk.state.needs_label:
            await desk.way_back.make_label()
        await desk.until(lambda: desk.state.stage != "ship_back" or desk.state.needs_label)

    async def _settle(self) -> None:
        """Send back what failed, exchange or refund what passed, and wait for the money."""
        desk = self._desk
        match settling.next_step(desk.state):
            case "send_back":
                await desk.send_goods_back()
            case "exchange":
                await desk.place_exchanges()
            case "refund":
                await desk.start_refund()
            case "wait":
                await desk.until_settlement_moves()
            case "done":
                desk.record(settling.decide_settled(desk.state), "system")

    @workflow.update(description="Answers what was decided at opening; also reopens a case that still runs.")
    async def open(self, message: Any) -> ask.Opened:
        """Wait for the opening and answer what it decided."""
        return await self._desk.opened(message)

    @workflow.update(description="An agent approves or refuses the application.")
    async def review(self, message: Any) -> ask.Answer:
        """Approve or refuse."""
        return await self._desk.act(ask.Review, message)

    @workflow.update(description="An agent asks the customer for more.")
    async def request_info(self, message: Any) -> ask.Answer:
        """Ask the customer."""
        return await self._desk.act(ask.RequestInfo, message)

    @workflow.update(description="The customer answers the agent's question.")
    async def give_info(self, message: Any) -> ask.Answer:
        """Answer the question."""
        return await self._desk.act(ask.GiveInfo, message)

    @workflow.update(description="The customer sent the goods with a tracking number of their own.")
    async def ship(self, message: Any) -> ask.Answer:
        """Take the tracking number."""
        return await self._desk.act(ask.Ship, message)

    @workflow.update(description="The warehouse took the goods in.")
    async def receive(self, message: Any) -> ask.Answer:
        """Count the goods in."""
        return await self._desk.act(ask.Receive, message)

    @workflow.update(description="A parcel was refused at the dock or is lost.")
    async def resolve_parcel(self, message: Any) -> ask.Answer:
        """Decide what becomes of the parcel."""
        return await self._desk.act(ask.ResolveParcel, message)

    @workflow.update(description="The inspection's result per line and quantity.")
    async def inspect(self, message: Any) -> ask.Answer:
        """Take the inspector's count."""
        return await self._desk.act(ask.Inspect, message)

    @workflow.update(description="The customer's choice when the exchange is out of stock.")
    async def choose(self, message: Any) -> ask.Answer:
        """Refund or wait."""
        return await self._desk.act(ask.Choose, message)

    @workflow.update(description="A failed refund is paid again under a new number.")
    async def retry_refund(self, message: Any) -> ask.Answer:
        """Pay again."""
        return await self._desk.act(ask.RetryRefund, message)

    @workflow.update(description="The customer confirms that it arrived; the case closes.")
    async def confirm(self, message: Any) -> ask.Answer:
        """Close."""
        return await self._desk.act(ask.Confirm, message)

    @workflow.update(description="The customer withdraws before the goods are received.")
    async def cancel(self, message: Any) -> ask.Answer:
        """Withdraw."""
        return await self._desk.act(ask.Cancel, message)

    @open.validator
    def _check_open(self, message: Any) -> None:
        self._desk.check_open(message)

    @review.validator
    def _check_review(self, message: Any) -> None:
        self._desk.check(ask.Review, message)

    @request_info.validator
    def _check_request_info(self, message: Any) -> None:
        self._desk.check(ask.RequestInfo, message)

    @give_info.validator
    def _check_give_info(self, message: Any) -> None:
        self._desk.check(ask.GiveInfo, message)

    @ship.validator
    def _check_ship(self, message: Any) -> None:
        self._desk.check(ask.Ship, message)

    @receive.validator
    def _check_receive(self, message: Any) -> None:
        self._desk.check(ask.Receive, message)

    @resolve_parcel.validator
    def _check_resolve_parcel(self, message: Any) -> None:
        self._desk.check(ask.ResolveParcel, message)

    @inspect.validator
    def _check_inspect(self, message: Any) -> None:
        self._desk.check(ask.Inspect, message)

    @choose.validator
    def _check_choose(self, message: Any) -> None:
        self._desk.check(ask.Choose, message)

    @retry_refund.validator
    def _check_retry_refund(self, message: Any) -> None:
        self._desk.check(ask.RetryRefund, message)

    @confirm.validator
    def _check_confirm(self, message: Any) -> None:
        self._desk.check(ask.Confirm, message)

    @cancel.validator
    def _check_cancel(self, message: Any) -> None:
        self._desk.check(ask.Cancel, message)

    @workflow.signal(description="What became of a refund of this case.")
    async def refund_reported(self, report: Any) -> None:
        """Take the refund's news."""
        await self._desk.refund_reported(report)

    @workflow.query(
        description="Where the return is, for the customer's eyes: four stages, what is next, until when."
    )
    def progress(self) -> ask.Progress:
        """The customer's view."""
        return self._desk.progress()

    @workflow.query(description="The whole state.")
    def case(self) -> dict[str, Any]:
        """The staff's and systems' view."""
        return self._desk.view()
