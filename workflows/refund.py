"""The story of a refund: reserve, pay, report (sop R7; design §5)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.local_first import local_first
from workflows.names import REFUND
from workflows.options import UNTIL_DONE, UNTIL_NEWS
from workflows.refusals import NOTHING, parse, refusal

with workflow.unsafe.imports_passed_through():
    from activities.refunds import RefundActivities, Report, Resolution
    from domain.errors import InvalidRequest, WrongStage
    from domain.refunds import PayRefund, RefundOutcome, Reservation, ResolveRefund


@workflow.defn(name=REFUND)
class Refund:
    """Pays one refund at most once and tells its case, in whatever run that case then is.

    Update `resolve`: a person says what became of a refund that the provider no longer knows.
    """

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._start = start
        self._held = False
        self._word: ResolveRefund | None = None

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> RefundOutcome:
        """Ledger before money; what is not certain is asked about until it is."""
        order = parse(PayRefund, self._start)
        if order.refund_id != workflow.info().workflow_id:
            raise refusal(InvalidRequest(f"the workflow id must be {order.refund_id}"))
        workflow.set_current_details(
            f"Refund {order.key}: {order.amount_minor} {order.currency} (minor units)"
        )
        try:
            await self._reserve(order)
        except ApplicationError as refused:
            outcome = await self._refused(order, refused)
        else:
            outcome = await self._pay(order)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome

    async def _reserve(self, order: PayRefund) -> None:
        reservation = Reservation(order=order, at=workflow.now())
        what = f"reserve {order.amount_minor} {order.currency} of the order's budget"
        await local_first(RefundActivities.reserve_refund, reservation, what)

    async def _pay(self, order: PayRefund) -> RefundOutcome:
        outcome = await workflow.execute_activity_method(
            RefundActivities.pay_refund, order, summary=f"pay {order.key} once", **UNTIL_NEWS
        )
        return await self._ask_a_person(order) if outcome.state == "held" else outcome

    async def _ask_a_person(self, order: PayRefund) -> RefundOutcome:
        self._held = True
        workflow.set_current_details(
            f"Refund {order.key} is held: the provider does not know it. Ask them, then send `resolve`."
        )
        await workflow.wait_condition(lambda: self._word is not None)
        assert self._word is not None
        return await workflow.execute_activity_method(
            RefundActivities.resolve_refund,
            Resolution(order=order, word=self._word),
            summary=f"write down what became of {order.key}",
            **UNTIL_DONE,
        )

    async def _refused(self, order: PayRefund, refused: ApplicationError) -> RefundOutcome:
        """The ledger said no, so nothing was sent."""
        outcome = RefundOutcome(state="failed", at=workflow.now(), reason=refused.type)
        await workflow.execute_activity_method(
            RefundActivities.report_refund,
            Report(order=order, outcome=outcome),
            summary=f"tell the case that {order.key} is refused: {outcome.reason}",
            **UNTIL_DONE,
        )
        return outcome

    @workflow.update(description="A person says what became of a refund that the provider does not know.")
    async def resolve(self, message: Any) -> None:
        """Take the word."""
        self._word = parse(ResolveRefund, message)

    @resolve.validator
    def _check_resolve(self, message: Any) -> None:
        parse(ResolveRefund, message)
        if not self._held or self._word is not None:
            raise refusal(WrongStage("this refund is not held for a person"))
