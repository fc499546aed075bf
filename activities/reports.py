"""Telling a case that no longer runs: the report starts it again."""

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.failures import typed_failures
from domain.returns.messages import OpenReturn, RefundReport, Reopen


class ReportActivities:
    """Signals with start: whatever run the case is in hears it, and a closed case is reopened by it."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    @activity.defn
    @typed_failures
    async def report_refund(self, report: RefundReport) -> None:
        """Signal `refund_reported`, starting the case if it is closed."""
        _, merchant, number, _ = report.refund_id.split(":")
        start = OpenReturn(
            merchant=merchant, number=number, reopen=Reopen(reason="refund_reported", by="payment")
        )
        await self._client.start_workflow(
            "ReturnCase",
            start,
            id=start.case_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="refund_reported",
            start_signal_args=[report],
        )
