"""What people see of people: masked for who need not know it, and every look and refusal is on record."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from store.audit import AuditFilter, AuditLog, Kept
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import Desk
from tests.workflows.doors import Callers, api_of, callers_of
from workers.engine import Engine

CANARY = "canary-138-0013-8000"
READS = ("", "/summary", "/progress", "/events", "/clocks")


@pytest.fixture
async def callers(desk: Desk, room: Engine) -> AsyncGenerator[Callers]:
    async with api_of(room) as http:
        yield await callers_of(desk, http)


async def complained(desk: Desk) -> str:
    """A complaint with something personal wherever somebody may write."""
    await desk.put_order(customer_id=CANARY)
    complaint = await open_complaint(desk, content=f"call me: {CANARY}", customer_id=CANARY)
    await complaint.act("classify", agent="b", category="other_service", reason=f"she said {CANARY}")
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= 3", complaint.handle.id)
    return complaint.handle.id


async def log_of(desk: Desk, **where: Any) -> list[Kept]:
    return await AuditLog(desk.pool).page(AuditFilter(**where), 1000)


@pytest.mark.parametrize("role", ["auditor", "finance"])
async def test_who_looks_after_the_books_sees_no_customer(desk: Desk, callers: Callers, role: str) -> None:
    case_id = await complained(desk)
    for what in READS:
        shown = await callers.ask(role, "GET", f"/v1/cases/{case_id}{what}")
        assert shown.status_code == 200, shown.text
        assert CANARY not in shown.text, what
    listed = await callers.ask(role, "GET", "/v1/cases")
    assert case_id in listed.text
    assert CANARY not in listed.text
    assert (await callers.ask(role, "GET", f"/v1/cases/{case_id}")).json()["stage"]
    assert await log_of(desk, target=case_id) == []


@pytest.mark.parametrize("role", ["backend", "agent", "lead", "ops"])
async def test_who_works_on_cases_sees_all_and_it_is_on_record(
    desk: Desk, callers: Callers, role: str
) -> None:
    case_id = await complained(desk)
    assert CANARY in (await callers.ask(role, "GET", f"/v1/cases/{case_id}")).text
    [entry] = await log_of(desk, target=case_id)
    assert (entry.kind, entry.door, entry.role, entry.merchant) == ("read", "http", role, desk.merchant)
    assert entry.action == "GET /v1/cases/{case_id}"
    events = await callers.ask(role, "GET", f"/v1/cases/{case_id}/events")
    assert CANARY in events.text
    assert [kept.action for kept in await log_of(desk, target=case_id)] == [
        "GET /v1/cases/{case_id}/events",
        "GET /v1/cases/{case_id}",
    ]


async def test_the_mask_comes_off_for_a_reason_that_is_kept(desk: Desk, callers: Callers) -> None:
    case_id = await complained(desk)
    address = f"/v1/cases/{case_id}"
    shown = await callers.ask("auditor", "GET", address, params={"why": "投诉复核 2026-17"})
    assert CANARY in shown.text
    [entry] = await log_of(desk, target=case_id)
    assert (entry.kind, entry.subject, entry.reason) == ("unmasked", "au-7", "投诉复核 2026-17")
    for wrong in ("x", "x" * 501, "nul\x00nul"):
        assert (await callers.ask("auditor", "GET", address, params={"why": wrong})).status_code == 400
    assert CANARY not in (await callers.ask("auditor", "GET", "/v1/cases", params={"why": "all"})).text


async def test_every_refusal_is_on_record_and_nothing_personal_is(desk: Desk, callers: Callers) -> None:
    case_id = await complained(desk)
    before = (await log_of(desk))[0].entry if await log_of(desk) else 0
    number = case_id.rpartition(":")[2]
    await callers.ask("none", "GET", f"/v1/cases/{case_id}")
    await callers.ask(
        "auditor", "POST", f"/v1/complaints/{desk.merchant}/{number}/take", json={"agent": CANARY}
    )
    await callers.ask("lead", "GET", "/v1/cases/return:somebody-else:R-1")
    await callers.ask("lead", "GET", "/v1/cases", params={"merchant": "somebody-else"})
    await callers.ask("lead", "GET", f"/v1/cases/return:{desk.merchant}:R-404")  # a miss, not a refusal
    await callers.ask("none", "GET", f"/v1/cases/%00{CANARY}")
    bearer = {"Authorization": f"Bearer {CANARY}"}
    await callers.http.get("/v1/cases", headers=bearer, params={"customer_id": CANARY})
    entries = [kept for kept in reversed(await log_of(desk, kind="refused")) if kept.entry > before]
    assert [(kept.subject, kept.code, kept.target) for kept in entries] == [
        (None, "unauthenticated", case_id),
        ("au-7", "forbidden", f"{desk.merchant}:{number}"),
        ("lead-1", "case_not_found", "return:somebody-else:R-1"),
        ("lead-1", "case_not_found", None),
        (None, "unauthenticated", None),
        (None, "unauthenticated", None),
    ]
    assert CANARY not in "".join(kept.model_dump_json() for kept in await log_of(desk))
