"""`casework inbox`: webhooks of carriers, shops and warehouses, and their dead letters."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.errors import InvalidRequest
from domain.inbox import InboxState
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import in_store
from starters.cli.tables import print_table
from starters.replaying import replay as have_applied
from starters.requests import message
from store.audit import AuditEntry, AuditLog
from store.inbox import Inbox, InboxEntry, InboxFilter
from store.pool import Pool

app = typer.Typer(no_args_is_help=True, help="Webhooks of carriers, shops and warehouses; dead letters.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
@reports_errors
def list_entries(
    state: Annotated[InboxState | None, typer.Option(help="Only these; `dead` are dead letters.")] = None,
    source: Annotated[
        str | None, typer.Option(help="shop, warehouse, carriers/swift or carriers/harbour.")
    ] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    case: Annotated[str | None, typer.Option(help="Only those about this case.")] = None,
    before: Annotated[int | None, typer.Option(help="Entries before this number: the next page.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The latest first. Bodies are never shown."""
    where = message(InboxFilter, state=state, source=source, merchant=merchant, about=case)
    found = in_store(lambda pool: Inbox(pool).page(where, limit, before))
    if as_json:
        print_json({"entries": [_as_json(entry) for entry in found]})
        return
    if not found:
        print("nothing fits")
        return
    columns = ("entry", "received", "source", "about", "state", "why")
    print_table(columns, [_row(entry) for entry in found])


@app.command()
@reports_errors
def replay(
    entries: Annotated[list[int], typer.Argument(metavar="ENTRY…", help="Numbers, as `list` prints them.")],
    by: Annotated[str, typer.Option(help="Who has it applied again.")],
    reason: Annotated[str, typer.Option(help="What was mended.")],
    as_json: AsJson = False,
) -> None:
    """Have dead letters applied again, in the order given; what is no dead letter is left as it is."""
    if not reason.strip():
        raise InvalidRequest("say what was mended (--reason)")
    done = in_store(lambda pool: _replay(pool, entries, by, reason))
    if as_json:
        print_json({"entries": [_as_json(entry) for entry in done]})
        return
    for entry in done:
        print(f"{entry.entry} is {entry.state}")


async def _replay(pool: Pool, entries: list[int], by: str, reason: str) -> list[InboxEntry]:
    inbox, log = Inbox(pool), AuditLog(pool)

    async def one(entry: InboxEntry) -> InboxEntry:
        noted = message(
            AuditEntry,
            at=datetime.now(UTC),
            kind="replayed",
            door="cli",
            subject=by,
            action="casework inbox replay",
            target=entry.target,
            reason=reason,
        )
        return await have_applied(inbox, entry, lambda: log.add(noted))

    found = [await inbox.get(entry) for entry in entries]
    return [await one(entry) for entry in found]


def _row(entry: InboxEntry) -> tuple[str, ...]:
    return (
        str(entry.entry),
        f"{entry.received_at:%m-%d %H:%M}Z",
        entry.source,
        entry.about or f"{entry.merchant}: {entry.type}",
        entry.state,
        entry.code or "",
    )


def _as_json(entry: InboxEntry) -> dict[str, object]:
    return entry.model_dump(mode="json", exclude_none=True)
