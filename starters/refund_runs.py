"""The refunds' workflows, as the reconciler sees them: whether one runs, and that it shall look now."""

from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetActivityRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import typed
from activities.names import REFUND
from domain.errors import RefundNotFound
from domain.refunds import PayRefund
from starters.settings import Settings
from starters.temporal_client import connect
from starters.whereabouts import is_missing

RPC_TIMEOUT = timedelta(seconds=5)
PAYING = "pay_refund"


class RefundRuns:
    """Connects when it is first needed, and again as long as Temporal is away."""

    def __init__(self, settings: Settings, client: Client | None = None) -> None:
        self._settings = settings
        self._client = client

    async def runs(self, refund_id: str) -> bool:
        """Whether its workflow runs. Raises `NotReady`, `NoAnswer`."""
        handle = (await self._connected()).get_workflow_handle(refund_id)
        try:
            shown = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except TemporalError as error:
            if is_missing(error):
                return False
            raise typed(error) from None
        return shown.status == WorkflowExecutionStatus.RUNNING

    async def look(self, refund_id: str) -> None:
        """Have it look at the gateway now; one that does not run is begun again, as it was begun before.

        It asks before it sends, so a repeat pays nothing. Raises `NotReady`, `NoAnswer`, and `RefundNotFound`
        where Temporal has forgotten how it was begun.
        """
        client = await self._connected()
        try:
            if await self.runs(refund_id):
                await self._hurry(client, refund_id)
            else:
                await self._begin_again(client, refund_id)
        except TemporalError as error:
            raise typed(error) from None

    async def _hurry(self, client: Client, refund_id: str) -> None:
        """Cut the wait before the next look short; one that waits for a person has none."""
        try:
            await client.workflow_service.reset_activity(
                ResetActivityRequest(
                    namespace=client.namespace,
                    execution=WorkflowExecution(workflow_id=refund_id),
                    type=PAYING,
                ),
                timeout=RPC_TIMEOUT,
            )
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def _begin_again(self, client: Client, refund_id: str) -> None:
        await client.start_workflow(
            REFUND,
            await _order_of(client, client.get_workflow_handle(refund_id)),
            id=refund_id,
            task_queue=self._settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            rpc_timeout=RPC_TIMEOUT,
        )

    async def _connected(self) -> Client:
        if self._client is None:
            self._client = await connect(self._settings, patience_seconds=0)
        return self._client


async def _order_of(client: Client, handle: WorkflowHandle[object, object]) -> PayRefund:
    """What its last run was begun with."""
    try:
        async for event in handle.fetch_history_events(page_size=1, rpc_timeout=RPC_TIMEOUT):
            payloads = event.workflow_execution_started_event_attributes.input.payloads
            (order,) = await client.data_converter.decode(payloads, [PayRefund])
            return order
    except TemporalError as error:
        if not is_missing(error):
            raise
    raise RefundNotFound(f"Temporal has forgotten how {handle.id} was begun", refund_id=handle.id)
