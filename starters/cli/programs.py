"""Commands that are programs of their own, which this room may not import: up, doctor, demo, storm."""

import os
import sys
from typing import Any, NoReturn

import typer

app = typer.Typer()
PASS_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(context_settings=PASS_ON)
def up(context: typer.Context) -> None:
    """Start everything in the foreground (`up --help` for more)."""
    _become("workers.engine", ["up", *context.args])


@app.command(context_settings=PASS_ON)
def doctor(context: typer.Context) -> None:
    """Say what this machine has and lacks, and what to do about it."""
    _become("workers.engine", ["doctor", *context.args])


@app.command(context_settings=PASS_ON)
def demo(context: typer.Context) -> None:
    """Play one real day of returns (`demo --help` for more)."""
    _become("demo", context.args)


@app.command(context_settings=PASS_ON)
def storm(context: typer.Context) -> None:
    """Kill everything while cases are paid, and judge it (`storm --help` for more)."""
    _become("storm", context.args)


def _become(module: str, arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
