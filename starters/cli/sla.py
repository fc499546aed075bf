"""`casework sla`: run the clocks over a file of events (contracts §1)."""

from datetime import datetime
from typing import Annotated

import typer

from domain.errors import NotFound
from domain.sla import ClockSpec, Replay, ReplayCase, replay
from starters.cli.exchange import fail, print_json, read_model, reports_errors
from starters.cli.rules import shipped_policies

app = typer.Typer(no_args_is_help=True)


@app.callback()
def sla() -> None:
    """Clocks: what was promised, by when, and was it kept."""


@app.command("replay")
@reports_errors
def replay_events(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON as in contracts §1; - reads standard input.")
    ],
) -> None:
    """Run the clocks over a list of events and print every clock as of a moment."""
    asked = read_model(file, Replay)
    try:
        answer = replay(asked, _shipped_clocks)
    except NotFound as error:
        fail(f"{file}: policy: {error.message}")
    print_json(answer, exclude_unset=True)


def _shipped_clocks(policy: str, case: ReplayCase, opened_at: datetime) -> ClockSpec:
    return shipped_policies().clocks(policy, case, opened_at)
