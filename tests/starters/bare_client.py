"""Who has nothing of ours: sends a document's examples by an SDK, or by the bare `temporal` command."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from tests.starters.message_story import Step, Story

NOT_YET = ("wrong_stage", "workflow not found")
"""What a message that comes before its time is told; the document says to wait."""
PATIENCE_SECONDS = 60
REUSE = {
    "AllowDuplicate": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    "AllowDuplicateFailedOnly": WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
}


class BareClient:
    """Sends the document's examples by an SDK."""

    def __init__(self, client: Client, told: Story) -> None:
        self._client = client
        self._files = {name: json.loads(text) for name, text in told.files.items()}

    async def send(self, step: Step) -> Any:
        """The answer; a message that came too early is sent again, as the document says."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    return await self._send(step)
                except (WorkflowUpdateFailedError, RPCError) as error:
                    cause = error.cause if isinstance(error, WorkflowUpdateFailedError) else None
                    code = cause.type if isinstance(cause, ApplicationError) else str(error)
                    if not str(code).startswith(NOT_YET):
                        raise

    async def _send(self, step: Step) -> Any:
        handle = self._client.get_workflow_handle(step.flag("workflow-id"))
        match step.verb:
            case "temporal workflow query":
                return await handle.query(step.message_name)
            case "temporal workflow signal":
                given = [self._files[step.flag("input-file")]] if "--input-file" in step.words else []
                return await handle.signal(step.message_name, args=given)
            case "temporal workflow result":
                return await handle.result()
            case "temporal workflow update execute":
                message = self._files[step.flag("input-file")]
                return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                    step.message_name, message, id=step.flag("update-id")
                )
            case _:
                return await self._open(step)

    async def _open(self, step: Step) -> Any:
        assert step.flag("id-conflict-policy") == "UseExisting"
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            step.flag("type"),
            self._files[step.flag("input-file")],
            id=step.flag("workflow-id"),
            task_queue=step.flag("task-queue"),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=REUSE[step.flag("id-reuse-policy")],
        )
        return await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
            step.message_name,
            self._files[step.flag("update-input-file")],
            start_workflow_operation=start,
            id=step.flag("update-id"),
        )


async def run(step: Step, folder: Path, env: dict[str, str]) -> str:
    """What the command prints, once it is no longer too early."""
    while True:
        done = await asyncio.to_thread(
            subprocess.run, step.words, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout
        assert any(word in done.stderr for word in NOT_YET), (step.words, done.stderr)
