"""`./casework storm`: everything up, cases driven while all is killed, and a judgement from outside."""

import asyncio
import logging
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import CaseworkError
from starters.cli.exchange import print_json
from starters.engine_state import is_locked
from starters.settings import Settings
from storm.judge import judge_folder
from storm.report import Report, lines_of, report
from storm.run import Size, a_seed, storm
from storm.screen import Screen
from workers.engine import AlreadyRunning, PartName, engine
from workers.engine.up import stop_on_signals

SERVERS: tuple[PartName, ...] = ("postgres", "temporal", "sandbox", "http")
WIDTH = 80
STOPPED_BY_CTRL_C = 130

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def command(
    seed: Annotated[int | None, typer.Option(min=1, help="What the dice say; any if not given.")] = None,
    cases: Annotated[int, typer.Option(min=1, help="How many cases are driven to their end.")] = 2000,
    kills: Annotated[int, typer.Option(min=0, help="How many SIGKILLs, over the four parts.")] = 60,
    out: Annotated[
        Path | None, typer.Option(help="Leave journal.jsonl, acks.jsonl and promises.jsonl in this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Kill worker, PostgreSQL, Temporal and gateway while cases are paid, and judge it from outside.

    Replies get lost after the money moved, connections are cut and stalled, workflows reset and terminated,
    requests sent twice, webhooks repeated, shuffled and forged. The judge reads the gateway's journal and the
    callers' acknowledgements, never our tables. Status 0 if all holds, else 1. State and logs are in the
    folder `storm` of the state folder.
    """
    size = Size(seed or a_seed(), cases, kills)
    sys.exit(asyncio.run(_run(size, out, as_json=as_json)))


async def _run(size: Size, out: Path | None, *, as_json: bool) -> int:
    stop_on_signals()
    for name in ("asyncpg", "temporalio"):  # that their servers are away is no news here
        logging.getLogger(name).setLevel(logging.CRITICAL)
    say = Screen(sys.stderr)
    say.line(f"storm: seed {size.seed}, {size.cases} cases, {size.kills} kills")
    with tempfile.TemporaryDirectory(prefix="casework-storm-") as scratch:
        try:
            told = await _blow(size, out or Path(scratch), say)
        except CaseworkError as error:
            say.line(f"casework: {error.code}: {error.message}")
            return 1
        except asyncio.CancelledError:
            say.line("stopped")
            return STOPPED_BY_CTRL_C
    if as_json:
        print_json(told.model_dump(mode="json") | {"holds": told.holds})
    else:
        for line in lines_of(told):
            print("\n".join(textwrap.wrap(line, WIDTH, subsequent_indent=" " * 8)) if line else "")
    return 0 if told.holds else 1


async def _blow(size: Size, out: Path, say: Screen) -> Report:
    state_dir = Settings().state_dir / "storm"
    _clear(state_dir)
    async with (
        engine(SERVERS, state_dir=state_dir, keep_history=True) as room,
        storm(size, room, out) as weather,
    ):
        room.write("ready")
        watching = asyncio.ensure_future(say.follow(weather))
        try:
            seen = await weather.blow()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return report(weather, seen, judge_folder(out))


def _clear(state_dir: Path) -> None:
    """Remove what an earlier storm left. Raises `AlreadyRunning` if one still blows."""
    if is_locked(state_dir):
        raise AlreadyRunning(f"another storm runs in {state_dir}; stop it, or choose another --state-dir")
    for left in ("sandbox", "postgres"):
        shutil.rmtree(state_dir / left, ignore_errors=True)
    for left in state_dir.glob("temporal.db*"):
        left.unlink()


if __name__ == "__main__":
    app(prog_name="casework storm")
