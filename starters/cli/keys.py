"""`casework key`: API keys of the systems that call the HTTP API."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.access import AccessRole, Identity
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import duration, in_store
from starters.cli.tables import print_table
from starters.requests import message
from store.api_keys import ApiKey, ApiKeys

app = typer.Typer(no_args_is_help=True, help="API keys: make one for a system, see them, revoke one.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
@reports_errors
def make(
    subject: Annotated[str, typer.Argument(metavar="SYSTEM", help="Whose key it is, like shop-backend.")],
    role: Annotated[AccessRole, typer.Option(help="What it may do.")] = "backend",
    merchant: Annotated[
        str | None, typer.Option(help="Whose cases it sees (default: all merchants').")
    ] = None,
    expires_in: Annotated[str | None, typer.Option(metavar="TIME", help="Like 90d (default: never).")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is printed once and cannot be had again: only a hash of it is kept."""
    who = message(Identity, subject=subject, role=role, merchant=merchant)
    now = datetime.now(UTC)
    until = now + duration(expires_in) if expires_in else None
    key, text = in_store(lambda pool: ApiKeys(pool).make(who, now, until))
    if as_json:
        print_json({**key.model_dump(mode="json", exclude_none=True), "key": text})
        return
    print(text)


@app.command("list")
@reports_errors
def list_keys(as_json: AsJson = False) -> None:
    """All keys, the newest first; those that have ended, too."""
    keys = in_store(lambda pool: ApiKeys(pool).all())
    if as_json:
        print_json({"keys": [key.model_dump(mode="json", exclude_none=True) for key in keys]})
        return
    if not keys:
        print("no keys yet: `casework key make SYSTEM` makes one")
        return
    rows = [(key.key_id, key.subject, key.role, key.merchant or "all", _state(key)) for key in keys]
    print_table(("key", "system", "role", "merchant", "state"), rows)


def _state(key: ApiKey) -> str:
    now = datetime.now(UTC)
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d %H:%M}Z"
    if key.expires_at is None:
        return "valid"
    return f"{'expired' if key.expires_at <= now else 'valid until'} {key.expires_at:%Y-%m-%d %H:%M}Z"


@app.command()
@reports_errors
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, the twelve signs after cw_.")],
    as_json: AsJson = False,
) -> None:
    """End a key at once."""
    now = datetime.now(UTC)
    in_store(lambda pool: ApiKeys(pool).revoke(key_id, now))
    if as_json:
        print_json({"key_id": key_id, "revoked": True})
    else:
        print(f"{key_id} is revoked")
