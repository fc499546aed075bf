"""`python -m workers.engine`, which is what `./casework up` becomes."""

import sys
from typing import Annotated

import typer

from domain.errors import CaseworkError
from workers.engine.parts import PARTS, PartName, Ports
from workers.engine.up import UpOptions, run

app = typer.Typer(add_completion=False, rich_markup_mode=None)
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.", show_default=False)]


@app.command()
def up(
    without: Annotated[
        str, typer.Option(metavar="PARTS", help=f"Leave out some of {','.join(PARTS)}.", show_default=False)
    ] = "",
    workers: Annotated[int, typer.Option(min=1, help="How many workers.")] = 1,
    temporal_port: Port = 0,
    ui_port: Port = 0,
    postgres_port: Port = 0,
    sandbox_port: Port = 0,
    time_skipping: Annotated[bool, typer.Option(help="Let tests skip a workflow's time.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Start all parts in the foreground; Ctrl-C or `casework down` stops them.

    Prints one line per part with its address, then `ready`. A part that the settings place elsewhere (a
    database, Temporal, all providers) is used and not started. A worker that dies is started again, up to
    five times in a row; when another part dies, it is named with the end of its log, the rest is stopped and
    the status is 1. Where an `up` runs already, its parts are printed and the status is 0.
    """
    ports = Ports(temporal=temporal_port, temporal_ui=ui_port, postgres=postgres_port, sandbox=sandbox_port)
    options = UpOptions(
        without=_part_names(without),
        workers=workers,
        time_skipping=time_skipping,
        ports=ports,
        as_json=as_json,
    )
    try:
        sys.exit(run(options))
    except CaseworkError as error:
        print(f"casework: {error}", file=sys.stderr)
        sys.exit(2)


def _part_names(text: str) -> list[PartName]:
    names = [name for name in text.replace(" ", "").split(",") if name]
    chosen: list[PartName] = [part for part in PARTS if part in names]
    if unknown := set(names) - set(chosen):
        raise typer.BadParameter(f"there is no part {min(unknown)}; there are {', '.join(PARTS)}")
    return chosen


if __name__ == "__main__":
    app(prog_name="casework up")
