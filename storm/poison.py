"""Messages that nobody should send: each is refused with a code, and none stops a case or a worker."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.names import TASK_QUEUE
from storm.plays import MERCHANT

TOO_MUCH = "x" * (2 * 1024 * 1024 + 1)
STARTS: dict[str, Any] = {
    "no object": "return this, please",
    "missing": {"merchant": MERCHANT},
    "future version": {"merchant": MERCHANT, "number": "X", "schema_version": 99},
    "too large": {"merchant": MERCHANT, "number": TOO_MUCH},
}
UPDATES: dict[str, Any] = {
    "no object": ["ship"],
    "missing": {"carrier": "swift"},
    "unknown field": {"carrier": "swift", "tracking_no": "SW1", "amount_minor": -1},
    "future version": {"carrier": "swift", "tracking_no": "SW1", "schema_version": 99},
}
QUARANTINED_SECONDS = 60.0
PAUSE_SECONDS = 0.5


class Poison:
    """Sends poison and sees what becomes of it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.done: Counter[str] = Counter()
        self.taken: list[str] = []
        """What was accepted, or did not come to its end in a minute: violations."""

    async def start(self, number: int) -> None:
        """Start a case with an argument that is none."""
        name = list(STARTS)[number % len(STARTS)]
        case_id = f"return:{MERCHANT}:X-{number}"
        try:
            async with asyncio.timeout(QUARANTINED_SECONDS):
                await self._start(case_id, STARTS[name])
                self.done["starts"] += 1
        except TimeoutError:
            self.taken.append(
                f"{case_id} ({name}) was neither refused nor ended in {QUARANTINED_SECONDS:.0f} s"
            )

    async def _start(self, case_id: str, argument: Any) -> None:
        handle = self._client.get_workflow_handle(case_id)
        while True:
            try:
                with suppress(WorkflowAlreadyStartedError):
                    await self._client.start_workflow(
                        "ReturnCase",
                        argument,
                        id=case_id,
                        task_queue=TASK_QUEUE,
                        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    )
                status = (await handle.describe()).status
            except RPCError as error:
                if error.status == RPCStatusCode.INVALID_ARGUMENT:
                    return  # the server takes no such message
            else:
                if status == WorkflowExecutionStatus.COMPLETED:
                    self.taken.append(f"{case_id} was taken for a case")
                if status != WorkflowExecutionStatus.RUNNING:
                    return
            await asyncio.sleep(PAUSE_SECONDS)

    async def update(self, case_id: str, number: int) -> None:
        """Send a running case a request and a signal that are none."""
        name = list(UPDATES)[number % len(UPDATES)]
        try:
            async with asyncio.timeout(QUARANTINED_SECONDS):
                await self._update(case_id, name)
                self.done["updates"] += 1
        except TimeoutError:
            self.taken.append(f"{case_id}: `ship` ({name}) got no answer in {QUARANTINED_SECONDS:.0f} s")

    async def _update(self, case_id: str, name: str) -> None:
        handle: Any = self._client.get_workflow_handle(case_id)
        while True:
            try:
                await handle.signal("refund_reported", UPDATES[name])
                await handle.execute_update("ship", UPDATES[name])
            except WorkflowUpdateFailedError:
                return
            except RPCError as error:
                if error.status == RPCStatusCode.NOT_FOUND:
                    return  # the case was quicker
            except TemporalError:
                pass  # no answer
            else:
                self.taken.append(f"{case_id}: an update ({name}) was accepted")
                return
            await asyncio.sleep(PAUSE_SECONDS)
