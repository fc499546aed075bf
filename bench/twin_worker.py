"""`python -m bench.twin_worker ADDRESS`: the bare twin's worker, set up like ours."""

import asyncio
import json
import sys
from collections.abc import Sequence

from temporalio.client import Client
from temporalio.worker import Worker

from bench import twin
from workers.build import code_id
from workers.worker import RUNNER, STICKY_TIMEOUT


async def main(arguments: Sequence[str]) -> None:
    """Run until it is told to stop."""
    _, address = arguments
    client = await Client.connect(address)
    async with Worker(
        client,
        task_queue=twin.TASK_QUEUE,
        workflows=[twin.BareReturn, twin.BareRefund],
        activities=[twin.prepare, twin.append, twin.notify, twin.follow, twin.Payments(client).pay],
        workflow_runner=RUNNER,
        build_id=code_id(),
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
    ):
        print(json.dumps({"ready": True}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv))
