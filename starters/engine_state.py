"""What a running `up` leaves in its state folder, so that every other command finds it."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.base import Model, UtcInstant

STATE_FILE = "engine.json"
LOCK_FILE = "engine.lock"


class PartState(Model):
    """One process of the engine room."""

    name: str
    pid: int
    started: float
    """The process's start in seconds since 1970, which tells a reused pid from the part."""
    address: str
    """Where it answers, for people."""
    ports: list[int] = []
    """The loopback ports on which it listens."""
    log: Path


class EngineAddresses(BaseModel):
    """Where the parts answer; None for a part that does not run here. Names are those of `Settings`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    running_temporal: str | None = None
    temporal_ui_url: str | None = None
    database_url: str | None = None
    sandbox_url: str | None = None
    http_url: str | None = None
    console_url: str | None = None
    customer_url: str | None = None
    customer_link_keys_file: str | None = None
    shop_url: str | None = None
    payments_url: str | None = None
    payments_webhook_secret: str | None = None
    webhook_sources_file: str | None = None
    carriers_url: str | None = None
    warehouse_url: str | None = None
    sms_url: str | None = None
    push_url: str | None = None
    smtp_host: str | None = None
    smtp_port: int | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_audience: str | None = None


class EngineState(Model):
    """An `up` and its parts, in the order in which they started."""

    pid: int
    phase: Literal["starting", "ready", "stopping"]
    started_at: UtcInstant
    parts: list[PartState] = []
    addresses: EngineAddresses = EngineAddresses()


def read_state(state_dir: Path) -> EngineState | None:
    """What the last `up` wrote, whether it still runs or not; None if there is nothing legible."""
    try:
        return EngineState.model_validate_json((state_dir / STATE_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write_state(state_dir: Path, state: EngineState) -> None:
    """Replace the state in one step, readable by its owner only: it may hold a password."""
    draft = state_dir / f"{STATE_FILE}.new"
    draft.touch(mode=0o600)
    draft.write_text(state.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(state_dir / STATE_FILE)


def read_running(state_dir: Path) -> EngineState | None:
    """The state of the `up` that runs now, or None; what a killed one left behind does not count."""
    state = read_state(state_dir)
    return state if state and is_locked(state_dir) else None


def is_locked(state_dir: Path) -> bool:
    """Whether an `up` holds this folder. The kernel lets the lock go with its process."""
    try:
        descriptor = os.open(state_dir / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def held_lock(state_dir: Path) -> Generator[bool]:
    """Hold the folder while the block runs; yields False at once if another process holds it."""
    descriptor = os.open(state_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)
