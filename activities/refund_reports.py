"""Telling a case what became of its refund, in whatever run the case then is."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.names import WORKFLOW_TYPES
from domain.cases.messages import Reopen, report_of
from domain.kinds import kind_of
from domain.refunds import PayRefund, RefundOutcome


class RefundReports:
    """Signals with start: a running case hears it, and a closed one is reopened by it."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Signal `refund_reported`; raises Temporal's `RPCError`, after which it can be told again."""
        kind = kind_of(order.case_id)
        reopening = kind.open_message(
            merchant=order.merchant,
            number=order.number,
            reopen=Reopen(reason="refund_reported", by="payment"),
        )
        await self._client.start_workflow(
            WORKFLOW_TYPES[kind.name],
            reopening,
            id=order.case_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="refund_reported",
            start_signal_args=[report_of(order, outcome)],
        )
