"""`python -m tests.workflows.record_histories [SHAPE]...`: plays them, keeps histories for `test_replay.py`.

Run it when a shape is new (name it, and the others stay as they are), or when a change was made under
`workflow.patched` (then keep the old files too, under another name: cases of that age are still open
somewhere).
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from temporalio.client import Client, WorkflowHistory
from temporalio.testing import TimeSkipper

from sandbox.client import SandboxClient
from sandbox.faults import PARTS
from store.pool import create_pool
from tests.workflows.case import Case
from tests.workflows.desk import SANDBOX_AHEAD, Desk
from tests.workflows.fingerprint import FINGERPRINTS, all_fingerprints
from tests.workflows.shapes import SHAPES, Shape, continued_as_new, through_an_outage
from tests.workflows.shapes_aftercare import AFTERCARE_SHAPES
from tests.workflows.shapes_complaint import COMPLAINT_SHAPES, complaint_continued
from tests.workflows.shapes_improvement import IMPROVEMENT_SHAPES, improved_over_many_runs
from tests.workflows.shapes_parcels import SHAPES as PARCELS
from tests.workflows.shapes_parcels import Shape as ShapeOfSeveral
from tests.workflows.shapes_staff import STAFF_SHAPES
from tests.workflows.wiring import FORGETFUL, MakeWorker, connect, worker_factory, write_policies
from workers.engine import engine

HISTORIES = Path(__file__).with_name("histories")
# Shapes of several runs: their server forgets ended ones soon.
LONG: dict[str, Shape] = {
    "continued_as_new": continued_as_new,
    "complaint_continued": complaint_continued,
    "improved_over_many_runs": improved_over_many_runs,
}
# Names of machines and files, which no replay looks at.
PRIVATE = ("stackTrace", "identity", "binaryChecksum")


def scrubbed(value: Any) -> Any:
    """The history's JSON without what tells of the machine that it was recorded on."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {key: scrubbed(each) for key, each in entries if key not in PRIVATE}
    return [scrubbed(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


async def keep(case: Case, shape: str) -> None:
    """Write the histories of all runs of a case and of its refunds."""
    merchant = case.desk.merchant
    prefixes = (f"refund:{merchant}:", f"refund:complaint:{merchant}:")
    query = " OR ".join(
        [f"WorkflowId = '{case.handle.id}'", *(f"WorkflowId STARTS_WITH '{prefix}'" for prefix in prefixes)]
    )
    client = case.desk.client
    histories: list[WorkflowHistory] = []
    while len(histories) < (2 if await case.desk.ledger(case) else 1):  # visibility lags behind
        histories = [each async for each in client.list_workflows(query).map_histories()]
    for number, history in enumerate(histories, start=1):
        name = f"{shape}.{history.workflow_id.partition(':')[0]}.{number}.json"
        (HISTORIES / name).write_text(as_json(history), encoding="utf-8")
        sys.stdout.write(f"{name}: {len(history.events)} events\n")


def as_json(history: WorkflowHistory) -> str:
    """One line, with the workflow id beside the events."""
    content = {"workflow_id": history.workflow_id, "history": scrubbed(history.to_json_dict())}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text.replace(f"{os.getpid()}@{socket.gethostname()}", "worker")


@asynccontextmanager
async def stage() -> AsyncGenerator[tuple[Desk, MakeWorker, str]]:
    """The servers, a worker and a desk."""
    with tempfile.TemporaryDirectory() as folder:
        policies = write_policies(Path(folder))
        async with engine(("postgres", "temporal", "sandbox"), time_skipping=True) as room:
            url = room.addresses.database_url or ""
            client, pool = await connect(room), await create_pool(url)
            async with (
                SandboxClient(room.addresses.sandbox_url or "") as sandbox,
                worker_factory(room, pool, policies) as make_worker,
                make_worker(client),
            ):
                await sandbox.set_now(datetime.now(UTC) + SANDBOX_AHEAD)
                yield Desk(client, TimeSkipper(client), sandbox, pool, "m0"), make_worker, url
            pool.terminate()


async def play(desk: Desk, client: Client, name: str, shape: Shape) -> None:
    """Play one shape to its end, at a merchant of its own."""
    for part in PARTS:
        await desk.sandbox.set_faults(part)
    await desk.sandbox.set_gateway()
    merchant = name.replace("_", "-")
    own = Desk(client, TimeSkipper(client), desk.sandbox, desk.pool, merchant)
    case = await shape(own)
    await case.result()
    await keep(case, name)


async def play_several(desk: Desk, name: str, shape: ShapeOfSeveral) -> None:
    """Play one shape of several workflows, at a merchant of its own: a file for each."""
    for part in PARTS:
        await desk.sandbox.set_faults(part)
    await desk.sandbox.set_gateway()
    for case in await shape(replace(desk, merchant=name.replace("_", "-"))):
        await case.result()
        kind = case.handle.id.partition(":")[0]
        history = await case.handle.fetch_history()
        path = HISTORIES / f"{name}.{kind}.1.json"
        path.write_text(as_json(history), encoding="utf-8")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")


async def main(wanted: Sequence[str]) -> None:
    """Record these shapes, or everything, anew."""
    HISTORIES.mkdir(exist_ok=True)
    async with stage() as (desk, make_worker, database_url):
        shapes = {**SHAPES, **AFTERCARE_SHAPES, **COMPLAINT_SHAPES, **IMPROVEMENT_SHAPES}
        shapes["through_an_outage"] = through_an_outage(database_url)
        for name, shape in shapes.items():
            if not wanted or name in wanted:
                await play(desk, desk.client, name, shape)
        for name, several in {**PARCELS, **STAFF_SHAPES}.items():
            if not wanted or name in wanted:
                await play_several(desk, name, several)
        long = {name: shape for name, shape in LONG.items() if not wanted or name in wanted}
        if not long:
            return
        async with engine(("temporal",), time_skipping=True, temporal_settings=FORGETFUL) as room:
            client = await connect(room)
            async with make_worker(client):
                for name, shape in long.items():
                    await play(desk, client, name, shape)


def keep_fingerprints() -> None:
    """Write down the commands of every workflow's code."""
    FINGERPRINTS.write_text(json.dumps(all_fingerprints(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--fingerprints"]:
        asyncio.run(main(sys.argv[1:]))
    keep_fingerprints()
