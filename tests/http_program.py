"""The program `python -m starters.http` as a process of its own, on a free port."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from starters.settings import CHECKOUT
from tests.engine.command import OUTSIDE_SETTINGS

PATIENT = {"CASEWORK_INTAKE_PATIENCE_SECONDS": "60", "CASEWORK_HTTP_RATE_REQUESTS": "0"}
"""A busy machine's openings are not kept because they take a while, and tests ask in quick succession."""


class HttpProgram:
    """The running program; `log` is what it has written once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.url = ""
        self.log = ""

    @property
    def webhooks(self) -> str:
        """Where gateways send to."""
        return f"{self.url}/webhooks/payments"

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self.process.returncode is None:
            self.process.terminate()
        return await self.end()

    async def end(self) -> int:
        """Wait for its end; the exit status."""
        _, err = await self.process.communicate()
        self.log += err.decode()
        assert self.process.returncode is not None
        return self.process.returncode


async def start_http(env: Mapping[str, str]) -> HttpProgram:
    """The program with these settings and none of our environment's; it does not listen yet."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE_SETTINGS)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "starters.http",
        cwd=CHECKOUT,
        env={**own, "TEMPORAL_CONFIG_FILE": os.devnull, "CASEWORK_HTTP_PORT": "0", **PATIENT, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    return HttpProgram(process)


@asynccontextmanager
async def running_http(env: Mapping[str, str]) -> AsyncGenerator[HttpProgram]:
    """The program, listening, until the block ends."""
    program = await start_http(env)
    assert program.process.stdout is not None
    line = await program.process.stdout.readline()
    try:
        assert line, f"ended before it listened: {await program.end()} {program.log}"
        program.url = json.loads(line)["url"]
        yield program
    finally:
        await program.stop()
