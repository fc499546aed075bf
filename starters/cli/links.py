"""`casework link`: links that show a customer one case of theirs."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from starters.case_ids import parse_case_id
from starters.cli.desk import AsJson, CaseArgument
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import duration, in_store
from starters.cli.tables import print_table
from starters.customer_links import MadeLink, build_link_desk
from starters.settings import Settings
from store.audit import AuditEntry, AuditKind, AuditLog
from store.customer_links import CustomerLink, CustomerLinks
from store.pool import Pool

app = typer.Typer(no_args_is_help=True, help="Customers' links: make one to a case, see them, revoke one.")
OPERATOR = "operator"
"""Who makes a link by command: nobody is asked who they are there."""


@app.command()
@reports_errors
def make(
    case: CaseArgument,
    expires_in: Annotated[str | None, typer.Option(metavar="TIME", help="Like 7d (default: 30d).")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a link. Whoever has it sees the case and acts on it, so hand it to its customer alone."""
    case_id, settings, now = str(parse_case_id(case)), Settings(), datetime.now(UTC)
    life = duration(expires_in) if expires_in else None

    async def work(pool: Pool) -> MadeLink:
        made = await build_link_desk(settings, pool).make(case_id, OPERATOR, now, life=life)
        await AuditLog(pool).add(_entry("link_made", "link make", case_id, now))
        return made

    made = in_store(work)
    if as_json:
        print_json(made)
    else:
        print(made.url or made.token)


@app.command("list")
@reports_errors
def list_links(case: CaseArgument, as_json: AsJson = False) -> None:
    """A case's links, the newest first; those that have ended, too."""
    case_id = str(parse_case_id(case))
    links = in_store(lambda pool: CustomerLinks(pool).of_case(case_id))
    if as_json:
        print_json({"links": [link.model_dump(mode="json", exclude_none=True) for link in links]})
        return
    if not links:
        print(f"no links yet: `casework link make {case_id}` makes one")
        return
    print_table(
        ("link", "made by", "state"), [(each.link_id, each.created_by, _state(each)) for each in links]
    )


@app.command()
@reports_errors
def revoke(
    link_id: Annotated[str, typer.Argument(metavar="LINK", help="Its id, as `link list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """End a link at once."""
    now = datetime.now(UTC)

    async def work(pool: Pool) -> None:
        link = await CustomerLinks(pool).revoke(link_id, now)
        await AuditLog(pool).add(_entry("link_revoked", "link revoke", link.case_id, now))

    in_store(work)
    if as_json:
        print_json({"link_id": link_id, "revoked": True})
    else:
        print(f"{link_id} is revoked")


def _entry(kind: AuditKind, action: str, case_id: str, now: datetime) -> AuditEntry:
    return AuditEntry(at=now, kind=kind, door="cli", subject=OPERATOR, action=action, target=case_id)


def _state(link: CustomerLink) -> str:
    if link.revoked_at is not None:
        return f"revoked {link.revoked_at:%Y-%m-%d %H:%M}Z"
    ended = link.expires_at <= datetime.now(UTC)
    return f"{'expired' if ended else 'opens until'} {link.expires_at:%Y-%m-%d %H:%M}Z"
