"""The engine room as an object: `async with engine() as room:` for `up`, the demo, tests and the bench."""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from domain.errors import CaseworkError
from domain.staff.roster import Roster
from starters.engine_state import (
    STATE_FILE,
    EngineAddresses,
    EngineState,
    held_lock,
    read_state,
    write_state,
)
from starters.link_keys import ensure_link_keys
from starters.moments import span
from starters.settings import ENV_PREFIX, Settings
from workers.engine.parts import (
    CASE_PARTS,
    TIME_SKIPPING,
    PartName,
    Plan,
    Ports,
    plan_console,
    plan_customer,
    plan_http,
    plan_postgres,
    plan_reconciler,
    plan_sandbox,
    plan_temporal,
    plan_worker,
)
from workers.engine.process import RunningPart, end_leftover

LINK_KEYS_FILE = "customer-link-keys.yaml"
"""Keys of customers' links, in the state folder: a link goes on through a restart."""
LOCK_TRIES = 20
LOCK_PAUSE_SECONDS = 0.05


class AlreadyRunning(CaseworkError):
    """Another `up` runs in this state folder; stop it with `./casework down` first."""

    code = "already_running"


Listener = Callable[[RunningPart], None]
"""Is told of each part that has become ready."""


def _tell_nobody(part: RunningPart) -> None:
    del part


class Engine:
    """The parts that run. Made by `engine()`."""

    def __init__(self, state_dir: Path, settings: Settings | None, on_ready: Listener) -> None:
        self.state_dir = state_dir
        self.addresses = EngineAddresses()
        self.parts: list[RunningPart] = []
        """In the order in which they started."""
        self._plans: dict[str, Plan] = {}
        self._given = settings
        self._on_ready = on_ready
        self._started_at = datetime.now(UTC)
        self._deaths: asyncio.Queue[RunningPart] = asyncio.Queue()
        self._worker_names = (f"worker-{number}" for number in count(1))

    async def start_worker(
        self, name: str | None = None, env: Mapping[str, str] | None = None
    ) -> RunningPart:
        """Start one more worker and wait until it polls; end it by its `stop()` or `kill()`."""
        name = name or next(self._worker_names)
        return await self.bring_up(plan_worker(name, self.state_dir, {**self.environment(), **(env or {})}))

    async def start_reconciler(self, env: Mapping[str, str] | None = None) -> RunningPart:
        """Start the reconciler and wait until it has begun; `env` comes before the engine's own."""
        settings = self._given or Settings()
        every = span(settings.reconcile_every_seconds)
        return await self.bring_up(
            plan_reconciler(self.state_dir, {**self.environment(), **(env or {})}, every)
        )

    async def bring_up(self, plan: Plan) -> RunningPart:
        """Start what is planned and wait until it is ready. Raises `PartFailed`."""
        self._plans[plan.part.name] = plan
        running = await RunningPart.start(plan.part)
        self.parts.append(running)
        running.exited.add_done_callback(lambda _: self._note_end(running))
        self.write("starting")
        await running.until(lambda: plan.is_ready(running))
        learned = await plan.settle(running)
        self.learn(learned)
        running.address = plan.address(learned)
        self._on_ready(running)
        return running

    def learn(self, learned: EngineAddresses) -> None:
        """Keep what programs that work with these parts are told from now on."""
        self.addresses = self.addresses.model_copy(update=learned.model_dump(exclude_none=True))

    async def bring_up_again(self, ended: RunningPart) -> RunningPart:
        """Start a part that has ended once more: the same command and ports, and what it left on disk."""
        return await self.bring_up(self._plans[ended.name])

    def environment(self) -> dict[str, str]:
        """For a process that works with these parts: their addresses, where the settings name no other."""
        env = dict(os.environ)
        if self.addresses.running_temporal:
            env = {name: value for name, value in env.items() if not name.startswith("TEMPORAL_")}
            env |= {"TEMPORAL_ADDRESS": self.addresses.running_temporal, "TEMPORAL_CONFIG_FILE": os.devnull}
        env[f"{ENV_PREFIX}STATE_DIR"] = str(self.state_dir)
        for name, value in self.addresses.model_dump(exclude_none=True).items():
            if getattr(self._given, name, None) is None:
                env[f"{ENV_PREFIX}{name.upper()}"] = str(value)
        return env

    async def next_death(self) -> RunningPart:
        """The next part that ends without having been asked to."""
        return await self._deaths.get()

    async def stop(self) -> None:
        """Stop all parts, the last first. Cancelled, it kills what is left and then obeys."""
        self.write("stopping")
        parts = self.parts[::-1]
        for running in parts:
            running.ending = True
        cancelled: asyncio.CancelledError | None = None
        for running in parts:
            try:
                await (running.kill() if cancelled else running.stop())
            except asyncio.CancelledError as error:
                cancelled = error
                await running.kill()
        (self.state_dir / STATE_FILE).unlink(missing_ok=True)
        if cancelled:
            raise cancelled

    def write(self, phase: str) -> None:
        """Tell other commands what runs."""
        state = {
            "pid": os.getpid(),
            "phase": phase,
            "started_at": self._started_at,
            "parts": [running.state() for running in self.parts],
            "addresses": self.addresses,
        }
        write_state(self.state_dir, EngineState.model_validate(state))

    def _note_end(self, running: RunningPart) -> None:
        if not running.ending:
            self._deaths.put_nowait(running)
        with suppress(ValueError):
            self.parts.remove(running)


@asynccontextmanager
async def engine(
    parts: Collection[PartName] = CASE_PARTS,
    *,
    state_dir: Path | None = None,
    settings: Settings | None = None,
    ports: Ports | None = None,
    workers: int = 1,
    time_skipping: bool = False,
    keep_history: bool = False,
    temporal_settings: Collection[str] = (),
    staff: Roster | None = None,
    on_ready: Listener = _tell_nobody,
) -> AsyncGenerator[Engine]:
    """Run the parts while the block runs, and leave nothing behind.

    Without `state_dir`, in a folder that goes with them. `settings` are those of outside parts to use instead
    of ours; without them nothing outside is used. `keep_history` lets Temporal keep its histories in the
    folder, `temporal_settings` are dynamic configuration (`name=value`) of its server. `staff` can sign in at
    the sandbox, and is seeded into a database of ours that has none; one that is elsewhere is left as it is.
    Raises `AlreadyRunning`, and `PartFailed` if a part does not come up.
    """
    ports = ports or Ports()
    async with _state_folder(state_dir) as folder:
        room = Engine(folder, settings, on_ready)
        try:
            settings_of_temporal = (*(TIME_SKIPPING if time_skipping else ()), *temporal_settings)
            servers = _servers(folder, ports, settings_of_temporal, staff, keep_history=keep_history)
            await _start_servers(room, [plan for name, plan in servers.items() if name in parts])
            if {"http", "console", "customer"} & set(parts):
                room.learn(
                    EngineAddresses(customer_link_keys_file=str(ensure_link_keys(folder / LINK_KEYS_FILE)))
                )
            if "http" in parts:
                await room.bring_up(plan_http(folder, ports.http, room.environment()))
            for _ in range(workers if "worker" in parts else 0):
                await room.start_worker()
            if "reconciler" in parts:
                await room.start_reconciler()
            if "console" in parts:
                await room.bring_up(plan_console(folder, ports.console, room.environment()))
            if "customer" in parts:
                await room.bring_up(plan_customer(folder, ports.customer, room.environment()))
            room.write("ready")
            yield room
        finally:
            await room.stop()


def _servers(
    folder: Path,
    ports: Ports,
    temporal_settings: Collection[str],
    staff: Roster | None,
    *,
    keep_history: bool,
) -> dict[PartName, Callable[[], Awaitable[Plan]]]:
    return {
        "postgres": lambda: plan_postgres(folder, ports.postgres, staff),
        "temporal": lambda: plan_temporal(folder, ports, temporal_settings, keep_history=keep_history),
        "sandbox": lambda: plan_sandbox(folder, ports.sandbox, staff),
    }


async def _start_servers(room: Engine, plans: Collection[Callable[[], Awaitable[Plan]]]) -> None:
    try:
        async with asyncio.TaskGroup() as starting:
            for plan in plans:
                starting.create_task(_plan_and_bring_up(room, plan))
    except* CaseworkError as failures:
        raise failures.exceptions[0] from None


async def _plan_and_bring_up(room: Engine, plan: Callable[[], Awaitable[Plan]]) -> None:
    await room.bring_up(await plan())


@asynccontextmanager
async def _state_folder(state_dir: Path | None) -> AsyncGenerator[Path]:
    """The folder, held against another engine, without what a killed one left in it."""
    with ExitStack() as stack:
        if state_dir is None:
            state_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casework-")))
        state_dir = state_dir.resolve()
        state_dir.mkdir(parents=True, exist_ok=True)
        for _ in range(LOCK_TRIES):
            # A command that merely looks holds the lock for a moment, so ask more than once.
            if stack.enter_context(held_lock(state_dir)):
                break
            await asyncio.sleep(LOCK_PAUSE_SECONDS)
        else:
            raise AlreadyRunning
        await asyncio.to_thread(_clear_leftovers, state_dir)
        yield state_dir


def _clear_leftovers(state_dir: Path) -> None:
    left = read_state(state_dir)
    for part in reversed(left.parts if left else []):
        end_leftover(part)
    (state_dir / STATE_FILE).unlink(missing_ok=True)
    for log in state_dir.glob("*.log"):
        log.unlink()
