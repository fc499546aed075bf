"""A case's refunds: put on their way as workflows of their own, and heard of again."""

from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from workflows.case_staff import CaseStaff
from workflows.options import UNTIL_DONE
from workflows.refusals import parse

with workflow.unsafe.imports_passed_through():
    from activities.names import REFUND
    from activities.refunds import RefundActivities
    from domain.cases.events import RefundReportedFact, RefundStartedFact
    from domain.cases.folding import Fact
    from domain.cases.messages import RefundReport, report_of
    from domain.cases.news import refund_news
    from domain.cases.refund_orders import order_of
    from domain.cases.state import RefundPart, S


class CaseMoney(CaseStaff[S]):
    """Pays by `Refund` workflows; a kind names its own report by `refund_report`."""

    refund_report: type[RefundReportedFact] = RefundReportedFact

    def follow(self, fact: Fact) -> None:
        """A refund that was put on its way is paid by a workflow of its own."""
        super().follow(fact)
        if isinstance(fact.event, RefundStartedFact):
            seq = fact.event.refund_seq
            self.spawn(self._start_refund(next(part for part in self.state.refunds if part.seq == seq)))

    async def _start_refund(self, part: RefundPart) -> None:
        order = order_of(self.state, part)
        try:
            await workflow.start_child_workflow(
                REFUND,
                order,
                id=order.refund_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"Refund {part.seq} of {self.state.number}",
            )
        except WorkflowAlreadyStartedError:
            # A reset starts it again; the first one goes on, or has ended and its report is in the ledger.
            # One that was terminated begins anew: the ledger knows what it had sent.
            outcome = await workflow.execute_activity_method(
                RefundActivities.refund_outcome, order, summary="what became of the refund", **UNTIL_DONE
            )
            if outcome is not None:
                self._take_report(report_of(order, outcome))

    def _take_report(self, report: RefundReport) -> None:
        self.record(refund_news(self.state, report, self.refund_report), "payment")

    async def refund_reported(self, raw: Any) -> None:
        """Take a refund's news, whatever the case is doing; what is not a report is logged and dropped."""
        try:
            report = parse(RefundReport, raw)
        except ApplicationError as error:
            workflow.logger.warning("refund_reported is dropped: %s", error.message)
            return
        with suppress(ApplicationError):  # a case that could not be opened is told of nothing
            await self.until_ready()
        if self._state is not None:
            self._take_report(report)

    def resume_refund(self) -> None:
        """Take up refunds that an earlier run had begun and may not have started."""
        for part in self.state.refunds:
            if part.state == "started":
                self.spawn(self._start_refund(part))
