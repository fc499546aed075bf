"""A plain return at a human pace: one request, then nothing until everything that follows from it is done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle

PAUSE_SECONDS = 0.5
"""Longer than what a request sets off usually takes, so that asking costs the server next to nothing."""
LOOK_AGAIN_SECONDS = 0.25

CARRIER = "swift"

Watch = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Subject:
    """A case to be driven: how it is started, what its `open` is told, and by which parcel the goods come."""

    start: WithStartWorkflowOperation[Any, Any]
    workflow_id: str
    refund_id: str
    opening: Any
    tracking_no: str

    @property
    def workflow_ids(self) -> tuple[str, str]:
        """The case and its refund."""
        return self.workflow_id, self.refund_id

    def steps(self) -> Sequence[tuple[str, dict[str, Any]]]:
        """Every request after the opening; the bare twin is sent the same."""
        return (
            ("review", {"agent": "a17", "approve": True}),
            ("ship", {"carrier": CARRIER, "tracking_no": self.tracking_no}),
            ("receive", {"warehouse": "w1"}),
            ("inspect", {"inspector": "i4", "lines": [{"line": "1", "passed": 1}]}),
            ("confirm", {}),
        )


async def drive(client: Client, subject: Subject, after: dict[str, Watch] | None = None) -> Any:
    """From application to close; `after` names what else to wait for after a request. The case's result."""
    await client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", subject.opening, start_workflow_operation=subject.start, id="open-1"
    )
    handle = client.get_workflow_handle(subject.workflow_id)
    for update, message in subject.steps():
        await until_quiet(handle)
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
            update, message, id=f"{update}-1"
        )
        if after and update in after:
            await after[update](handle)
    return await handle.result()


async def until_quiet(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until the case waits for nothing but people and time."""
    await asyncio.sleep(PAUSE_SECONDS)
    while _is_busy((await handle.describe()).raw_description):  # noqa: ASYNC110 - no event says so
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _is_busy(case: DescribeWorkflowExecutionResponse) -> bool:
    return bool(case.pending_activities or case.pending_children) or case.HasField("pending_workflow_task")
