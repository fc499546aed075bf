"""The parts of the engine room, the only such list: how each is run, when it is ready, where it answers."""

import random
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import httpx2
from temporalio.client import Client
from temporalio.service import RPCError

from activities.names import SEARCH_ATTRIBUTES, TASK_QUEUE
from domain.errors import NotReady
from domain.staff.roster import Roster
from starters.engine_state import EngineAddresses
from starters.settings import ENV_PREFIX
from store.migrate import migrate
from store.staff_file import seed_first
from workers.boot_checks import check_temporal
from workers.engine import postgres
from workers.engine.process import Part, RunningPart

PartName = Literal["postgres", "temporal", "sandbox", "http", "worker", "reconciler", "console", "customer"]
CASE_PARTS: tuple[PartName, ...] = ("postgres", "temporal", "sandbox", "worker")
"""What cases need; nobody calls them from outside."""
PARTS: tuple[PartName, ...] = get_args(PartName)
"""In the order of starting; they stop in the reverse order."""

LOOPBACK = "127.0.0.1"
WEBHOOKS = "/webhooks/payments"
SOURCES = "/webhooks"
"""Behind it carriers, shop and warehouse have their doors."""
TEMPORAL_STORE = "temporal.db"
"""Temporal's SQLite in the state folder, where its history is kept."""
STAFF_OF_SANDBOX = "staff.json"
"""Who can sign in there, in the state folder."""
QUIET_PORTS = range(20_000, 32_000)
"""Below the range that kernels hand out for outgoing connections, so that a free port stays free."""
TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
)


@dataclass(frozen=True)
class Ports:
    """Where the parts shall listen on loopback; 0 is any free port."""

    temporal: int = 0
    temporal_ui: int = 0
    postgres: int = 0
    sandbox: int = 0
    http: int = 0
    console: int = 0
    customer: int = 0


def is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0) -> int:
    """The preferred port if it is free, else any free one."""
    if preferred and is_free(preferred):
        return preferred
    return next(port for port in random.sample(QUIET_PORTS, len(QUIET_PORTS)) if is_free(port))


@dataclass(frozen=True)
class Plan:
    """A part, the question whether it is ready, and what to do and to tell once it is."""

    part: Part
    is_ready: Callable[[RunningPart], Coroutine[Any, Any, bool]]
    settle: Callable[[RunningPart], Awaitable[EngineAddresses]]
    address: Callable[[EngineAddresses], str]


async def plan_postgres(state_dir: Path, port: int, staff: Roster | None = None) -> Plan:
    """The database; settled when our migrations are applied, and with a staff where one is given."""
    data_dir, log, port = state_dir / "postgres", state_dir / "postgres.log", port or free_port()
    await postgres.prepare(data_dir, log)

    async def settle(_: RunningPart) -> EngineAddresses:
        await migrate(postgres.url(port))
        if staff is not None:
            await seed_first(postgres.url(port), staff)
        return EngineAddresses(database_url=postgres.url(port))

    return Plan(
        part=postgres.part(data_dir, port, log),
        is_ready=lambda _: postgres.answers(port, log),
        settle=settle,
        address=lambda addresses: addresses.database_url or "",
    )


async def plan_temporal(
    state_dir: Path, ports: Ports, settings: Collection[str], *, keep_history: bool
) -> Plan:
    """Temporal's development server with its UI, our search attributes known."""
    port, ui_port = ports.temporal or free_port(), ports.temporal_ui or free_port()
    command = [program("temporal"), "server", "start-dev", "--ip", LOOPBACK, "--port", str(port)]
    command += ["--ui-ip", LOOPBACK, "--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    for key in SEARCH_ATTRIBUTES:
        command += ["--search-attribute", f"{key.name}=Keyword"]
    for setting in settings:
        command += ["--dynamic-config-value", setting]
    if keep_history:
        # As durable, and a commit waits for the disk once instead of three times.
        command += ["--db-filename", str(state_dir / TEMPORAL_STORE), "--sqlite-pragma", "journal_mode=wal"]
    target = f"{LOOPBACK}:{port}"

    async def settle(_: RunningPart) -> EngineAddresses:
        return EngineAddresses(running_temporal=target, temporal_ui_url=f"http://{LOOPBACK}:{ui_port}")

    return Plan(
        part=Part(name="temporal", command=command, ports=[port, ui_port], log=state_dir / "temporal.log"),
        is_ready=lambda _: _temporal_is_ready(target, ui_port),
        settle=settle,
        address=lambda addresses: f"{addresses.running_temporal}, UI {addresses.temporal_ui_url}",
    )


async def _temporal_is_ready(target: str, ui_port: int) -> bool:
    try:
        await check_temporal(await Client.connect(target))
    except (RuntimeError, RPCError, NotReady):
        return False
    return not is_free(ui_port)


async def plan_sandbox(state_dir: Path, port: int, staff: Roster | None = None) -> Plan:
    """The make-believe outside world, in which the staff can sign in; it announces its addresses."""
    port = port or free_port()
    data_dir = state_dir / "sandbox"
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", str(free_port())]
    command += ["--state", str(data_dir)]
    if staff is not None:
        staff_file = state_dir / STAFF_OF_SANDBOX
        staff_file.write_text(staff.model_dump_json(exclude_defaults=True), encoding="utf-8")
        command += ["--staff", str(staff_file)]

    async def settle(running: RunningPart) -> EngineAddresses:
        said = running.announcement() or {}
        env = {name.removeprefix(ENV_PREFIX).lower(): value for name, value in said["env"].items()}
        return EngineAddresses(sandbox_url=said["url"], **env)

    return Plan(
        part=Part(name="sandbox", command=command, ports=[port], log=state_dir / "sandbox.log"),
        is_ready=_has_announced,
        settle=settle,
        address=lambda addresses: (
            f"{addresses.sandbox_url}, mail {addresses.smtp_host}:{addresses.smtp_port}"
        ),
    )


def plan_http(state_dir: Path, port: int, env: Mapping[str, str]) -> Plan:
    """What others call; it announces its address, and the sandbox's senders of webhooks are told of it."""
    port, sandbox_url = port or free_port(), env.get(f"{ENV_PREFIX}SANDBOX_URL")

    async def settle(running: RunningPart) -> EngineAddresses:
        said = running.announcement() or {}
        if sandbox_url:
            async with httpx2.AsyncClient() as http:
                where = {"url": said["url"] + WEBHOOKS}
                (await http.put(f"{sandbox_url}/payments/webhooks", json=where)).raise_for_status()
                sources = {"url": said["url"] + SOURCES}
                (await http.put(f"{sandbox_url}/webhooks/", json=sources)).raise_for_status()
        return EngineAddresses(http_url=said["url"])

    return Plan(
        part=Part(
            name="http",
            command=[sys.executable, "-m", "starters.http"],
            ports=[port],
            log=state_dir / "http.log",
            env={**env, f"{ENV_PREFIX}HTTP_HOST": LOOPBACK, f"{ENV_PREFIX}HTTP_PORT": str(port)},
        ),
        is_ready=_has_announced,
        settle=settle,
        address=lambda addresses: f"{addresses.http_url}{WEBHOOKS}/<rail>/<merchant>",
    )


def plan_console(state_dir: Path, port: int, env: Mapping[str, str]) -> Plan:
    """The lead's pages; they announce their address."""
    return _plan_pages("console", "console", state_dir, port, env)


def plan_customer(state_dir: Path, port: int, env: Mapping[str, str]) -> Plan:
    """The customer's page; it announces its address."""
    return _plan_pages("customer", "console.customer", state_dir, port, env)


def _plan_pages(
    name: Literal["console", "customer"], module: str, state_dir: Path, port: int, env: Mapping[str, str]
) -> Plan:
    port = port or free_port()
    own = {f"{ENV_PREFIX}{name.upper()}_HOST": LOOPBACK, f"{ENV_PREFIX}{name.upper()}_PORT": str(port)}

    async def settle(running: RunningPart) -> EngineAddresses:
        return EngineAddresses.model_validate({f"{name}_url": (running.announcement() or {})["url"]})

    return Plan(
        part=Part(
            name=name,
            command=[sys.executable, "-m", module],
            ports=[port],
            log=state_dir / f"{name}.log",
            env={**env, **own},
        ),
        is_ready=_has_announced,
        settle=settle,
        address=lambda addresses: getattr(addresses, f"{name}_url") or "",
    )


def plan_worker(name: str, state_dir: Path, env: Mapping[str, str]) -> Plan:
    """A worker; it announces that it polls."""

    async def settle(_: RunningPart) -> EngineAddresses:
        return EngineAddresses()

    return Plan(
        part=Part(
            name=name,
            command=[sys.executable, "-m", "workers"],
            log=state_dir / f"{name}.log",
            env=env,
            stop_seconds=40.0,
        ),
        is_ready=_has_announced,
        settle=settle,
        address=lambda _: f"task queue {env.get('CASEWORK_TASK_QUEUE', TASK_QUEUE)}",
    )


def plan_reconciler(state_dir: Path, env: Mapping[str, str], every: str) -> Plan:
    """What compares the ledger with the gateways; it announces that it has begun."""

    async def settle(_: RunningPart) -> EngineAddresses:
        return EngineAddresses()

    return Plan(
        part=Part(
            name="reconciler",
            command=[sys.executable, "-m", "workers.reconciler"],
            log=state_dir / "reconciler.log",
            env=env,
            stop_seconds=20.0,
        ),
        is_ready=_has_announced,
        settle=settle,
        address=lambda _: f"asks the gateways every {every}",
    )


async def _has_announced(running: RunningPart) -> bool:
    return running.announcement() is not None


def program(name: str) -> str:
    """Where a program of the embedded extra is. Raises `NotReady`."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise NotReady(f"the program `{name}` is not installed: run `make setup`, or set TEMPORAL_ADDRESS")
    return found
