"""docs/messages-complaint.md holds to the letter: its examples drive a complaint by a bare client."""

import json
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.converter import DataConverter
from temporalio.worker import Worker

from domain.complaints.kind import COMPLAINT
from sandbox.client import SandboxClient
from tests.docs.documents import ROOT, blocks
from tests.starters.conftest import noon_zone
from tests.workflows.case import poll
from tests.workflows.desk import make_order
from workers.engine import Engine

DOCUMENT = ROOT / "docs" / "messages-complaint.md"
MERCHANT = "cupshop-complaints"
EXAMPLES: dict[str, Any] = {
    block.name.split(".")[1]: json.loads(
        block.text.replace('"cupshop"', f'"{MERCHANT}"').replace(":cupshop:", f":{MERCHANT}:")
    )
    for block in blocks(DOCUMENT, "json")
}
TWICE = ("finding", "propose", "confirm")
ASIDE = ("open", "withdraw")


async def test_the_examples_drive_a_complaint_through_a_bare_client(
    sandbox: SandboxClient, worker: Worker, room: Engine
) -> None:
    await sandbox.put_order(make_order(MERCHANT, "SO-1001", customer_id="c-77", timezone=noon_zone()))
    assert room.addresses.running_temporal is not None
    bare = await Client.connect(room.addresses.running_temporal, data_converter=DataConverter.default)
    handle: Any = bare.get_workflow_handle(f"complaint:{MERCHANT}:C-1001")
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        "ComplaintCase",
        EXAMPLES["open"],
        id=handle.id,
        task_queue="casework",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    opened = await bare.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", EXAMPLES["open"], start_workflow_operation=start, id="open-1"
    )
    assert (opened["priority"], opened["stage"]) == ("P3", "intake")
    asked: list[str] = [name for name in EXAMPLES if name not in ASIDE]
    first_round = [name for name in asked if name != "decide_final"]
    for number, name in enumerate([*first_round, *TWICE, "decide_final"]):
        if name == "confirm":
            await poll(lambda: handle.query("case"), lambda view: view["stage"] == "confirmation")
        message = EXAMPLES[name]
        if name == "propose" and number > len(first_round):
            message = {**message, "measures": [{"kind": "apology"}]}
        await handle.execute_update(name, message, id=f"{name}-{number}")
        if name == "request_info":
            assert (await handle.query("progress"))["next"] == "give_info"
    assert (await handle.result())["outcome"] == "decided"
    metadata = await handle.query("__temporal_workflow_metadata")
    taken = {each.name for each in metadata.definition.update_definitions}
    assert taken >= {"open", *COMPLAINT.commands}
