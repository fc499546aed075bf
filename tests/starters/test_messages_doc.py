"""docs/messages.md holds to the letter: its examples drive returns by a bare client and the bare command."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from domain.refunds import DecideRefund, PayRefund, RefundOutcome
from domain.returns import messages as ask
from domain.returns.kind import RETURN
from providers.ports import PaymentRails
from providers.settings import build_providers, load_provider_settings
from sandbox.client import SandboxClient
from tests.starters.bare_client import PATIENCE_SECONDS, BareClient, run
from tests.starters.conftest import noon_zone
from tests.starters.message_story import MERCHANT, set_the_scene, story
from workers.engine import Engine


@pytest.fixture(scope="module")
async def payments(room: Engine) -> AsyncGenerator[PaymentRails]:
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
    sandbox: SandboxClient, worker: Worker, bare: Client, payments: PaymentRails
) -> dict[tuple[str, str], Any]:
    """What the document's messages were answered, by workflow id and name, sent in its order."""
    told = story()
    await set_the_scene(sandbox, payments, MERCHANT, noon_zone())
    caller = BareClient(bare, told)
    return {(step.flag("workflow-id"), step.message_name): await caller.send(step) for step in told.steps}


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
    # No refund of the page waits for a second person: tests/starters/test_approvals.py sends `decide`.
    written.add(("refund", "decide"))
    assert {(kind, name) for kind, name in taken if not name.startswith("__")} == written
    assert {name for kind, name in written if kind == "return"} >= {"open", *RETURN.commands}


def test_the_examples_are_what_the_models_say() -> None:
    shown = {name: json.loads(text) for name, text in story().files.items()}
    for name, model in (
        ("answer-open-R-1001.json", ask.Opened),
        ("answer-review.json", ask.Answer),
        ("answer-progress.json", ask.Progress),
        ("refund-reported.json", ask.RefundReport),
        ("start-refund.json", PayRefund),
        ("decide.json", DecideRefund),
        ("answer-refund.json", RefundOutcome),
    ):
        model.model_validate(shown[name])


async def test_a_return_goes_from_application_to_close_by_the_command_alone(
    sandbox: SandboxClient, worker: Worker, room: Engine, payments: PaymentRails, tmp_path: Path
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
