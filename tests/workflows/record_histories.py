"""`python -m tests.workflows.record_histories`: plays every shape, keeps its histories for `test_replay.py`.

Run it when a shape is new, or when a change was made under `workflow.patched` (then keep the old files too,
under another name: cases of that age are still open somewhere).
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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
from tests.workflows.wiring import FORGETFUL, MakeWorker, connect, worker_factory, write_policies
from workers.engine import engine

HISTORIES = Path(__file__).with_name("histories")
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
    query = f"WorkflowId = '{case.handle.id}' OR WorkflowId STARTS_WITH 'refund:{case.desk.merchant}:'"
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


async def main() -> None:
    """Record everything anew."""
    HISTORIES.mkdir(exist_ok=True)
    async with stage() as (desk, make_worker, database_url):
        shapes = {**SHAPES, "through_an_outage": through_an_outage(database_url)}
        for name, shape in shapes.items():
            await play(desk, desk.client, name, shape)
        async with engine(("temporal",), time_skipping=True, temporal_settings=FORGETFUL) as room:
            client = await connect(room)
            async with make_worker(client):
                await play(desk, client, "continued_as_new", continued_as_new)
    keep_fingerprints()


def keep_fingerprints() -> None:
    """Write down the commands of every workflow's code."""
    FINGERPRINTS.write_text(json.dumps(all_fingerprints(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--fingerprints"]:
        keep_fingerprints()
    else:
        asyncio.run(main())
