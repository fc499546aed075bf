"""`casework sla`: run the clocks over a file of events (contracts §1)."""

from typing import Annotated

import typer

from domain.sla import Replay, replay
from starters.cli.exchange import print_json, read_model, reports_errors

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
    print_json(replay(read_model(file, Replay)), exclude_unset=True)
