"""`casework verify` and `casework rebuild`: do the books agree, and making the read model again."""

import asyncio
from typing import Annotated

import typer

from starters.bookkeeping import compare_books, make_again
from starters.cli.desk import AsJson
from starters.cli.exchange import NO, print_json, reports_errors
from starters.cli.tables import print_table
from starters.settings import Settings
from starters.temporal_client import connect
from store.pool import create_pool
from store.rebuild import Rebuilt
from store.verify import Finding


@reports_errors
def verify(
    without_temporal: Annotated[
        bool, typer.Option("--without-temporal", help="Compare only what is in the store.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare events, read model, claims, ledger and Temporal. Status 1 if something is wrong."""
    findings = asyncio.run(_compare(without_temporal))
    if as_json:
        print_json({"findings": [finding.model_dump() for finding in findings]})
    elif findings:
        print_table(("finding", "what is wrong"), ((finding.kind, finding.message) for finding in findings))
    else:
        print("all books agree")
    if findings:
        raise typer.Exit(NO)


async def _compare(without_temporal: bool) -> list[Finding]:
    settings = Settings()
    client = None if without_temporal else await connect(settings)
    pool = await create_pool(settings.required_database_url(), application_name="casework-cli", max_size=2)
    try:
        return await compare_books(pool, client)
    finally:
        await pool.close()


@reports_errors
def rebuild(as_json: AsJson = False) -> None:
    """Make every case's row and claims again from its events, while cases go on."""
    rebuilt = asyncio.run(_rebuild())
    if as_json:
        print_json({"written": rebuilt.written, "removed": rebuilt.removed})
    else:
        print(f"{rebuilt.written} rows written, {rebuilt.removed} removed")


async def _rebuild() -> Rebuilt:
    pool = await create_pool(Settings().required_database_url(), application_name="casework-cli", max_size=2)
    try:
        return await make_again(pool)
    finally:
        await pool.close()
