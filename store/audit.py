"""The audit log: what was refused, whose data was read and why; never the data itself. It only grows."""

from datetime import datetime
from typing import Literal

from domain.access import AccessRole
from domain.base import Model, UtcInstant
from store.pool import Pool, connection
from store.sql import load

Q = load("audit")

AuditKind = Literal[
    "refused",
    "read",
    "unmasked",
    "exported",
    "signed_in",
    "signed_out",
    "replayed",
    "link_made",
    "link_revoked",
]
Door = Literal["http", "console", "customer", "cli"]


class AuditEntry(Model):
    """Who did what at which door, and when. `subject` None: nobody that we know."""

    at: UtcInstant
    kind: AuditKind
    door: Door
    subject: str | None = None
    role: AccessRole | None = None
    merchant: str | None = None
    action: str
    """What was asked for: method and address, as its pattern."""
    target: str | None = None
    """What it was about: a case's id."""
    code: str | None = None
    reason: str | None = None
    """Why it was asked for, in the words of who asked."""
    request_id: str | None = None


class Kept(AuditEntry):
    """An entry as it was kept; later ones have higher numbers."""

    entry: int


class AuditFilter(Model):
    """Which entries are wanted; what is not said holds for all."""

    kind: AuditKind | None = None
    subject: str | None = None
    target: str | None = None
    since: UtcInstant | None = None


class AuditLog:
    """The table `audit_log`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, entry: AuditEntry) -> None:
        """Keep an entry for good."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["add"], *(getattr(entry, name) for name in AuditEntry.model_fields))

    async def page(self, where: AuditFilter, limit: int, before: int | None = None) -> list[Kept]:
        """Entries that fit, the latest first."""
        wanted: list[str | datetime | None] = [where.kind, where.subject, where.target, where.since]
        async with connection(self._pool) as conn:
            return [
                Kept.model_validate(dict(row)) for row in await conn.fetch(Q["page"], *wanted, before, limit)
            ]
