"""`casework reconcile`: statements, one cycle by hand, and the differences that are for a person."""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import InvalidRequest
from domain.statements import RAILS, Rail, Statement
from providers.payment_accounts import read_accounts
from providers.statements import MAX_BYTES, read_statement
from providers.statements.accounts import check_account
from starters.cli.desk import AsJson
from starters.cli.exchange import NO, print_json, reports_errors
from starters.cli.reading import desk_timezone, in_store
from starters.cli.reconcile_pages import print_cycle, print_taken, print_task, print_tasks, row_of
from starters.reconcilers import one_cycle
from starters.settings import Settings
from store.reconciliation_tasks import LIST_ROWS, ReconciliationTasks
from store.statements import Statements

app = typer.Typer(no_args_is_help=True, help="The ledger against the gateways' books.")
tasks_app = typer.Typer(no_args_is_help=True, help="Differences that a person has to look at.")
app.add_typer(tasks_app, name="tasks")

TaskArgument = Annotated[int, typer.Argument(metavar="TASK", help="Its number, as `list` prints it.")]
Merchant = Annotated[str | None, typer.Option(help="Only this merchant's.")]


@app.command()
@reports_errors
def statement(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The CSV file as it came; - reads input.")],
    rail: Annotated[str, typer.Option(help=f"Whose it is: {', '.join(RAILS)}.")],
    merchant: Annotated[str, typer.Option(help="Whose account it is of.")],
    day: Annotated[
        str | None, typer.Option(help="Its day, like 2026-11-20; without it, that of its lines.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where nothing in it is known of the merchant.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a day's statement with the ledger. Status 1 if something differs.

    It is read as a whole or refused with the row, and so is one of another account than the merchant's; the
    same file is taken once. No money moves.
    """
    whose, of = _rail(rail), _day(day)
    read = read_statement(_content(file), whose, merchant, of)
    sure = _is_of_the_account(read) or anyway
    taken = in_store(lambda pool: Statements(pool).take(read, datetime.now(UTC), sure=sure))
    print_json(taken) if as_json else print_taken(taken)
    if taken.found:
        raise typer.Exit(NO)


@app.command()
@reports_errors
def once(merchant: Merchant = None, as_json: AsJson = False) -> None:
    """Ask the gateways now, as the reconciler does every few minutes. Status 1 if something differs."""
    done = asyncio.run(one_cycle(Settings(), merchant))
    print_json(done) if as_json else print_cycle(done)
    if done.found:
        raise typer.Exit(NO)


@tasks_app.command("list")
@reports_errors
def list_tasks(
    merchant: Merchant = None,
    provider: Annotated[str | None, typer.Option(help="Only at this gateway.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Also those that are done.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = LIST_ROWS,
    as_json: AsJson = False,
) -> None:
    """What is open, the oldest first."""
    found = in_store(
        lambda pool: ReconciliationTasks(pool).list(merchant, provider, closed=closed, limit=limit)
    )
    print_json([row_of(each) for each in found]) if as_json else print_tasks(found, desk_timezone())


@tasks_app.command()
@reports_errors
def show(task: TaskArgument, as_json: AsJson = False) -> None:
    """Both sides of a difference, and what to do."""
    found = in_store(lambda pool: ReconciliationTasks(pool).get(task))
    print_json(row_of(found)) if as_json else print_task(found, desk_timezone())


@tasks_app.command()
@reports_errors
def close(
    task: TaskArgument,
    by: Annotated[str, typer.Option(help="Who says so.")],
    reason: Annotated[str, typer.Option(help="What was found out, and done.")],
    as_json: AsJson = False,
) -> None:
    """Say that a difference is dealt with; it comes back only if either side changes."""
    if not by.strip() or not reason.strip():
        raise InvalidRequest("say who closes it (--by) and what was found out (--reason)")
    done = in_store(lambda pool: ReconciliationTasks(pool).close(task, by, reason, datetime.now(UTC)))
    print_json(row_of(done)) if as_json else print(f"task {done.task_id} is closed")


def _content(file: str) -> bytes:
    """The file's bytes; one more than is read at most, so that a larger one is refused without being read."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidRequest(f"{file}: {error.strerror}") from None


def _is_of_the_account(read: Statement) -> bool:
    """Whether the file names the merchant's account; False where all are paid by the sandbox."""
    accounts = Settings().payment_accounts_file
    return accounts is not None and check_account(read, read_accounts(accounts))


def _rail(text: str) -> Rail:
    for rail in RAILS:
        if rail == text:
            return rail
    raise InvalidRequest(f"--rail {text}: there are {', '.join(RAILS)}")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidRequest(f"--day {text}: write it like 2026-11-20") from None
