"""Starts the sandbox as a process of its own and stops it: for tests and the bench."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from domain.errors import NotReady


class SandboxProcess:
    """A running sandbox. `env` are the settings that make the desk use it."""

    def __init__(self, process: asyncio.subprocess.Process, where: dict[str, Any]) -> None:
        self.process = process
        self.url: str = where["url"]
        self.smtp_host: str = where["smtp"]["host"]
        self.smtp_port: int = where["smtp"]["port"]
        self.env: dict[str, str] = where["env"]

    async def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        if self.process.returncode is None:
            self.process.terminate()
        return await self.process.wait()


async def start_sandbox(state: Path, *options: str) -> SandboxProcess:
    """A sandbox with its journals in the folder, listening; raises `NotReady` if it does not start."""
    command = (sys.executable, "-m", "sandbox", "--state", str(state), *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise NotReady(f"the sandbox ended with status {await process.wait()} before it listened")
    return SandboxProcess(process, json.loads(line))


@asynccontextmanager
async def running_sandbox(state: Path, *options: str) -> AsyncGenerator[SandboxProcess, None]:
    """A sandbox that stops with the block."""
    sandbox = await start_sandbox(state, *options)
    try:
        yield sandbox
    finally:
        await sandbox.stop()
