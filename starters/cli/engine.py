"""Commands about a running engine room: down, status, migrate."""

import asyncio
import os
import signal
import socket
import time
from typing import Annotated, Any

import typer

from starters.cli.exchange import NO, fail, print_json, reports_errors
from starters.engine_state import EngineState, is_locked, read_running
from starters.settings import Settings, without_password

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DOWN_PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.1
CONNECT_SECONDS = 1.0


@reports_errors
def down(as_json: AsJson = False) -> None:
    """Stop a running `up` and wait until it has gone."""
    state_dir = Settings().state_dir
    running = read_running(state_dir)
    if running:
        os.kill(running.pid, signal.SIGTERM)
        give_up_at = time.monotonic() + DOWN_PATIENCE_SECONDS
        while is_locked(state_dir):
            if time.monotonic() > give_up_at:
                fail(f"`up` (pid {running.pid}) still runs after {DOWN_PATIENCE_SECONDS:.0f} s", NO)
            time.sleep(LOOK_SECONDS)
    if as_json:
        print_json({"stopped": running.pid if running else None})
    else:
        print(f"stopped (pid {running.pid})" if running else "nothing is running")


@reports_errors
def status(as_json: AsJson = False) -> None:
    """Show the parts that run. Status 0 if all are healthy, 1 if not or if nothing runs."""
    running = read_running(Settings().state_dir)
    report = _report(running)
    if as_json:
        print_json(report)
    elif running is None:
        print("nothing is running; start it with `casework up`")
    else:
        print(f"up (pid {running.pid}) is {running.phase} since {running.started_at:%Y-%m-%d %H:%M:%S} UTC")
        for part in report["parts"]:
            print(f"{part['name']:<10} {'ok' if part['healthy'] else 'GONE':<5} {part['address']}")
    if not report["healthy"]:
        raise typer.Exit(NO)


@reports_errors
def migrate(as_json: AsJson = False) -> None:
    """Bring the database's tables up to date (`up` does it for its own database)."""
    from store.migrate import migrate as apply_pending

    applied = asyncio.run(apply_pending(Settings().required_database_url()))
    if as_json:
        print_json({"applied": applied})
    else:
        print(f"applied {', '.join(applied)}" if applied else "nothing to apply")


def _report(running: EngineState | None) -> dict[str, Any]:
    if running is None:
        return {"running": False, "healthy": False, "parts": []}
    parts = [
        {
            **part.model_dump(mode="json", exclude={"started"}),
            "address": without_password(part.address),
            "healthy": _is_alive(part.pid) and all(_answers(port) for port in part.ports),
        }
        for part in running.parts
    ]
    healthy = running.phase == "ready" and all(part["healthy"] for part in parts)
    addresses = running.addresses.model_dump(exclude_none=True)
    return {
        "running": True,
        "healthy": healthy,
        "pid": running.pid,
        "phase": running.phase,
        "started_at": running.started_at.isoformat(),
        "parts": parts,
        "addresses": addresses,
    }


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
