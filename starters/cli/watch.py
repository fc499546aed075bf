"""`casework watch`: run the watch over a file of parcels (contracts §3)."""

from typing import Annotated

import typer

from domain.parcels import WatchReplay, replay_watch
from starters.cli.exchange import no_collection, print_json, read_model, reports_errors

app = typer.Typer(no_args_is_help=True)


@app.callback()
def watch() -> None:
    """Parcels: what went wrong on the way, and when."""


@app.command("replay")
@reports_errors
def replay_shipments(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON as in contracts §3; - reads standard input.")
    ],
) -> None:
    """Judge the scans of parcels and print each one's exceptions as of a moment."""
    with no_collection():
        print_json(replay_watch(read_model(file, WatchReplay)))
