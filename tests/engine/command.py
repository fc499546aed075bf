"""The command as a person runs it: a process of its own, in a state folder of the test's own."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from starters.settings import CHECKOUT

OUTSIDE_SETTINGS = ("CASEWORK_", "TEMPORAL_")


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    status: int
    out: str
    err: str


class Up:
    """A running `casework up`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def line(self) -> str:
        """Its next line."""
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode().rstrip("\n")
        self.lines.append(line)
        return line

    async def until_ready(self) -> list[str]:
        """All its lines up to `ready`."""
        while (line := await self.line()) != "ready":
            if not line:
                pytest.fail(f"up ended early: {await self.end()}")
        return self.lines

    async def end(self) -> Finished:
        """Wait until it has ended."""
        out, err = await self.process.communicate()
        return Finished(self.process.returncode or 0, out.decode(), err.decode())

    def family(self) -> list[psutil.Process]:
        """It and all that came from it."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]


class Casework:
    """The command with its own state folder and none of our environment's settings."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.env = {
            name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE_SETTINGS)
        }
        self.env["CASEWORK_STATE_DIR"] = str(state_dir)
        self.env["TEMPORAL_CONFIG_FILE"] = os.devnull
        self.ups: list[Up] = []

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start the command."""
        return await asyncio.create_subprocess_exec(
            str(CHECKOUT / "casework"),
            *arguments,
            cwd="/",
            env=self.env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str) -> Finished:
        """Run the command to its end."""
        process = await self.start(*arguments)
        out, err = await process.communicate()
        return Finished(process.returncode or 0, out.decode(), err.decode())

    async def up(self, *arguments: str) -> Up:
        """Start `up`; it is not ready yet."""
        up = Up(await self.start("up", "--temporal-port", "0", "--ui-port", "0", *arguments))
        self.ups.append(up)
        return up

    async def status(self) -> dict[str, Any]:
        """What `status --json` prints."""
        return json.loads((await self.run("status", "--json")).out)

    async def close(self) -> None:
        """Stop what a failed test left running."""
        for up in self.ups:
            if up.process.returncode is None:
                with suppress(ProcessLookupError):
                    up.process.send_signal(signal.SIGTERM)
                await up.end()


async def all_gone(processes: list[psutil.Process]) -> bool:
    """Whether the processes have ended, within the time that a database needs for it."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, 20)
    return not alive
