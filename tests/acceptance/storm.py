"""A storm: cases are driven to their end while the workers that work at them are killed."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.testing import TimeSkipper

from domain.errors import WrongStage
from domain.returns import messages as ask
from sandbox.client import SandboxClient
from sandbox.messages import FaultRule
from starters.client import Cases
from starters.settings import ENV_PREFIX
from store.pool import create_pool
from tests.workflows.desk import Desk
from tests.workflows.wiring import connect, write_policies
from workers.engine import Engine, RunningPart, engine

WORKERS = 2
PATIENCE_SECONDS = 600
MOMENTS = ("intent", "sent", "unknown", "settled")
"""States of the youngest refund at which a worker is killed; the gateway dawdles, so that each lasts."""
GATEWAY = (
    FaultRule(kind="lost_after", operation="refund", probability=0.2, seed=1),
    FaultRule(kind="slow", operation="refund", delay_seconds=0.15),
)


@dataclass
class Storm:
    """The servers, workers as processes, and who kills them."""

    room: Engine
    desk: Desk
    policies: Path
    random: random.Random
    workers: list[RunningPart] = field(default_factory=list[RunningPart])
    kills: Counter[str] = field(default_factory=Counter[str])
    store_ahead: int = 0
    """How often a case was found to lag behind its own record."""

    async def start_worker(self) -> RunningPart:
        """One more worker, polling."""
        env = {f"{ENV_PREFIX}POLICIES_DIR": str(self.policies), f"{ENV_PREFIX}LOG_LEVEL": "error"}
        worker = await self.room.start_worker(env=env)
        self.workers.append(worker)
        return worker

    async def kill_one(self) -> None:
        """Kill a worker when some refund is in a state that the dice name, then start another."""
        moment = self.random.choice(MOMENTS)
        await self.until("SELECT 1 FROM refunds WHERE state = $1 LIMIT 1", moment)
        await asyncio.sleep(self.random.uniform(0, 0.3))  # any moment of it
        victim = self.workers.pop(self.random.randrange(len(self.workers)))
        await victim.kill()
        self.kills[moment] += 1
        await self.start_worker()

    async def drive(self, number: int) -> ask.Answer:
        """One return from application to close, whoever dies on the way."""
        order_id = f"SO-{number}"
        await self.desk.put_order(order_id)
        cases = Cases(self.desk.client, patience_seconds=PATIENCE_SECONDS)
        opening = ask.OpenReturn.model_validate(self.desk.start(f"S-{number}", order_id=order_id))
        await cases.open(opening)
        steps: list[ask.Command] = [
            ask.Ship(carrier="swift", tracking_no=f"SW{number:06}"),
            ask.Receive(warehouse="w1"),
            ask.Inspect(inspector="i4", lines=[ask.InspectedLine(line="1", passed=1)]),
        ]
        for step, request in enumerate(steps):
            await cases.act(opening.case_id, request, f"step-{step}")
        return await self.confirm(cases, opening.case_id)

    async def confirm(self, cases: Cases, case_id: str) -> ask.Answer:
        """The customer confirms once the refund has settled.

        A worker that dies after it recorded, and before it told Temporal so, leaves the store ahead of its
        case until another worker has caught up; until then the case refuses what does not fit its stage.
        """
        settled = "SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await self.until(settled, case_id)
                try:
                    return await cases.act(case_id, ask.Confirm(), "step-confirm")
                except WrongStage:
                    self.store_ahead += 1
                    await asyncio.sleep(0.5)

    async def until(self, query: str, *args: object) -> None:
        """Wait until the store answers with a row."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await self.desk.pool.fetchrow(query, *args):
                    return
                await asyncio.sleep(0.02)


@asynccontextmanager
async def storm(seed: int, folder: Path) -> AsyncGenerator[Storm]:
    """The servers without any worker yet; all is gone with the block."""
    policies = write_policies(folder)
    async with engine(("postgres", "temporal", "sandbox")) as room:
        client, pool = await connect(room), await create_pool(room.addresses.database_url or "")
        async with SandboxClient(room.addresses.sandbox_url or "") as sandbox:
            desk = Desk(client, TimeSkipper(client), sandbox, pool, "m0")
            yield Storm(room, desk, policies, random.Random(seed))
        pool.terminate()
