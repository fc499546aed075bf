"""What commands on cases share: options, the connection to Temporal and the store, and the typed client."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar
from uuid import uuid4

import typer
from pydantic import BaseModel

from domain.cases.messages import Answer
from domain.refund_ways import Way
from starters.case_ids import CaseId, parse_case_id
from starters.case_records import CaseRecords
from starters.cli.exchange import print_json
from starters.client import Cases
from starters.settings import Settings
from starters.temporal_client import connect, target
from starters.temporal_commands import TemporalCommands
from store.pool import create_pool

R = TypeVar("R")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Print the `temporal` command that does the same, and do nothing.")
]
Key = Annotated[
    str | None,
    typer.Option(
        help="Your idempotency key: sent again, it is answered but not done again (default: a new one)."
    ),
]
PayWay = Annotated[
    Way, typer.Option(help="`voucher` where it cannot arrive the way it was paid; needs --customer-says.")
]
CustomerSays = Annotated[
    str | None,
    typer.Option(help="Where and when the customer agreed to another way: a call's or a ticket's number."),
]
CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="return:<merchant>:<number>, or <merchant>:<number>.")
]


@asynccontextmanager
async def desk() -> AsyncGenerator[Cases]:
    """The typed client of the configured servers. The store is only needed by what reads it."""
    settings = Settings()
    client = await connect(settings)
    if settings.database_url is None:
        yield Cases(client, None, task_queue=settings.task_queue)
        return
    pool = await create_pool(settings.database_url, application_name="casework-cli", min_size=0, max_size=2)
    try:
        yield Cases(client, CaseRecords(pool), task_queue=settings.task_queue)
    finally:
        await pool.close()


def at_desk(work: Callable[[Cases], Awaitable[R]]) -> R:
    """Run one piece of work with the typed client."""

    async def run() -> R:
        async with desk() as cases:
            return await work(cases)

    return asyncio.run(run())


def case_named(text: str) -> CaseId:
    """The case that an argument names."""
    return parse_case_id(text)


def new_key() -> str:
    """A key that nobody has used."""
    return f"cli-{uuid4()}"


def commands() -> TemporalCommands:
    """The `temporal` commands for the configured server."""
    settings = Settings()
    address, namespace = target(settings)
    return TemporalCommands(address, namespace, settings.task_queue)


def act(case: str, request: BaseModel, key: str | None, *, explain: bool, as_json: bool) -> None:
    """Send a message to a case and print its answer, or only say how."""
    case_id = str(case_named(case))
    key = key or new_key()
    if explain:
        print(commands().update(case_id, request, key))
        return
    answer = at_desk(lambda cases: cases.act(case_id, request, key))
    if as_json:
        print_json({**answer.model_dump(mode="json", exclude_none=True), "key": key})
        return
    print(f"{answer.case_id} is now in {told_stage(answer)} (event {answer.seq}, key {key})")


def told_stage(answer: Answer) -> str:
    """Where an answer says that the case is."""
    stage = answer.stage.replace("_", " ")
    return f"{stage}: {answer.outcome.replace('_', ' ')}" if answer.outcome else stage
