"""`casework case …`: find cases, and see where each is, why, what happened, and why its deadlines are so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from domain.cases.links import Relation
from domain.cases.messages import Link
from domain.cases.replaying import clock_replay, told_clocks
from domain.cases.state import AnyState
from domain.errors import CaseNotFound
from domain.records import CaseSummary, Recorded
from starters.case_records import CaseRecords
from starters.case_report import CaseReport, PendingWork, report_case
from starters.cli.case_pages import print_clocks, print_explanation, print_list, print_report, print_timeline
from starters.cli.desk import AsJson, CaseArgument, Explain, Key, act, case_named, desk
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import in_store, instant
from starters.client import Cases
from starters.explanation import explain_case
from starters.pending_work import pending_work
from starters.requests import message
from store.case_archive import CaseArchive
from store.cases import CaseFilter
from store.cases import Cases as CaseRows
from store.ledger import Ledger
from store.notices import NoticeLog

R = TypeVar("R")

app = typer.Typer(no_args_is_help=True, help="Cases: find them, see where they are and why.")
DEFAULT_LIMIT = 50


def reading(work: Callable[[CaseRecords], Awaitable[R]]) -> R:
    """Run one piece of work that only reads the store."""
    return in_store(lambda pool: work(CaseRecords(pool)))


@app.command("list")
@reports_errors
def list_cases(
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only in this stage.")] = None,
    is_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only open or only closed ones.")
    ] = None,
    breached: Annotated[bool, typer.Option("--breached", help="Only with a breached clock.")] = False,
    due_before: Annotated[str | None, typer.Option(metavar="TIME", help="Only due before then.")] = None,
    order: Annotated[str | None, typer.Option(help="Only of this order.")] = None,
    policy: Annotated[str | None, typer.Option(help="Only those that are held to this policy.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Cases by any filter, the most urgent first, those without a deadline last."""
    where = CaseFilter(
        merchant=merchant,
        stage=stage,
        open=is_open,
        sla_state="breached" if breached else None,
        due_before=instant(due_before),
        order_id=order,
        policy=policy,
    )
    page = reading(lambda records: CaseRows(records.pool).page(where, limit=limit))
    if as_json:
        print_json({"cases": [_row(case) for case in page.cases], "more": page.next is not None})
    else:
        print_list(page.cases, more=page.next is not None)


def _row(case: CaseSummary) -> dict[str, Any]:
    return case.model_dump(mode="json", exclude_none=True)


@app.command()
@reports_errors
def show(case: CaseArgument, as_json: AsJson = False) -> None:
    """Where a case is, why there, what is next, who owes it and until when; clocks, money, notices."""
    case_id = str(case_named(case))

    async def work() -> CaseReport | list[PendingWork]:
        async with desk() as cases:
            return await _report(cases, case_id)

    found = asyncio.run(work())
    if isinstance(found, CaseReport):
        print_json(found.model_dump(mode="json", exclude_none=True)) if as_json else print_report(found)
        return
    opening = {
        "case_id": case_id,
        "where": "opening",
        "pending": [each.model_dump(mode="json") for each in found],
    }
    if as_json:
        print_json(opening)
        return
    print(f"{case_id} is being opened; nothing is recorded yet")
    for each in found:
        print(f"waits for {each.what} since {each.since.isoformat()}: {each.last_failure or 'first attempt'}")


async def _report(cases: Cases, case_id: str) -> CaseReport | list[PendingWork]:
    """The report; for a case that is still being opened, only what it waits for."""
    records = cases.records
    ledger = await Ledger(records.pool).for_case(case_id)
    try:
        events = await records.events(case_id)
    except CaseNotFound:
        if (await cases.case(case_id)).get("stage") != "opening":
            raise
        return await pending_work(cases.client, case_id, ledger)
    notices = await NoticeLog(records.pool).for_case(case_id)
    report = report_case(await records.state(case_id), events, ledger, notices, datetime.now(UTC))
    return report.model_copy(update={"pending": await pending_work(cases.client, case_id, ledger)})


@app.command()
@reports_errors
def events(case: CaseArgument, as_json: AsJson = False) -> None:
    """What happened, in order; with --json the recorded events themselves."""
    case_id = str(case_named(case))
    if as_json:
        found = reading(lambda records: records.events(case_id))
        print_json([event.model_dump(mode="json") for event in found])
        return
    print_timeline(*reading(lambda records: _timeline(records, case_id)))


async def _timeline(records: CaseRecords, case_id: str) -> tuple[list[Recorded], str]:
    found = await records.events(case_id)
    return found, (await records.state(case_id)).timezone


@app.command()
@reports_errors
def explain(case: CaseArgument, as_json: AsJson = False) -> None:
    """Why each deadline is what it is: policy, calendar, what started and paused it, and the arithmetic."""
    case_id = str(case_named(case))
    explanation = explain_case(reading(lambda records: records.state(case_id)), datetime.now(UTC))
    if as_json:
        print_json(explanation.model_dump(mode="json", exclude_none=True))
    else:
        print_explanation(explanation)


@app.command()
@reports_errors
def clocks(
    case: CaseArgument,
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="As of this moment (default: now).")
    ] = None,
    as_replay: Annotated[
        bool, typer.Option("--replay", help="Print the file from which `sla replay` works them out again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A case's clocks as it tells them; with --replay the file from which `sla replay` gives the same."""
    case_id, at = str(case_named(case)), instant(as_of) or datetime.now(UTC)
    state, records = reading(lambda records: _with_events(records, case_id))
    if as_replay:
        print_json(clock_replay(state, records, at).model_dump(mode="json", exclude_defaults=True))
    elif as_json:
        print_json(told_clocks(state, at), exclude_unset=True)
    else:
        print_clocks(told_clocks(state, at).metrics)


async def _with_events(records: CaseRecords, case_id: str) -> tuple[AnyState, list[Recorded]]:
    found = await records.events(case_id)
    return await CaseArchive(records.pool).folded(case_id, found), found


@app.command()
@reports_errors
def follow(case: CaseArgument, as_json: AsJson = False) -> None:
    """Print what happens as it happens, until the case is closed; with --json one event a line."""
    case_id = str(case_named(case))

    async def work(records: CaseRecords) -> None:
        timezone = (await records.state(case_id)).timezone
        async for event in records.follow(case_id):
            if as_json:
                print(event.model_dump_json(), flush=True)
            else:
                print_timeline([event], timezone)

    reading(work)


@app.command()
@reports_errors
def link(
    case: CaseArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The case that belongs to it.")],
    relation: Annotated[Relation, typer.Option(help="What OTHER is to CASE.")],
    by: Annotated[str, typer.Option(help="Who says so.")] = "ops",
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Link another case to this one, unless that would make a ring; both then show in `order show`."""
    named = message(Link, by=by, case_id=str(case_named(other)), relation=relation)
    act(case, named, key, explain=explain, as_json=as_json)
