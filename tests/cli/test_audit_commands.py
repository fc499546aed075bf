"""`audit list` as people and scripts call it."""

from datetime import UTC, datetime
from typing import Any

from store.audit import AuditEntry, AuditLog
from tests.cli.conftest import Command
from tests.workflows.desk import Desk

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_entries_are_listed_as_a_table_or_as_json(casework: Command, desk: Desk) -> None:
    case_id = f"complaint:{desk.merchant}:C-1"
    looked: dict[str, Any] = {
        "at": NOON,
        "door": "http",
        "action": "GET /v1/cases/{case_id}",
        "target": case_id,
    }
    log = AuditLog(desk.pool)
    await log.add(AuditEntry(kind="unmasked", subject="au-01", role="auditor", reason="回访核对", **looked))
    await log.add(AuditEntry(kind="refused", code="unauthenticated", **looked))

    told = (await casework("audit", "list", "--case", case_id, "--json")).json["entries"]
    assert [entry["kind"] for entry in told] == ["refused", "unmasked"]
    assert told[1]["reason"] == "回访核对"
    table = await casework("audit", "list", "--case", case_id)
    assert table.status == 0
    assert all(word in table.out for word in ("unmasked", "au-01", "refused", "nobody", "回访核对"))
    nothing = await casework("audit", "list", "--case", case_id, "--subject", "fl-01")
    assert (nothing.status, nothing.out) == (0, "nothing fits\n")
    wrong = await casework("audit", "list", "--since", "yesterday")
    assert (wrong.status, "since" in wrong.err) == (2, True)
