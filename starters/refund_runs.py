"""The refunds' workflows, as the reconciler sees them: whether one runs, and that it shall look now."""

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import TemporalError

from activities.calls import RPC_TIMEOUT, typed
from starters.refund_hints import RefundHints
from starters.settings import Settings
from starters.temporal_client import connect
from starters.whereabouts import is_missing
from store.pool import Pool
from store.refund_orders import RefundOrders

ONLY_STARTED = 1
"""So many events has a history in which nothing followed the start; a task that waits is one more."""


class RefundRuns:
    """Connects when it is first needed, and again as long as Temporal is away."""

    def __init__(self, settings: Settings, pool: Pool, client: Client | None = None) -> None:
        self._settings = settings
        self._orders = RefundOrders(pool)
        self._client = client

    async def runs(self, refund_id: str) -> bool:
        """Whether its workflow runs. Raises `NotReady`, `NoAnswer`.

        One that will never have a task is ended, and does not: Temporal leaves a child so when its parent is
        reset or terminated in the moment in which it starts it (found by a storm).
        """
        client = await self._connected()
        try:
            shown = await client.get_workflow_handle(refund_id).describe(rpc_timeout=RPC_TIMEOUT)
            if shown.status != WorkflowExecutionStatus.RUNNING:
                return False
            if shown.history_length > ONLY_STARTED:
                return True
            stillborn = client.get_workflow_handle(refund_id, run_id=shown.run_id)
            await stillborn.terminate("it was started and never given a task", rpc_timeout=RPC_TIMEOUT)
        except TemporalError as error:
            if is_missing(error):
                return False
            raise typed(error) from None
        return False

    async def look(self, refund_id: str) -> None:
        """Have it ask the gateway now; one that does not run is begun again.

        Raises `NotReady`, `NoAnswer`, and `RefundNotFound` where its case has no record of it.
        """
        client = await self._connected()
        await RefundHints(client, self._settings.task_queue).look(await self._orders.order(refund_id))

    async def begin(self, case_id: str, seq: int) -> bool:
        """Have a case's refund begun again unless it runs; whether it was. Raises as `look` does."""
        order = await self._orders.of_case(case_id, seq)
        if await self.runs(order.refund_id):
            return False
        await RefundHints(await self._connected(), self._settings.task_queue).look(order)
        return True

    async def _connected(self) -> Client:
        if self._client is None:
            self._client = await connect(self._settings, patience_seconds=0)
        return self._client
