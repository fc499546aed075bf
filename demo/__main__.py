"""`./casework demo`: everything up, Double 11 in a minute, a summary, and a look around."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.performance import Performance, performance
from demo.report import print_hints, print_summary, print_timeline
from demo.screen import Screen
from demo.script import DEAD_MAILBOX
from demo.summary import Summary
from demo.tasks import beside
from domain.errors import CaseworkError
from domain.records import Recorded
from starters.case_records import CaseRecords
from starters.cli.exchange import print_json
from starters.engine_state import is_locked
from starters.settings import Settings
from starters.staff import written_staff
from store.ledger import Ledger
from workers.engine import AlreadyRunning, PartName, Ports, RunningPart, engine
from workers.engine.parts import free_port
from workers.engine.up import keep_running, stop_on_signals

SERVERS: tuple[PartName, ...] = ("postgres", "temporal", "sandbox", "console", "customer")
USUAL_UI_PORT = 8233
WIDTH_MAX = 80
STOPPED_BY_CTRL_C = 130

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def demo(
    leave: Annotated[
        bool,
        typer.Option("--exit", help="Stop everything after the summary (as where CI is set, or in a pipe)."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, and exit.")] = False,
) -> None:
    """Play Double 11 in a minute: a real day of returns, parcels in a storm, complaints; hours are seconds.

    The surge policy is in force in the busiest hour. The gateway loses every fifth reply after it has paid,
    and a worker is killed while it pays. In a terminal everything stays up afterwards, until Ctrl-C. Status 0
    if every case has ended and all books agree, else 1. State and logs are in the folder `demo` of the state
    folder.
    """
    stays = not (leave or as_json or os.environ.get("CI")) and sys.stdout.isatty()
    console = Console(stderr=as_json)
    console.width = min(console.width, WIDTH_MAX)
    sys.exit(asyncio.run(Demo(console, stays=stays, as_json=as_json).run()))


class Demo:
    """One run of the command."""

    def __init__(self, console: Console, *, stays: bool, as_json: bool) -> None:
        self._console = console
        self._stays = stays
        self._as_json = as_json
        self._state_dir = Settings().state_dir / "demo"

    async def run(self) -> int:
        """Play, tell, perhaps stay; the exit status."""
        stop_on_signals()
        told: Summary | None = None
        try:
            make_room(self._state_dir)
            self._console.print(
                "Starting Temporal, PostgreSQL, the make-believe outside world, the console, two workers"
            )
            async with (
                engine(
                    SERVERS,
                    state_dir=self._state_dir,
                    ports=Ports(temporal_ui=free_port(USUAL_UI_PORT)),
                    staff=written_staff(Settings()),
                    on_ready=self._say_ready,
                ) as room,
                performance(room) as day,
            ):
                room.write("ready")
                self._console.print(
                    f"\nWatch and work: {room.addresses.console_url} (sign in as sv-01)\n",
                    highlight=False,
                    soft_wrap=True,
                )
                told = await beside(day.run(), Screen(day, self._console).run())
                await self._tell(told, day)
                if self._stays:
                    await keep_running(room)
        except CaseworkError as error:
            print(f"casework: {error.code}: {error.message}", file=sys.stderr)
            return 1
        except asyncio.CancelledError:
            self._console.print("\nstopped")
        if told is None:
            return STOPPED_BY_CTRL_C
        return 0 if told.holds else 1

    def _say_ready(self, part: RunningPart) -> None:
        if part.name in SERVERS:
            self._console.print(f"  {part.name:<10} {part.address}", highlight=False, soft_wrap=True)

    async def _tell(self, summary: Summary, day: Performance) -> None:
        if self._as_json:
            print_json(summary.model_dump(mode="json"))
            return
        case_id = told_case(summary, day)
        print_summary(self._console, summary)
        print_timeline(self._console, case_id, await story(day, case_id), summary.kills)
        if self._stays:
            print_hints(self._console, day.room, case_id)
        else:
            self._console.print("\nRun it in a terminal without --exit to look around afterwards.")


def told_case(summary: Summary, day: Performance) -> str:
    """The case to look at: the one that was being paid when the worker was killed."""
    struck = [kill.case_id for kill in summary.kills if kill.case_id]
    return (
        struck[0]
        if struck
        else next(p.case_id for p in day.played.returns if p.asked.return_id == DEAD_MAILBOX)
    )


async def story(day: Performance, case_id: str) -> list[Recorded]:
    """The facts of a case and of its refunds, by time."""
    records = CaseRecords(day.pool)
    streams = [case_id, *(refund.refund_id for refund in await Ledger(day.pool).for_case(case_id))]
    facts = [fact for stream in streams for fact in await records.events(stream)]
    return sorted(facts, key=lambda fact: fact.at)


def make_room(state_dir: Path) -> None:
    """Remove what an earlier demo left. Raises `AlreadyRunning` if one is still up."""
    if is_locked(state_dir):
        raise AlreadyRunning(
            f"another demo is up; stop it with Ctrl-C there, or by `./casework --state-dir {state_dir} down`"
        )
    for left in ("postgres", "sandbox"):
        shutil.rmtree(state_dir / left, ignore_errors=True)


if __name__ == "__main__":
    app(prog_name="casework demo")
