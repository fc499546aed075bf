"""What follows from a return's facts: they are recorded, told, and settled by goods or money."""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError

from workflows.case_desk import CaseDesk
from workflows.local_first import is_answer
from workflows.names import REFUND, SLA_STATE
from workflows.options import UNTIL_DONE

with workflow.unsafe.imports_passed_through():
    from activities.fulfilment import FulfilmentActivities
    from activities.notices import NoticeActivities
    from activities.refunds import RefundActivities
    from domain.notices import Notice
    from domain.refunds import PayRefund
    from domain.returns import events as facts
    from domain.returns import messages as ask
    from domain.returns import page, views
    from domain.returns.decisions import settlement as settling
    from domain.returns.notices import notices_of
    from domain.returns.requests import exchange_request, send_back_request
    from domain.returns.state import RefundPart, ReturnState
    from domain.returns.story import record


class ReturnEffects(CaseDesk):
    """Records facts, and has the world follow them."""

    def __init__(self) -> None:
        super().__init__()
        self._state: ReturnState | None = None
        self.next_due: tuple[datetime, str] | None = None
        self.notices_on_their_way: dict[str, Notice] = {}

    @property
    def state(self) -> ReturnState:
        """The case as it is now; only asked for after the opening."""
        assert self._state is not None
        return self._state

    def record(self, events: Sequence[facts.ReturnEvent], actor: str) -> None:
        """Make the events facts: fold them, queue them for the store, tell whom they concern."""
        was_breached = self.state.breached
        self._state, recorded = record(self.state, events, workflow.now(), actor)
        if not recorded:
            return
        only_told = all(isinstance(fact.event, facts.NoticeReported) for fact in recorded)
        self._recorder.add([fact.record for fact in recorded], soon=not only_told)
        self._recorder.describe(views.summarise(self.state), self.state.held)
        if self.state.breached and not was_breached:
            workflow.upsert_search_attributes([SLA_STATE.value_set("breached")])  # pyright: ignore[reportUnknownMemberType]
        for fact in recorded:
            for notice in notices_of(self.state, fact, workflow.now()):
                self.send(notice)
            if isinstance(fact.event, facts.RefundStarted):
                self.spawn(self._start_refund(self.state.refunds[-1]))
        self.next_due = views.next_due(self.state)
        self._tell_page()

    def _tell_page(self) -> None:
        text = page.markdown(self.state, workflow.now())
        if since := self._recorder.blocked_since:
            text += f"\n\nThe store is unreachable since {since:%Y-%m-%d %H:%M:%S} UTC; the case goes on"
        workflow.set_current_details(text)

    # Notices

    def send(self, notice: Notice) -> None:
        """Have a notice sent beside the story; the same notice is on its way only once."""
        if notice.notice_id not in self.notices_on_their_way:
            self.notices_on_their_way[notice.notice_id] = notice
            self.spawn(self._send(notice))

    async def _send(self, notice: Notice) -> None:
        try:
            result = await workflow.execute_activity_method(
                NoticeActivities.send_notice, notice, summary=f"tell: {notice.kind}", **UNTIL_DONE
            )
            state, channel = result.state, result.channel
        except ActivityError as error:
            if not is_answer(error):
                raise
            state, channel = "undeliverable", None
        del self.notices_on_their_way[notice.notice_id]
        told = facts.NoticeReported(
            notice_id=notice.notice_id, kind=notice.kind, state=state, channel=channel
        )
        self.record([told], "system")

    # Settlement

    async def send_goods_back(self) -> None:
        """Goods that did not pass go back to the customer."""
        label = await workflow.execute_activity_method(
            FulfilmentActivities.send_back,
            send_back_request(self.state),
            summary="send back what did not pass",
            **UNTIL_DONE,
        )
        sent = facts.GoodsSentBack(carrier=label.carrier, tracking_no=label.tracking_no)
        self.record([sent], "warehouse")

    async def place_exchanges(self) -> None:
        """Order replacements line by line, until all are ordered or one is out of stock."""
        line = settling.lines_to_exchange(self.state)[0]
        placing = workflow.start_activity_method(
            FulfilmentActivities.place_exchange,
            exchange_request(self.state, line),
            summary=f"order the replacement for line {line.line}",
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            **UNTIL_DONE,
        )
        await workflow.wait_condition(lambda: placing.done() or self.state.refund_instead)
        if not placing.done():
            # An attempt that is under way ends first: what it has ordered by then must not be refunded too.
            placing.cancel()
        try:
            number = await placing
        except ActivityError as error:
            if self.state.refund_instead:
                return
            if not is_answer(error):
                raise
            self.record(settling.decide_out_of_stock(self.state, line, workflow.now()), "shop")
            return
        self.record(
            [facts.ExchangePlaced(line=line.line, quantity=line.passed, exchange_order_id=number)], "shop"
        )

    async def start_refund(self) -> None:
        """Put the refund on its way; it reports by signal."""
        self.record(settling.decide_refund(self.state), "system")

    async def _start_refund(self, part: RefundPart) -> None:
        state = self.state
        order = PayRefund(
            case_id=state.case_id,
            merchant=state.merchant,
            number=state.number,
            seq=part.seq,
            order_id=state.bought.order_id,
            amount_minor=part.amount_minor,
            currency=state.bought.currency,
            rules=state.terms.refunds,
        )
        try:
            await workflow.start_child_workflow(
                REFUND,
                order,
                id=order.refund_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"Refund {part.seq} of {state.number}",
            )
        except WorkflowAlreadyStartedError:
            # A reset starts it again; the first one goes on, or has ended and its report is in the ledger.
            # One that was terminated begins anew: the ledger knows what it had sent.
            outcome = await workflow.execute_activity_method(
                RefundActivities.refund_outcome, order, summary="what became of the refund", **UNTIL_DONE
            )
            if outcome is not None:
                report = ask.report_of(order, outcome)
                self.record(settling.decide_refund_reported(self.state, report), "payment")

    async def until_settlement_moves(self) -> None:
        """Wait for the customer's choice, the stock or the money."""
        await self.until(lambda: self.state.stage != "settlement" or settling.next_step(self.state) != "wait")
