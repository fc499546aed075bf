"""`casework sla`: run the clocks over a file of events (contracts §1)."""

from typing import Annotated

import typer

from domain.errors import NotFound
from domain.sla import Replay, replay
from starters.cli.exchange import fail, print_json, read_model, reports_errors
from starters.cli.rules import shipped_policies

app = typer.Typer(help="Clocks: what was promised, by when, and was it kept.", no_args_is_help=True)


@app.callback()
def sla() -> None:
    """Clocks: what was promised, by when, and was it kept."""


@app.command("replay")
@reports_errors
def replay_file(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON as in contracts §1; - reads standard input.")
    ],
) -> None:
    """Run the clocks over the events of a file and print every clock as of its `as_of`."""
    try:
        answer = replay(read_model(file, Replay), shipped_policies().clocks)
    except NotFound as error:
        fail(f"{file}: {error.message}")
    print_json(answer, exclude_unset=True)
