"""A case whose worker was killed is answered by another one."""

from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper

from sandbox.client import SandboxClient
from starters.client import Cases
from starters.settings import ENV_PREFIX
from store.pool import create_pool
from tests.workflows.desk import Desk
from tests.workflows.wiring import connect, write_policies
from workers.engine import engine

pytestmark = pytest.mark.chaos


async def test_an_update_on_a_dead_worker_s_case_is_answered_by_the_one_beside_it(tmp_path: Path) -> None:
    env = {f"{ENV_PREFIX}POLICIES_DIR": str(write_policies(tmp_path))}
    async with engine(("postgres", "temporal", "sandbox")) as room:
        client, pool = await connect(room), await create_pool(room.addresses.database_url or "")
        async with SandboxClient(room.addresses.sandbox_url or "") as sandbox:
            desk = Desk(client, TimeSkipper(client), sandbox, pool, "m0")
            first = await room.start_worker(env=env)
            await desk.put_order()
            case = await desk.open()
            await room.start_worker(env=env)
            await first.kill()
            assert (await case.ship())["stage"] == "ship_back"
            assert await Cases(client).progress(case.handle.id)
        pool.terminate()
