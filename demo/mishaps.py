"""What goes wrong on the way, on purpose: replies that get lost after paying, and a worker that is killed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from demo.watch import Watch
from domain.base import Model
from domain.refunds import RefundRow
from sandbox.client import SandboxClient
from sandbox.messages import FaultRule
from store.ledger import Ledger
from workers.engine import Engine, RunningPart

LOST_EVERY = 5
GATEWAY_SETTLES_AFTER_SECONDS = 1.0
SLOW = FaultRule(kind="slow", operation="refund", every=2, delay_seconds=1.5)
"""Gateways take their time; it also leaves a moment in which a worker can be killed while it pays."""
LOOK_SECONDS = 0.1
DOWN_SECONDS = 2.0
BEST_MOMENT_WITHIN_SECONDS = 25.0


class Kill(Model):
    """A worker's end by SIGKILL. `paying`: the refund that it had sent and not heard of, and its case."""

    worker: str
    pid: int
    at: datetime
    paying: str | None
    case_id: str | None
    back_at: datetime | None = None


async def upset_gateway(sandbox: SandboxClient) -> None:
    """Every fifth refund is paid and its reply lost; some answers are slow; money settles a moment later."""
    lost = FaultRule(kind="lost_after", operation="refund", every=LOST_EVERY)
    await sandbox.set_faults("payments", lost, SLOW)
    await sandbox.set_gateway(settle_after_seconds=GATEWAY_SETTLES_AFTER_SECONDS)


class Assassin:
    """Kills one worker while it pays, and has it started again."""

    def __init__(
        self,
        room: Engine,
        workers: Sequence[RunningPart],
        worker_env: Mapping[str, str],
        client: Client,
        ledger: Ledger,
        watch: Watch,
    ) -> None:
        self._room = room
        self._workers = workers
        self._worker_env = worker_env
        self._client = client
        self._ledger = ledger
        self._watch = watch

    async def kill_one(self) -> Kill:
        """Wait for a refund on its way and kill the worker that pays it; any worker if none is caught so."""
        worker, row = await self._chosen()
        kill = Kill(
            worker=worker.name,
            pid=worker.pid,
            at=datetime.now().astimezone(),
            paying=row.key if row else None,
            case_id=row.case_id if row else None,
        )
        await worker.kill()
        return kill

    async def revive(self, kill: Kill) -> Kill:
        """Start the killed worker again; returns when it polls."""
        await asyncio.sleep(DOWN_SECONDS)
        await self._room.start_worker(kill.worker, self._worker_env)
        return kill.model_copy(update={"back_at": datetime.now().astimezone()})

    async def _chosen(self) -> tuple[RunningPart, RefundRow | None]:
        give_up_at = asyncio.get_running_loop().time() + BEST_MOMENT_WITHIN_SECONDS
        while asyncio.get_running_loop().time() < give_up_at:
            for row in await self._on_their_way():
                worker = await self._paid_by(row)
                if worker is not None:
                    return worker, row
            await asyncio.sleep(LOOK_SECONDS)
        return self._workers[0], None

    async def _on_their_way(self) -> list[RefundRow]:
        settling = [case_id for case_id, row in self._watch.rows.items() if row.stage == "settlement"]
        rows = [row for case_id in settling for row in await self._ledger.for_case(case_id)]
        return [row for row in rows if row.state == "sent"]

    async def _paid_by(self, row: RefundRow) -> RunningPart | None:
        """The worker whose attempt to pay this runs now; workers sign with `<pid>@<host>`."""
        try:
            workflow = await self._client.get_workflow_handle(row.refund_id).describe()
        except RPCError:
            return None
        signed = [paying.last_worker_identity for paying in workflow.raw_description.pending_activities]
        return next((w for w in self._workers if any(sign.startswith(f"{w.pid}@") for sign in signed)), None)
