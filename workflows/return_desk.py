"""The desk that a return is worked at: how it is opened and reopened, and what its settlement moves."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.case_desk import CaseDesk
from workflows.local_first import is_answer, local_first
from workflows.money_ahead import MoneyAhead
from workflows.options import UNTIL_DONE
from workflows.refusals import refusing
from workflows.way_back import WayBack
from workflows.workshop import Workshop

with workflow.unsafe.imports_passed_through():
    from activities.fulfilment import FulfilmentActivities
    from activities.opening import OpeningActivities
    from domain.cases.events import Linked
    from domain.digests import digest
    from domain.returns import events as facts
    from domain.returns.appeals import appeal_complaint
    from domain.returns.decisions import settlement as settling
    from domain.returns.decisions.opening import decide_open, decide_reopen
    from domain.returns.kind import RETURN
    from domain.returns.opening import ReturnOpening
    from domain.returns.requests import exchange_request, send_back_request
    from domain.returns.state import ReturnState


class ReturnDesk(CaseDesk[ReturnState]):
    """How a return is opened, and how goods and money settle it."""

    refund_report = facts.RefundReported
    turning_points = frozenset({facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(RETURN, start)
        self.way_back = WayBack(self)
        self.workshop = Workshop(self)
        self.money_ahead = MoneyAhead(self)

    def start_work(self) -> None:
        """Also follow whatever parcel is on its way."""
        super().start_work()
        self.spawn(self.way_back.follow())

    async def open_new(self, opening: ReturnOpening) -> None:
        """Load the order, claim the goods, judge the application by rule."""
        start = opening.start
        assert start.application is not None
        what = "load the order, claim the goods"
        prepared = await local_first(OpeningActivities.prepare_return, opening, what)
        with refusing():
            applied = decide_open(start.application, prepared, digest(start.application), workflow.now())
        self.begin(RETURN.blank(start.case_id, prepared.terms))
        self.record(applied[:1], "customer")
        self.record(applied[1:], "policy")
        if start.cause is not None:
            self.record([Linked(case_id=start.cause.case_id, relation=start.cause.relation)], "system")

    async def reopen(self, opening: ReturnOpening) -> None:
        """Load the case with its units claimed again, and let it go on where its outcome left it."""
        reopen = opening.start.reopen
        assert reopen is not None
        what = "load the case from the store"
        restored = await local_first(OpeningActivities.restore_return, opening, what)
        with refusing():
            reopened = decide_reopen(restored.state, reopen, restored.units, workflow.now())
        self.begin(restored.state)
        self.recall(restored.answers)
        self.record(reopened, f"{reopen.reason}:{reopen.by}")

    async def open_complaint(self) -> None:
        """Have a complaint look into an appeal, unless it does already; raises its refusal."""
        wanted = appeal_complaint(self.state)
        if self.state.link(wanted.case_id) is not None:
            return
        opened = await self.open_linked(wanted)
        if isinstance(opened, ApplicationError):
            raise opened

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

    async def until_settlement_moves(self) -> None:
        """Wait for the customer's choice, the stock or the money."""
        await self.until(lambda: self.state.stage != "settlement" or settling.next_step(self.state) != "wait")
