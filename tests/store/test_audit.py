"""The audit log keeps what it was told, finds it again, and lets nobody change it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from store.audit import AuditEntry, AuditFilter, AuditLog
from store.pool import Pool

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entry(**changes: Any) -> AuditEntry:
    given: dict[str, Any] = {"at": NOON, "kind": "read", "door": "http", "action": "GET /v1/cases/{case_id}"}
    return AuditEntry.model_validate(given | changes)


async def test_entries_are_found_by_what_they_say_the_latest_first(pool: Pool) -> None:
    log = AuditLog(pool)
    read = entry(subject="fl-01", role="agent", target="return:m1:R-1", request_id="r1")
    later = entry(
        subject="au-01", role="auditor", kind="unmasked", reason="a complaint", target="return:m1:R-1"
    )
    refused = entry(at=NOON + timedelta(hours=1), kind="refused", code="unauthenticated")
    for each in (read, later, refused):
        await log.add(each)

    async def found(limit: int = 9, before: int | None = None, **where: Any) -> list[AuditEntry]:
        page = await log.page(AuditFilter(**where), limit, before)
        return [AuditEntry.model_validate(kept.model_dump(exclude={"entry"})) for kept in page]

    assert await found() == [refused, later, read]
    assert await found(target="return:m1:R-1") == [later, read]
    assert await found(subject="fl-01") == [read]
    assert await found(kind="unmasked") == [later]
    assert await found(since=NOON + timedelta(minutes=1)) == [refused]
    [first] = await log.page(AuditFilter(), 1)
    assert await found(before=first.entry) == [later, read]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET subject = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
async def test_nothing_is_changed_or_taken_out(pool: Pool, statement: str) -> None:
    await AuditLog(pool).add(entry())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
        await pool.execute(statement)
    assert len(await AuditLog(pool).page(AuditFilter(), 9)) == 1
