"""What ops do to workflows in the storm: reset them, also twice, terminate them and let them go on."""

import asyncio
from collections import Counter

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.cases.messages import Reopen
from domain.errors import CaseworkError, NoAnswer, NotReady, StoreUnavailable
from starters.client import Cases
from storm.plays import Play

TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
TRIES, PAUSE_SECONDS = 60, 0.5
ORPHAN_TRIES, ORPHAN_PAUSE_SECONDS = 20, 0.02
AWAY = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
)


class Ops:
    """Operators with the right to reset and terminate."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.done: Counter[str] = Counter()

    async def reset(self, play: Play, *, twice: bool) -> None:
        """Let a case go on from its first task, before its refund; what came in since comes in again.

        The request is sent twice, as a client does whose answer was lost; `twice` is another reset on top.
        """
        await self._reset(play.case_id, "first")
        if twice:
            await self._reset(play.case_id, "second")

    async def _reset(self, case_id: str, which: str) -> None:
        handle = self._client.get_workflow_handle(case_id)
        for _ in range(TRIES):
            try:
                run_id = (await handle.describe()).run_id
                events = (
                    await self._client.get_workflow_handle(case_id, run_id=run_id).fetch_history()
                ).events
                mark = next(event.event_id for event in events if event.event_type == TASK_COMPLETED)
                request = ResetWorkflowExecutionRequest(
                    namespace=self._client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=case_id, run_id=run_id),
                    reason="a storm",
                    workflow_task_finish_event_id=mark,
                    request_id=f"{which}-{case_id}",
                )
                for _ in range(2):
                    await self._client.workflow_service.reset_workflow_execution(request)
                self.done["resets"] += 1
                return
            except (RPCError, StopIteration) as error:
                if isinstance(error, RPCError) and error.status not in AWAY:
                    self.done["resets refused"] += 1
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    async def restart(self, play: Play, cases: Cases, seq: int) -> None:
        """Terminate a case and its refund in the middle of it; let the case go on from what is recorded.

        `seq` is the last that its caller was told of: what is not recorded would be lost with the workflow.
        """
        await _recorded(play, cases, seq)
        if await self._terminated(play.refund_id, tries=1):
            self.done["refunds terminated"] += 1
        if not await self._terminated(play.case_id, tries=TRIES):
            return
        self.done["cases terminated"] += 1
        for number in range(TRIES):
            try:
                await cases.reopen(play.case_id, Reopen(reason="by_ops", by="ops"), f"restart-{number}")
            except (NoAnswer, NotReady, StoreUnavailable):
                await asyncio.sleep(PAUSE_SECONDS)
            except CaseworkError:
                return  # it was reopened by its refund's report meanwhile
            else:
                return

    async def orphan(self, play: Play) -> None:
        """Terminate a refund alone while it is on its way: its case waits, and nobody pays."""
        for _ in range(ORPHAN_TRIES):  # it may not have been started yet
            if await self._terminated(play.refund_id, tries=1):
                self.done["refunds orphaned"] += 1
                return
            await asyncio.sleep(ORPHAN_PAUSE_SECONDS)

    async def _terminated(self, workflow_id: str, tries: int) -> bool:
        """Whether it ran and does no more; without a server that answers it is tried again."""
        for _ in range(tries):
            try:
                await self._client.get_workflow_handle(workflow_id).terminate("a storm")
            except RPCError as error:
                if error.status == RPCStatusCode.NOT_FOUND:
                    return False
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return True
        return False


async def _recorded(play: Play, cases: Cases, seq: int) -> None:
    for _ in range(TRIES):
        try:
            await cases.wait_for(play.case_id, seq)
        except (NoAnswer, StoreUnavailable):
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
