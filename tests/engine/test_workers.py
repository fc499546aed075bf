"""Workers in the engine room: started again when they die, killed by whoever tries them."""

import asyncio
import os
import signal

import pytest

from tests.engine.command import Casework
from workers.engine import PartFailed, RunningPart, engine
from workers.engine.up import keep_running


async def test_up_names_a_dead_worker_and_starts_it_again(casework: Casework) -> None:
    up = await casework.up("--workers", "2")
    await up.until_ready()
    before = {part["name"]: part["pid"] for part in (await casework.status())["parts"]}

    os.kill(before["worker-2"], signal.SIGKILL)
    assert (await up.line()).startswith("worker-2 ")
    status = await casework.status()
    after = {part["name"]: part["pid"] for part in status["parts"]}
    assert status["healthy"]
    assert after.pop("worker-2") != before.pop("worker-2")
    assert after == before

    await casework.run("down")
    assert "worker-2 (pid " in (ended := await up.end()).err
    assert "was killed by SIGKILL" in ended.err


async def test_a_worker_that_keeps_dying_is_given_up_but_not_one_that_was_killed_by_its_handle() -> None:
    ready: asyncio.Queue[RunningPart] = asyncio.Queue()
    async with engine(workers=2, on_ready=ready.put_nowait) as room:
        first, second = room.parts[-2:]
        keeping = asyncio.create_task(keep_running(room, pauses_seconds=(0,)))
        await second.kill()
        assert second not in room.parts
        while not ready.empty():
            ready.get_nowait()

        os.kill(first.pid, signal.SIGKILL)
        again = await ready.get()
        assert (again.name, again.pid == first.pid) == (first.name, False)
        os.kill(again.pid, signal.SIGKILL)
        with pytest.raises(PartFailed, match=r"worker-1 \(pid \d+\) was killed by SIGKILL"):
            await keeping
