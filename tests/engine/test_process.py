"""One part as a process: how its end is noticed, told and brought about."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engine.command import all_gone
from workers.engine.parts import QUIET_PORTS, free_port, is_free
from workers.engine.process import Part, PartFailed, RunningPart, end_leftover

STUBBORN = """
import json, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(json.dumps({"event": "a log line"}))
print(json.dumps({"ready": True}), flush=True)
signal.pause()
"""
SUPERVISOR = """
import os, subprocess, sys
watching = "import sys; from workers.engine.tether import watch; watch(int(sys.argv[1]), 15, sys.argv[2:])"
watcher = subprocess.Popen([sys.executable, "-c", watching, str(os.getpid()), *sys.argv[1:]])
print(watcher.pid, flush=True)
sys.stdin.read()
"""
WATCHED = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
Start = Callable[[str], Coroutine[Any, Any, RunningPart]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncGenerator[Start]:
    """Starts a Python program as a part."""
    started: list[RunningPart] = []

    async def start_program(program: str) -> RunningPart:
        command = [sys.executable, "-c", program]
        part = Part("piece", command, tmp_path / "piece.log", ready_seconds=1, stop_seconds=0.2)
        started.append(await RunningPart.start(part))
        return started[-1]

    yield start_program
    for running in started:
        await running.kill()


async def has_announced(running: RunningPart) -> bool:
    return running.announcement() is not None


async def test_a_part_that_ends_before_it_is_ready_is_told_with_its_last_lines(start: Start) -> None:
    running = await start("import sys; print('cannot go on'); sys.exit(3)")
    with pytest.raises(PartFailed) as failure:
        await running.until(lambda: has_announced(running))
    assert f"piece (pid {running.pid}) exited with status 3" in failure.value.message
    assert failure.value.message.endswith("piece | cannot go on")


async def test_a_part_that_never_gets_ready_is_given_up(start: Start) -> None:
    running = await start("import signal; signal.pause()")
    with pytest.raises(PartFailed, match="was not ready after 1 s"):
        await running.until(lambda: has_announced(running))


async def test_its_end_is_noticed_even_if_the_question_never_gets_an_answer(start: Start) -> None:
    running = await start("pass")
    silence: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def ask() -> bool:
        return await silence

    with pytest.raises(PartFailed, match="exited with status 0"):
        await running.until(ask)
    assert silence.cancelled()


async def test_a_part_that_does_not_stop_when_asked_is_killed(start: Start) -> None:
    running = await start(STUBBORN)
    await running.until(lambda: has_announced(running))
    assert running.announcement() == {"ready": True}
    await running.stop()
    assert "was killed by SIGKILL" in running.failed().message


async def test_a_leftover_is_ended_only_if_it_is_the_process_that_was_written_down(start: Start) -> None:
    running = await start(STUBBORN)
    await running.until(lambda: has_announced(running))
    other = running.state().model_copy(update={"started": running.started - 3600})
    await asyncio.to_thread(end_leftover, other)
    assert psutil.pid_exists(running.pid)
    await asyncio.to_thread(end_leftover, running.state())
    await running.exited
    await asyncio.to_thread(end_leftover, running.state())


async def test_without_the_kernels_help_a_part_still_ends_with_its_supervisor() -> None:
    command = [sys.executable, "-c", SUPERVISOR, sys.executable, "-c", WATCHED]
    supervisor = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    family = [psutil.Process(int(await supervisor.stdout.readline())) for _ in ("watcher", "part")]
    os.kill(supervisor.pid, signal.SIGKILL)
    await supervisor.wait()
    assert await all_gone(family)


def test_a_free_port_is_free_and_stays_out_of_the_way_of_outgoing_connections() -> None:
    port = free_port()
    assert is_free(port)
    assert port in QUIET_PORTS
