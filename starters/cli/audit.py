"""`casework audit`: what was refused at the doors, and whose personal data was read."""

from datetime import datetime
from typing import Annotated

import typer

from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import in_store
from starters.cli.tables import print_table
from starters.requests import message
from store.audit import AuditFilter, AuditKind, AuditLog, Kept

app = typer.Typer(no_args_is_help=True, help="The audit log: refusals, and readings of personal data.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def group() -> None:
    """Keep `list` a command of its own while it is the only one."""


@app.command("list")
@reports_errors
def list_entries(
    kind: Annotated[AuditKind | None, typer.Option(help="What happened.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who did it: a system, or a member's id.")] = None,
    case: Annotated[str | None, typer.Option(help="The case that it was about.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Like 2026-11-20T09:00:00+08:00.")] = None,
    before: Annotated[int | None, typer.Option(help="Entries before this number: the next page.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The latest entries first. Nothing can be changed or taken out."""
    where = message(AuditFilter, kind=kind, subject=subject, target=case, since=since)
    entries = in_store(lambda pool: AuditLog(pool).page(where, limit, before))
    if as_json:
        print_json({"entries": [entry.model_dump(mode="json", exclude_none=True) for entry in entries]})
        return
    if not entries:
        print("nothing fits")
        return
    print_table(
        ("entry", "at", "what", "who", "role", "asked", "about", "why"), [_row(entry) for entry in entries]
    )


def _row(entry: Kept) -> tuple[str, ...]:
    return (
        str(entry.entry),
        _moment(entry.at),
        entry.kind,
        entry.subject or "nobody known",
        entry.role or "",
        entry.action,
        entry.target or "",
        entry.reason or entry.code or "",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"
