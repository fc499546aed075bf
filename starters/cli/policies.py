"""`casework policy list`: which policies there are, which is in force, and to which open cases are held."""

import asyncio
from datetime import UTC, datetime

import typer

from domain.policy.policy import SHORT_HASH_LENGTH
from starters.cli.desk import AsJson
from starters.cli.exchange import print_json, reports_errors
from starters.cli.rules import shipped_policies
from starters.cli.tables import print_table
from starters.policy_versions import PolicyVersion, standing, versions
from starters.settings import Settings
from store.cases import Cases as CaseRows
from store.cases import OpenUnder
from store.pool import create_pool

app = typer.Typer(no_args_is_help=True)
FILES = {"current": "", "earlier": "an earlier version", "no_file": "has no file any more"}


@app.command("list")
@reports_errors
def list_policies(as_json: AsJson = False) -> None:
    """All policies of the folder, and what else open cases are held to, with how many.

    `casework case list --open --policy NAME` names the cases.
    """
    library, settings = shipped_policies(), Settings()
    policies = [library.load(name) for name in library.names]
    held = asyncio.run(_held(settings.database_url)) if settings.database_url else None
    now = datetime.now(UTC)
    found = versions(policies, held, now)
    if as_json:
        print_json([row.model_dump(mode="json") for row in found])
    else:
        rows = (_cells(row, now) for row in found)
        print_table(("policy", "version", "open cases", ""), rows)


async def _held(database_url: str) -> list[OpenUnder]:
    pool = await create_pool(database_url, application_name="casework-cli", max_size=1)
    try:
        return await CaseRows(pool).open_by_policy()
    finally:
        await pool.close()


def _cells(row: PolicyVersion, at: datetime) -> tuple[str, ...]:
    count = "-" if row.open_cases is None else f"{row.open_cases:,}"
    note = standing(row.extends, row.in_force, at) or FILES[row.file]
    return row.policy, row.hash[:SHORT_HASH_LENGTH], count, note
