"""The first, short try beside the workflow task: what happened in it happens again on a replay."""

import asyncio

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from workflows.local_first import local_first

QUEUE = "local-first"


class SlowAtFirst:
    """A store that answers the short try only when it is too late, and the long one at once."""

    @activity.defn
    async def store(self, what: str) -> str:
        """Store it."""
        if activity.info().is_local:
            await asyncio.Event().wait()
        return what


@workflow.defn
class Storing:
    """Stores something, by the short try first."""

    @workflow.run
    async def run(self) -> str:
        """What was stored."""
        return str(await local_first(SlowAtFirst.store, "it", "store it"))


async def test_a_short_try_that_took_too_long_replays(client: Client) -> None:
    """A worker that takes such a case over has to make the same of it, or the case stands still for ever."""
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Storing],
        activities=[SlowAtFirst().store],
        workflow_runner=runner,
    ):
        handle = await client.start_workflow(Storing.run, id="slow-at-first", task_queue=QUEUE)
        assert await handle.result() == "it"
    history = await handle.fetch_history()
    replayed = await Replayer(workflows=[Storing], workflow_runner=runner).replay_workflow(history)
    assert replayed.replay_failure is None
