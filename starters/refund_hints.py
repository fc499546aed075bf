"""Telling a refund that its provider may know more by now: a hint, which moves no money (docs/money.md)."""

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError

from activities.calls import is_unconnected, typed
from activities.names import REFUND
from domain.errors import NoAnswer
from domain.refunds import PayRefund


class RefundHints:
    """Signals with start: a refund that runs asks its provider at once, one that ended asks anew."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def look(self, order: PayRefund) -> None:
        """Have its workflow ask the provider. Any number of hints has the effect of one.

        One that was terminated or failed goes on so: the ledger knows what it had sent. Raises `NoAnswer`
        when Temporal does not answer; hint again then.
        """
        try:
            await self._client.start_workflow(
                REFUND,
                order,
                id=order.refund_id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_signal="provider_news",
                static_summary=f"Refund {order.seq} of {order.number}",
            )
        except TemporalError as error:
            raise typed(error) from None
        except RuntimeError as error:
            if not is_unconnected(error):
                raise
            raise NoAnswer(f"Temporal does not answer: {error}") from None
