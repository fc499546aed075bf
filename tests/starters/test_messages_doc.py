"""docs/messages.md holds to the letter: its examples drive returns by a bare client and the bare command."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from domain.refunds import PayRefund, RefundOutcome
from domain.returns import messages as ask
from providers.ports import PaymentPort
from providers.settings import build_providers, load_provider_settings
from sandbox.client import SandboxClient
from starters.updates import UPDATES
from tests.starters.conftest import noon_zone
from tests.starters.message_story import MERCHANT, Step, Story, set_the_scene, story
from workers.engine import Engine

NOT_YET = ("wrong_stage", "workflow not found")
"""What a message that comes before its time is told; the document says to wait."""
PATIENCE_SECONDS = 60
REUSE = {
    "AllowDuplicate": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    "AllowDuplicateFailedOnly": WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
}


@pytest.fixture(scope="module")
async def payments(room: Engine) -> AsyncGenerator[PaymentPort]:
    """The payment gateway's port."""
    given = room.addresses.model_dump(exclude_none=True)
    fields = ("shop_url", "payments_url", "carriers_url", "warehouse_url", "sms_url", "push_url")
    wired = build_providers(
        load_provider_settings(**{name: given[name] for name in (*fields, "smtp_host", "smtp_port")})
    )
    yield wired.payments
    await wired.close()


@pytest.fixture(scope="module")
async def bare(room: Engine) -> Client:
    """A client as outsiders have it: plain JSON, none of our converters."""
    assert room.addresses.running_temporal is not None
    return await Client.connect(room.addresses.running_temporal, data_converter=DataConverter.default)


@pytest.fixture(scope="module")
async def answers(
    sandbox: SandboxClient, worker: Worker, bare: Client, payments: PaymentPort
) -> dict[tuple[str, str], Any]:
    """What the document's messages were answered, by workflow id and name, sent in its order."""
    told = story()
    await set_the_scene(sandbox, payments, MERCHANT, noon_zone())
    caller = BareClient(bare, told)
    return {(step.flag("workflow-id"), step.message_name): await caller.send(step) for step in told.steps}


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
                return await handle.signal(step.message_name, self._files[step.flag("input-file")])
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


async def test_the_examples_drive_returns_through_a_bare_client(
    answers: dict[tuple[str, str], Any], bare: Client
) -> None:
    shown = {name: json.loads(text) for name, text in story().files.items()}
    plain = f"return:{MERCHANT}:R-1001"
    opened, reviewed = answers[plain, "open"], answers[plain, "review"]
    changing = {"request_hash", "seq"}
    assert without(opened, changing) == without(shown["answer-open-R-1001.json"], changing)
    assert without(reviewed, changing) == without(shown["answer-review.json"], changing)
    assert set(opened) == set(shown["answer-open-R-1001.json"])
    progress = answers[plain, "progress"]
    assert set(progress) - {"next", "until"} == set(shown["answer-progress.json"]) - {"next", "until"}
    assert answers[plain, "case"]["case_id"] == plain
    assert answers[plain, "confirm"]["outcome"] == "refunded"
    assert answers[f"return:{MERCHANT}:R-1003", "confirm"]["outcome"] == "refunded"
    for number in ("R-1001", "R-1003"):
        assert (await bare.get_workflow_handle(f"return:{MERCHANT}:{number}").result())[
            "outcome"
        ] == "refunded"

    assert set(answers[f"refund:{MERCHANT}:R-1004:1", ""]) == set(shown["answer-refund.json"])
    assert await start_argument(bare, f"refund:{MERCHANT}:R-1004:1") == shown["start-refund.json"]


async def test_every_message_that_a_workflow_takes_is_in_the_document(
    answers: dict[tuple[str, str], Any], bare: Client
) -> None:
    written = {(workflow_id.split(":")[0], name) for workflow_id, name in answers if name}
    taken = set[tuple[str, str]]()
    for workflow_id in (f"return:{MERCHANT}:R-1001", f"refund:{MERCHANT}:R-1004:1"):
        kind = workflow_id.split(":")[0]
        metadata: Any = await bare.get_workflow_handle(workflow_id).query("__temporal_workflow_metadata")
        for sort in ("query_definitions", "signal_definitions", "update_definitions"):
            taken |= {(kind, each.name) for each in getattr(metadata.definition, sort)}
    assert {(kind, name) for kind, name in taken if not name.startswith("__")} == written
    assert {name for kind, name in written if kind == "return"} >= {"open", *UPDATES}


def test_the_examples_are_what_the_models_say() -> None:
    shown = {name: json.loads(text) for name, text in story().files.items()}
    for name, model in (
        ("answer-open-R-1001.json", ask.Opened),
        ("answer-review.json", ask.Answer),
        ("answer-progress.json", ask.Progress),
        ("refund-reported.json", ask.RefundReport),
        ("start-refund.json", PayRefund),
        ("answer-refund.json", RefundOutcome),
    ):
        model.model_validate(shown[name])


async def test_a_return_goes_from_application_to_close_by_the_command_alone(
    sandbox: SandboxClient, worker: Worker, room: Engine, payments: PaymentPort, tmp_path: Path
) -> None:
    told = story("cupshop-by-command")
    await set_the_scene(sandbox, payments, "cupshop-by-command", noon_zone())
    for name, text in told.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "TEMPORAL_ADDRESS": room.addresses.running_temporal or ""}
    outcomes: dict[str, str] = {}
    async with asyncio.timeout(2 * PATIENCE_SECONDS):
        for step in told.steps:
            said = await run(step, tmp_path, env)
            if step.message_name == "confirm":
                outcomes[step.flag("workflow-id")] = said
    assert len(outcomes) == 2
    assert all("outcome:refunded" in said for said in outcomes.values())


async def run(step: Step, folder: Path, env: dict[str, str]) -> str:
    """What the command prints, once it is no longer too early."""
    while True:
        done = await asyncio.to_thread(
            subprocess.run, step.words, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout
        assert any(word in done.stderr for word in NOT_YET), (step.words, done.stderr)


def without(answer: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The answer but for what differs from run to run."""
    return {name: value for name, value in answer.items() if name not in names}


async def start_argument(client: Client, workflow_id: str) -> Any:
    """What a workflow was started with, as plain JSON."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    first = history.events[0]
    assert first.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    [payload] = first.workflow_execution_started_event_attributes.input.payloads
    return json.loads(payload.data)
