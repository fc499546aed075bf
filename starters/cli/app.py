"""The command `casework`: its global flags, and the commands of the other modules under their names."""

import logging
import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer
from typer.core import TyperGroup

from starters.cli import programs
from starters.leaving import run_and_leave

PLAIN: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
"""Help as plain text, that fits a narrow terminal and can be searched."""

LOADED: dict[str, tuple[str, ...]] = {
    "down": ("starters.cli.engine:down",),
    "status": ("starters.cli.engine:status",),
    "migrate": ("starters.cli.engine:migrate",),
    "approvals": ("starters.cli.approvals:app",),
    "audit": ("starters.cli.audit:app",),
    "calendar": ("starters.cli.retarget:calendar_app",),
    "case": ("starters.cli.cases:app",),
    "claim": ("starters.cli.deliveries:claim_app",),
    "complaint": ("starters.cli.complaints:app",),
    "delivery": ("starters.cli.deliveries:delivery_app",),
    "disputes": ("starters.cli.disputes:app",),
    "figures": ("starters.cli.figures:app",),
    "improvement": ("starters.cli.improvements:app",),
    "inbox": ("starters.cli.inbox:app",),
    "key": ("starters.cli.keys:app",),
    "ledger": ("starters.cli.ledger:app",),
    "library": ("starters.cli.library:app",),
    "link": ("starters.cli.links:app",),
    "order": ("starters.cli.orders:app",),
    "policy": (
        "starters.cli.rules:policy_app",
        "starters.cli.policies:app",
        "starters.cli.simulate:app",
        "starters.cli.retarget:policy_app",
    ),
    "reconcile": ("starters.cli.reconcile:app",),
    "rebuild": ("starters.cli.store_admin:rebuild",),
    "return": ("starters.cli.rules:return_app", "starters.cli.returns:app"),
    "schema": ("starters.cli.rules:print_schema",),
    "shipment": ("starters.cli.deliveries:shipment_app",),
    "sla": ("starters.cli.sla:app",),
    "staff": ("starters.cli.staff:app",),
    "verify": ("starters.cli.store_admin:verify",),
    "weather": ("starters.cli.weather:app",),
    "watch": ("starters.cli.watch:app",),
}
"""Commands that are loaded when they are called, so that none need wait for the others: a function, or one
or more Typer apps whose commands stand together under the name."""


class LazyGroup(TyperGroup):
    """Loads a command's modules when the command is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All commands."""
        return [*super().list_commands(ctx), *LOADED]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, loaded if need be; None if there is none of this name."""
        if cmd_name not in LOADED:
            return super().get_command(ctx, cmd_name)
        return load(cmd_name)


@cache
def load(name: str) -> Any:
    """The command of this name from the modules that have it."""
    holder = typer.Typer(**PLAIN)
    holder.callback()(lambda: None)
    first, *more = (_load_attribute(place) for place in LOADED[name])
    if isinstance(first, typer.Typer):
        for part in more:
            first.registered_commands += part.registered_commands
        holder.add_typer(first, name=name, no_args_is_help=True)
    else:
        holder.command(name)(first)
    return cast(TyperGroup, typer.main.get_command(holder)).commands[name]


def _load_attribute(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


app = typer.Typer(
    cls=LazyGroup, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}, **PLAIN
)
app.add_typer(programs.app)


@app.callback()
def settings_flags(
    config: Annotated[Path | None, typer.Option(help="Settings file (default: casework.toml).")] = None,
    state_dir: Annotated[Path | None, typer.Option(help="Where `up` keeps its state and logs.")] = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL to use.")] = None,
    policies_dir: Annotated[Path | None, typer.Option(help="Folder of policies.")] = None,
    calendars_dir: Annotated[Path | None, typer.Option(help="Folder of calendars.")] = None,
    task_queue: Annotated[str | None, typer.Option(help="Temporal task queue.")] = None,
    log_format: Annotated[str | None, typer.Option(help="auto, console or json.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    temporal_address: Annotated[str | None, typer.Option(help="Like TEMPORAL_ADDRESS.")] = None,
    temporal_profile: Annotated[str | None, typer.Option(help="Like TEMPORAL_PROFILE.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any setting.")
    ] = None,
) -> None:
    """After-sales cases as durable workflows.

    Each flag has a twin in the environment (`CASEWORK_STATE_DIR` for --state-dir) and in the settings file
    (`state_dir`). A flag wins over the environment, the environment over the file, and the file over what a
    running `up` says.
    """
    flags = {name: value for name, value in locals().items() if name != "setting" and value is not None}
    if flags or setting:
        _keep(flags, setting or [])


def _keep(flags: dict[str, Any], assignments: list[str]) -> None:
    """Hand the flags on as the environment, from which every part of the program reads its settings."""
    from starters.settings import (
        ENV_PREFIX,
        Settings,
    )  # a fifth of the start; most commands are called without

    for name, value in flags.items():
        prefix = "" if name.startswith("temporal_") else ENV_PREFIX
        os.environ[f"{prefix}{name.upper()}"] = str(value)
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        if name.replace("-", "_") not in Settings.model_fields:
            raise typer.BadParameter(f"{assignment}: there is no setting {name}; see casework --help")
        os.environ[f"{ENV_PREFIX}{name.upper().replace('-', '_')}"] = value


def main() -> NoReturn:
    """Run the command line. That the SDK asks again is no news to who waits for the answer."""
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    run_and_leave(lambda: app(prog_name="casework"))
