"""`python -m workers.engine`, which is what `./casework up` and `./casework doctor` become."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from starters.cli.exchange import NO, print_json, reports_errors
from starters.leaving import run_and_leave
from starters.settings import Settings
from workers.engine.parts import PARTS, PartName, Ports, free_port
from workers.engine.up import UpOptions, run

app = typer.Typer(add_completion=False, rich_markup_mode=None)
USUAL_TEMPORAL_PORT = 7233
USUAL_UI_PORT = 8233
USUAL_CONSOLE_PORT = 8490
USUAL_CUSTOMER_PORT = 8470


def port_option(default: str) -> Any:
    """An option for a loopback port."""
    return typer.Option(min=0, max=65535, metavar="PORT", help=default, show_default=False)


AnyPort = Annotated[int, port_option("Default: any free one.")]
TemporalPort = Annotated[int | None, port_option(f"Default: {USUAL_TEMPORAL_PORT}, or any if taken.")]
UiPort = Annotated[int | None, port_option(f"Default: {USUAL_UI_PORT}, or any if taken.")]
ConsolePort = Annotated[int | None, port_option(f"Default: {USUAL_CONSOLE_PORT}, or any if taken.")]
CustomerPort = Annotated[int | None, port_option(f"Default: {USUAL_CUSTOMER_PORT}, or any if taken.")]


@app.command()
@reports_errors
def up(
    without: Annotated[
        str, typer.Option(metavar="PARTS", help=f"Leave out some of {','.join(PARTS)}.", show_default=False)
    ] = "",
    workers: Annotated[int, typer.Option(min=1, help="How many workers.")] = 1,
    temporal_port: TemporalPort = None,
    ui_port: UiPort = None,
    postgres_port: AnyPort = 0,
    sandbox_port: AnyPort = 0,
    http_port: AnyPort = 0,
    console_port: ConsolePort = None,
    customer_port: CustomerPort = None,
    time_skipping: Annotated[
        bool, typer.Option("--time-skipping", help="Let tests skip a workflow's time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Start all parts in the foreground; Ctrl-C or `casework down` stops them.

    Prints one line per part with its address, then `ready`. A part that the settings place elsewhere (a
    database, Temporal, all providers) is used and not started. A worker, the reconciler, the console or the
    customer's page that dies is started again, up to five times in a row; when another part dies, it is named
    with the end of its log, the rest is stopped and the status is 1. Where an `up` runs, its parts are
    printed and the status is 0. Without workers the reconciler is left out, too.
    """
    ports = Ports(
        temporal=free_port(USUAL_TEMPORAL_PORT) if temporal_port is None else temporal_port,
        temporal_ui=free_port(USUAL_UI_PORT) if ui_port is None else ui_port,
        postgres=postgres_port,
        sandbox=sandbox_port,
        http=http_port,
        console=free_port(USUAL_CONSOLE_PORT) if console_port is None else console_port,
        customer=free_port(USUAL_CUSTOMER_PORT) if customer_port is None else customer_port,
    )
    options = UpOptions(
        without=_part_names(without),
        workers=workers,
        time_skipping=time_skipping,
        ports=ports,
        as_json=as_json,
    )
    raise typer.Exit(run(options))


@app.command("doctor")
@reports_errors
def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what this machine has and lacks, and what to do about it. Status 1 if something must be done."""
    from workers.engine.doctor import examine

    findings = examine(Settings())
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            print(f"{finding.verdict:<5} {finding.name:<16} {finding.detail}")
    if any(finding.verdict == "fail" for finding in findings):
        raise typer.Exit(NO)


def _part_names(text: str) -> list[PartName]:
    names = [name for name in text.replace(" ", "").split(",") if name]
    chosen: list[PartName] = [part for part in PARTS if part in names]
    if unknown := set(names) - set(chosen):
        raise typer.BadParameter(f"there is no part {min(unknown)}; there are {', '.join(PARTS)}")
    return chosen


if __name__ == "__main__":
    run_and_leave(lambda: app(prog_name="casework"))
