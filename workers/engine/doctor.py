"""`./casework doctor`: what this machine has and lacks for the case desk, and what to do about it."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from domain.errors import CaseworkError, NotReady
from starters.engine_state import read_running
from starters.settings import CHECKOUT, PROVIDER_FIELDS, Settings, without_password
from starters.temporal_client import connect, is_configured
from store.boot_checks import check_store
from store.pool import create_pool
from workers.boot_checks import check_temporal
from workers.engine import postgres
from workers.engine.parts import is_free, program

Verdict = Literal["ok", "note", "fail"]
DISK_WANTED_BYTES = 1 << 30
PATIENCE_SECONDS = 2.0
USUAL_PORTS = {7233: "Temporal", 8233: "Temporal's UI"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `note`: nothing is wrong, but it may be news."""

    name: str
    verdict: Verdict
    detail: str


def python_version() -> Finding:
    """The interpreter of the environment."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", f"{version}, {sys.executable}")


def packages() -> Finding:
    """Whether the environment holds what the lock says."""
    installed, wanted = CHECKOUT / ".venv" / "requirements.lock", CHECKOUT / "requirements.lock"
    if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
        return Finding("packages", "fail", "not those of requirements.lock; run `make setup`")
    return Finding("packages", "ok", "those of requirements.lock")


def embedded_temporal() -> Finding:
    """Temporal's development server."""
    return _found("temporal server", lambda: program("temporal"), needed=not is_configured())


def embedded_postgres(settings: Settings) -> Finding:
    """The embedded PostgreSQL and whom it would run as."""

    def where() -> str:
        user = postgres.account()
        return f"{postgres.programs() / 'postgres'}{f', as account {user}' if user else ''}"

    return _found("postgres server", where, needed=settings.database_url is None)


def _found(name: str, where: Callable[[], str], *, needed: bool) -> Finding:
    try:
        return Finding(name, "ok", where())
    except NotReady as error:
        return Finding(name, "fail" if needed else "note", error.message)


def disk(state_dir: Path) -> Finding:
    """Room for state and logs."""
    place = next(folder for folder in (state_dir, *state_dir.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / (1 << 30):.1f} GiB free in {place}"
    if free < DISK_WANTED_BYTES:
        return Finding("disk", "fail", f"{detail}; make room for at least 1 GiB")
    return Finding("disk", "ok", detail)


def engine_room(state_dir: Path) -> Finding:
    """Whether an `up` runs, and whether the usual ports are free if not."""
    running = read_running(state_dir)
    if running:
        return Finding("engine room", "ok", f"up (pid {running.pid}) is {running.phase}")
    taken = [f"{port} ({use})" for port, use in USUAL_PORTS.items() if not is_free(port)]
    if taken:
        return Finding(
            "engine room", "note", f"not running; `up` will use other ports than {', '.join(taken)}"
        )
    return Finding("engine room", "note", "not running; start it with `casework up`")


async def database(settings: Settings) -> Finding:
    """Whether the database can be reached and is as it must be."""
    if settings.database_url is None:
        return Finding("database", "note", "none is running; CASEWORK_DATABASE_URL is not set")

    async def look() -> str:
        pool = await create_pool(settings.required_database_url(), application_name="casework-doctor")
        try:
            await check_store(pool)
        finally:
            await pool.close()
        return without_password(settings.required_database_url())

    return await _looked_at("database", look())


async def temporal(settings: Settings) -> Finding:
    """Whether Temporal can be reached and knows our search attributes."""
    if settings.running_temporal is None and not is_configured():
        return Finding(
            "temporal", "note", "none is running; neither temporal.toml nor TEMPORAL_ADDRESS names one"
        )

    async def look() -> str:
        client = await connect(settings, patience_seconds=PATIENCE_SECONDS)
        await check_temporal(client)
        return f"{client.service_client.config.target_host}, namespace {client.namespace}"

    return await _looked_at("temporal", look())


async def _looked_at(name: str, looking: Coroutine[Any, Any, str]) -> Finding:
    try:
        return Finding(name, "ok", await looking)
    except CaseworkError as error:
        return Finding(name, "fail", error.message)


def providers(settings: Settings) -> Finding:
    """Whether every outside system has an address."""
    missing = [name for name in PROVIDER_FIELDS if getattr(settings, name) is None]
    if len(missing) == len(PROVIDER_FIELDS):
        return Finding("providers", "note", "none are set; `up` starts the sandbox in their place")
    if missing:
        return Finding("providers", "note", f"the sandbox stands in for {', '.join(missing)}")
    return Finding(
        "providers", "ok", f"the sandbox at {settings.sandbox_url}" if settings.sandbox_url else "set"
    )


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, the machine first."""

    async def servers() -> list[Finding]:
        return [await database(settings), await temporal(settings)]

    return [
        python_version(),
        packages(),
        embedded_postgres(settings),
        embedded_temporal(),
        disk(settings.state_dir),
        engine_room(settings.state_dir),
        *asyncio.run(servers()),
        providers(settings),
    ]
