"""The command over the whole desk: a process of its own, pointed at the tests' servers."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.conftest import client, desk, desk_pool, make_worker, policies_dir, room, sandbox, worker
from workers.engine import Engine

__all__ = ["client", "desk", "desk_pool", "make_worker", "policies_dir", "room", "sandbox", "worker"]

LAUNCHER = Path(__file__).resolve().parents[2] / "casework"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer as JSON."""
        assert (self.status, self.err) == (0, "")
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """Runs `./casework` and, for what it explains, the shell."""

    env: dict[str, str]

    async def __call__(self, *words: str, text: str | None = None) -> Said:
        """Run the command with these words; `text` is its standard input."""
        return await self._run([str(LAUNCHER), *words], text)

    async def paste(self, line: str) -> Said:
        """Run a line in a shell that finds the `temporal` command and knows nothing of our settings."""
        return await self._run(["sh", "-c", line], None)

    async def _run(self, words: list[str], text: str | None) -> Said:
        process = await asyncio.create_subprocess_exec(
            *words,
            env=self.env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate((text or "").encode())
        return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def casework(room: Engine) -> Command:
    """The command, pointed at the tests' servers."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Command({**room.environment(), "PATH": path})
