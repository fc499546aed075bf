"""Messages that nobody should send: each is refused with a code, and none stops a case or a worker."""

import asyncio
from collections import Counter
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError

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
    "negative": {"warehouse": "w1", "amount_minor": -1},
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
        while True:
            try:
                handle = await self._client.start_workflow(
                    "ReturnCase", argument, id=case_id, task_queue="casework"
                )
                status = (await handle.describe()).status
            except RPCError as error:
                if "exceeds" in str(error) or "limit" in str(error):
                    return  # the server takes no such message
            except TemporalError:
                return
            else:
                if status == WorkflowExecutionStatus.COMPLETED:
                    self.taken.append(f"{case_id} was taken for a case")
                if status != WorkflowExecutionStatus.RUNNING:
                    return
            await asyncio.sleep(PAUSE_SECONDS)

    async def update(self, case_id: str, number: int) -> None:
        """Send a running case requests and a signal that are none."""
        handle: Any = self._client.get_workflow_handle(case_id)
        name = list(UPDATES)[number % len(UPDATES)]
        try:
            await handle.execute_update("ship", UPDATES[name], id=f"poison-{number}")
            self.taken.append(f"{case_id}: an update ({name}) was accepted")
        except TemporalError:
            self.done["updates"] += 1
        try:
            await handle.signal("refund_reported", UPDATES[name])
            self.done["signals"] += 1
        except TemporalError:
            self.done["signals"] += 1
