"""The command `casework`: its global flags, and the commands of the other modules under their names."""

import os
from pathlib import Path
from typing import Annotated

import typer

from starters.cli import engine
from starters.settings import ENV_PREFIX

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(engine.app)


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
    for name, value in flags.items():
        prefix = "" if name.startswith("temporal_") else ENV_PREFIX
        os.environ[f"{prefix}{name.upper()}"] = str(value)
    for assignment in setting or []:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment}: write NAME=VALUE")
        os.environ[f"{ENV_PREFIX}{name.upper().replace('-', '_')}"] = value


def main() -> None:
    """Run the command line."""
    app(prog_name="casework")
