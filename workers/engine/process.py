"""One part of the engine room as a process: started in a session of its own, watched, stopped, its log."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from domain.errors import NotReady
from starters.engine_state import PartState
from starters.settings import CHECKOUT

TETHER = Path(__file__).with_name("tether.py")
PROBE_PAUSE_SECONDS = 0.05
TAIL_LINES = 15


class PartFailed(NotReady):
    """A part of the engine room died or did not come up; the message names it and ends with its log."""

    code = "part_failed"


@dataclass(frozen=True)
class Part:
    """What to run and how to end it. `account`: the user to run as, for a part that refuses to be root."""

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    ports: list[int] = field(default_factory=list[int])
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """What it gets when its supervisor is killed."""
    account: str | None = None
    ready_seconds: float = 30.0
    stop_seconds: float = 15.0


class RunningPart:
    """A part that was started. Its end is noticed by `exited`, whoever caused it."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, log_start: int) -> None:
        self.part = part
        self.address = ""
        self.started = psutil.Process(process.pid).create_time()
        self.ending = False
        """Set before the part is ended on purpose, so that its end is no surprise."""
        self._process = process
        self._log_start = log_start
        self.exited = asyncio.ensure_future(process.wait())

    @classmethod
    async def start(cls, part: Part) -> "RunningPart":
        """Start the part; it is not ready yet. The calling thread must outlive it: the tether is to it."""
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(part.orphan_signal))]
        with part.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *tether,
                part.account or "-",
                *part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(part.env) or None,
                cwd=CHECKOUT,
                start_new_session=True,
            )
            return cls(part, process, log.tell())

    @property
    def name(self) -> str:
        """The part's name."""
        return self.part.name

    @property
    def pid(self) -> int:
        """The process id, which is also its group's."""
        return self._process.pid

    def state(self) -> PartState:
        """The part as other commands see it."""
        return PartState(
            name=self.name,
            pid=self.pid,
            started=self.started,
            address=self.address,
            ports=self.part.ports,
            log=self.part.log,
        )

    def output(self) -> str:
        """What this run wrote so far."""
        with self.part.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def announcement(self) -> dict[str, Any] | None:
        """The JSON object by which a part of ours says that it is ready; log lines have an `event`."""
        for line in self.output().splitlines():
            if line.startswith("{"):
                with suppress(json.JSONDecodeError):
                    said = json.loads(line)
                    if "event" not in said:
                        return said
        return None

    async def until(self, probe: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Wait until the probe says yes. Raises `PartFailed` if the part dies first or takes too long."""
        try:
            async with asyncio.timeout(self.part.ready_seconds):
                while True:
                    if await self._unless_it_ends(probe()):
                        return
                    await asyncio.sleep(PROBE_PAUSE_SECONDS)
        except TimeoutError:
            raise self.failed(f"was not ready after {self.part.ready_seconds:.0f} s") from None

    async def _unless_it_ends(self, probing: Coroutine[Any, Any, bool]) -> bool:
        asking = asyncio.ensure_future(probing)
        try:
            await asyncio.wait([asking, self.exited], return_when=asyncio.FIRST_COMPLETED)
            if self.exited.done():
                raise self.failed()
            return asking.result()
        finally:
            asking.cancel()

    def failed(self, how: str | None = None) -> PartFailed:
        """The error that tells how the part ended (or `how` it failed), with the tail of its log."""
        tail = "\n".join(f"  {self.name} | {line}" for line in self.output().splitlines()[-TAIL_LINES:])
        return PartFailed(
            f"{self.name} (pid {self.pid}) {how or self._ending()}; {self.part.log} ends:\n{tail}"
        )

    def _ending(self) -> str:
        status = self.exited.result()
        return (
            f"was killed by {signal.Signals(-status).name}" if status < 0 else f"exited with status {status}"
        )

    async def stop(self) -> None:
        """Ask it to end and wait; after `stop_seconds`, or when cancelled, kill what is left of its group."""
        self.ending = True
        try:
            if not self.exited.done():
                self._process.send_signal(self.part.stop_signal)
                await asyncio.wait([self.exited], timeout=self.part.stop_seconds)
        finally:
            self._kill_group()
        await self.ended()

    async def kill(self) -> None:
        """SIGKILL, as a crash would, also for children in groups of their own; returns when it is gone."""
        self.ending = True
        children = self._children()
        self._kill_group()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        await asyncio.to_thread(psutil.wait_procs, children)
        await self.ended()

    async def ended(self) -> int:
        """Wait for its end; the exit status, or minus the number of the signal that killed it."""
        await asyncio.wait([self.exited])
        return self.exited.result()

    def _children(self) -> list[psutil.Process]:
        """What it started; PostgreSQL gives each of its processes a group of its own."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children(recursive=True)
        return []

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


async def run_to_end(part: Part) -> None:
    """Run a program that ends by itself. Raises `PartFailed` if it says that it failed."""
    running = await RunningPart.start(part)
    try:
        if await running.ended():
            raise running.failed()
    finally:
        await running.kill()


def end_leftover(part: PartState) -> None:
    """End a part whose supervisor was killed, if it is still the process that we wrote down."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(part.pid)
        if abs(process.create_time() - part.started) > 1:
            return
        process.send_signal(signal.SIGINT)
        with suppress(psutil.TimeoutExpired):
            process.wait(10)
            return
        process.kill()
        process.wait(5)
