"""`casework policy simulate`: past cases under another policy or calendar, beside what they were."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import InvalidRequest, NotFound
from domain.policy import Policy
from domain.simulation import Candidate, SimulationAnswer, Under, UnderCalendars, UnderPolicy
from starters.cli.desk import AsJson
from starters.cli.exchange import fail, print_json, reports_errors
from starters.cli.reading import instant
from starters.cli.simulation_page import print_simulation
from starters.settings import Settings
from starters.simulating import simulate
from store.past_cases import PastCaseFilter
from store.policy_library import PolicyLibrary
from store.pool import create_pool

app = typer.Typer(no_args_is_help=True)
SHOWN_CHANGES = 20


@app.command("simulate")
@reports_errors
def simulate_policy(
    policy: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A policy's name or file; without, each case's own."),
    ] = None,
    calendars: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Holidays of this folder instead of the usual.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only opened then or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only opened before then.")] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of case.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="Judge as of this moment (default: now).")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=0, help=f"Name at most so many changes (default: {SHOWN_CHANGES}; in JSON, all)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge past cases again, under another policy, other holidays, or both.

    Prints how often each clock was met under the terms that the cases had and under the new ones, and the
    cases that would have been judged otherwise. Changes nothing.
    """
    if policy is None and calendars is None:
        raise InvalidRequest("say under what: name a policy, --calendars, or both")
    where = PastCaseFilter.model_validate(
        {"since": instant(since), "until": instant(until), "merchant": merchant, "kind": kind}
    )
    if limit is None and not as_json:
        limit = SHOWN_CHANGES
    try:
        answer = asyncio.run(_simulate(policy, calendars, where, instant(as_of) or datetime.now(UTC), limit))
    except NotFound as error:
        fail(f"{error.code}: {error.message}")
    if as_json:
        print_json(answer)
    else:
        print_simulation(answer)


async def _simulate(
    name: str | None, calendars: Path | None, where: PastCaseFilter, as_of: datetime, limit: int | None
) -> SimulationAnswer:
    settings = Settings()
    library = PolicyLibrary(settings.policies_dir, _folder(calendars) or settings.calendars_dir)
    policy = None if name is None else library.load(name)
    pool = await create_pool(settings.required_database_url(), application_name="casework-cli", max_size=2)
    try:
        simulation = await simulate(
            pool,
            _candidate(policy, library),
            where,
            as_of,
            with_calendars=policy is None,
            keep_changes=limit,
        )
    finally:
        await pool.close()
    revisions = {holidays: snapshot.revision for holidays, snapshot in library.snapshots.items()}
    return simulation.answer(
        Under(policy=policy and policy.name, policy_hash=policy and policy.hash, calendars=revisions)
    )


def _candidate(policy: Policy | None, library: PolicyLibrary) -> Candidate:
    return UnderCalendars(library.snapshots) if policy is None else UnderPolicy(policy, library.snapshots)


def _folder(path: Path | None) -> Path | None:
    if path is not None and not any(path.glob("*.json")):
        raise InvalidRequest(f"--calendars: {path} has no snapshots of holidays (*.json)")
    return path
