"""`casework staff`: who works at the desk, who is there, on call, away, and how busy (sop A3)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel

from domain.staff.directory import Absence
from domain.staff.moves import MovePlan, QueuePlan
from starters.case_records import CaseRecords
from starters.cli.exchange import NO, print_json, reports_errors
from starters.cli.reading import desk_timezone, in_store, instant
from starters.cli.rules import shipped_policies
from starters.cli.staff_pages import (
    print_load,
    print_members,
    print_moved,
    print_on_call,
    print_plan,
    print_queue,
)
from starters.client import Cases
from starters.requests import message
from starters.settings import Settings
from starters.staff import Moved, StaffDesk, move_cases
from starters.temporal_client import connect
from store.pool import Pool, create_pool
from store.staff_file import read_roster

app = typer.Typer(no_args_is_help=True, help="The staff: who is there, on call, away, and how busy.")

R = TypeVar("R")
P = TypeVar("P", MovePlan, QueuePlan)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="The staff's file (default: the setting staff_file).")
]
MemberArgument = Annotated[str, typer.Argument(metavar="MEMBER", help="A member's id, like fl-01.")]
TeamOption = Annotated[str | None, typer.Option(help="Only this team.")]
At = Annotated[str | None, typer.Option(metavar="TIME", help="At this moment (default: now).")]
By = Annotated[
    str | None,
    typer.Option(metavar="MEMBER", help="Who says so: a supervisor, the head, or themselves (default)."),
]


@app.command()
@reports_errors
def check(file: File = None, as_json: AsJson = False) -> None:
    """Check the staff's file; a mistake names file and line, status 2."""
    path = file or Settings().staff_file
    roster = read_roster(path, shipped_policies().snapshots)
    counts = {"teams": len(roster.teams), "members": len(roster.members), "shifts": len(roster.shifts)}
    if as_json:
        print_json({"file": str(path), **counts})
    else:
        told = (f"{count} {what if count != 1 else what[:-1]}" for what, count in counts.items())
        print(f"{path.name}: {', '.join(told)}: ok")


@app.command()
@reports_errors
def seed(file: File = None, as_json: AsJson = False) -> None:
    """Put the staff's file into the store, whole; absences of those who stay are kept."""
    roster = read_roster(file or Settings().staff_file, shipped_policies().snapshots)
    done = _with_staff(lambda staff: staff.seed(roster))
    if as_json:
        print_json(done)
    else:
        print(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.removed)} removed")


@app.command("list")
@reports_errors
def list_members(team: TeamOption = None, at: At = None, as_json: AsJson = False) -> None:
    """Members with their roles, languages and skills, and whether they are there."""
    moment = instant(at) or _now()
    found = _with_staff(lambda staff: staff.members(moment, team))
    _print_all(found) if as_json else print_members(found, desk_timezone())


@app.command("on-call")
@reports_errors
def on_call(
    team: Annotated[str | None, typer.Argument(metavar="[TEAM]", help="Only this team.")] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Who is on call, and who hears what they would be told."""
    moment = instant(at) or _now()
    found = _with_staff(lambda staff: staff.on_call(moment, team))
    _print_all(found) if as_json else print_on_call(found, desk_timezone())


@app.command()
@reports_errors
def load(team: TeamOption = None, at: At = None, as_json: AsJson = False) -> None:
    """Open cases by team and member, and what waits for one."""
    moment = instant(at) or _now()
    found = _with_staff(lambda staff: staff.load(moment, team))
    _print_all(found) if as_json else print_load(found, desk_timezone())


@app.command()
@reports_errors
def away(
    member: MemberArgument,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Default: now.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Default: until `staff back`.")] = None,
    move: Annotated[bool, typer.Option("--move", help="Move the cases, too.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Mark somebody away, and say which open cases must move and to whom. Status 1 if one could not move."""
    now = _now()
    absence = message(Absence, member=member, since=instant(since) or now, until=instant(until))
    plan, moved = asyncio.run(_away(absence, by or member, now, move))
    if as_json:
        print_json({**plan.model_dump(mode="json"), "moved": [each.model_dump() for each in moved]})
    else:
        print_plan(plan, desk_timezone())
        if move:
            print_moved(moved)
    if not all(each.moved for each in moved):
        raise typer.Exit(NO)


@app.command()
@reports_errors
def assign(
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team whose queue it is.")],
    by: Annotated[str, typer.Option(metavar="MEMBER", help="Who says so: somebody who may assign.")],
    do: Annotated[bool, typer.Option("--do", help="Give them, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say who would get what waits for somebody of a team; with --do give it. Status 1 if one was refused."""
    plan, given = asyncio.run(_assign(team, by, do))
    if as_json:
        print_json({**plan.model_dump(mode="json"), "given": [each.model_dump() for each in given]})
    else:
        print_queue(plan)
        if given:
            print_moved(given, "given")
    if not all(each.moved for each in given):
        raise typer.Exit(NO)


@app.command()
@reports_errors
def back(member: MemberArgument, by: By = None, as_json: AsJson = False) -> None:
    """Say that somebody is back before they were expected."""
    now = _now()
    ended = _with_staff(lambda staff: staff.back(member, by=by or member, now=now))
    if as_json:
        print_json({"member": member, "ended": ended})
    else:
        print(f"{member} is back" if ended else f"{member} was not away")


async def _away(absence: Absence, by: str, now: datetime, move: bool) -> tuple[MovePlan, list[Moved]]:
    return await _carried_out(lambda staff: staff.away(absence, by=by, now=now), by, move)


async def _assign(team: str, by: str, do: bool) -> tuple[QueuePlan, list[Moved]]:
    return await _carried_out(lambda staff: staff.plan_queue(team, by=by, now=_now()), by, do)


async def _carried_out(
    planned: Callable[[StaffDesk], Awaitable[P]], by: str, do: bool
) -> tuple[P, list[Moved]]:
    """The plan, and what became of it, where it is to be done."""
    settings = Settings()
    pool = await create_pool(settings.required_database_url(), application_name="casework-cli", max_size=2)
    try:
        plan = await planned(StaffDesk(pool, shipped_policies().snapshots))
        if not do or not plan.moves:
            return plan, []
        cases = Cases(await connect(settings), CaseRecords(pool), task_queue=settings.task_queue)
        return plan, await move_cases(cases, plan, by=by)
    finally:
        await pool.close()


def _with_staff(work: Callable[[StaffDesk], Awaitable[R]]) -> R:
    async def run(pool: Pool) -> R:
        return await work(StaffDesk(pool, shipped_policies().snapshots))

    return in_store(run)


def _print_all(found: Sequence[BaseModel]) -> None:
    print_json([each.model_dump(mode="json") for each in found])


def _now() -> datetime:
    return datetime.now(UTC)
