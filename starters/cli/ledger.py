"""`casework ledger check`: the books of money, and whether they balance."""

import asyncio
from typing import Annotated

import typer

from domain.currencies import as_major
from starters.cli.desk import AsJson
from starters.cli.exchange import NO, print_json, reports_errors
from starters.cli.tables import print_table
from starters.settings import Settings
from store.books import Books, CurrencyBooks, Difference, check_books
from store.pool import create_pool
from store.reconciliation_tasks import ReconciliationTasks

app = typer.Typer(no_args_is_help=True)

CURRENCIES_ABREAST = 4
"""So many columns of amounts fit beside their names in eighty columns."""


@app.callback()
def ledger() -> None:
    """The books of money."""


@app.command("check")
@reports_errors
def check(
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    order: Annotated[str | None, typer.Option(help="Only orders with this number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the sums per currency, and check that the books balance. Status 1 if they do not.

    Each budget is compared with its refunds and advances, each refund with its events and its case, each
    advance and each carrier's payment with what the case says. No gateway is asked, nothing is changed.
    """
    books, tasks = asyncio.run(_check(merchant, order))
    if as_json:
        print_json(books)
    else:
        _print(books)
        if tasks:
            print(f"{_count(tasks, 'task')} from the gateways' books: `casework reconcile tasks list`")
    if books.differences:
        raise typer.Exit(NO)


async def _check(merchant: str | None, order_id: str | None) -> tuple[Books, int]:
    """The books, and how many differences with the gateways are somebody's (not told of an order)."""
    pool = await create_pool(Settings().required_database_url(), application_name="casework-cli", max_size=1)
    try:
        books = await check_books(pool, merchant, order_id)
        tasks = 0 if order_id else await ReconciliationTasks(pool).count_open(merchant)
        return books, tasks
    finally:
        await pool.close()


def _print(books: Books) -> None:
    for start in range(0, len(books.currencies), CURRENCIES_ABREAST):
        _print_sums(books.currencies[start : start + CURRENCIES_ABREAST])
        print()
    if books.differences:
        print_table(("what is wrong", "what to do"), map(_told, books.differences))
        print()
    orders = _count(sum(each.orders for each in books.currencies), "order")
    wrong = _count(len(books.differences), "difference")
    print(f"{wrong} in {orders}" if books.differences else f"the books of {orders} balance")


def _print_sums(currencies: list[CurrencyBooks]) -> None:
    names = [name for name in CurrencyBooks.model_fields if name.endswith("_minor")]
    rows = [
        (
            name.removesuffix("_minor").replace("_", " "),
            *(f"{as_major(getattr(each, name), each.currency):,}" for each in currencies),
        )
        for name in names
    ]
    print_table(("", *(each.currency for each in currencies)), rows, right=True)


def _told(difference: Difference) -> tuple[str, str]:
    return f"{difference.kind}: {difference.message}", difference.do


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
