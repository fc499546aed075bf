"""What a workflow test does with improvements: past cases to count, findings, a department at work."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.store.case_rows import put_case
from tests.workflows.case import Case
from tests.workflows.desk import Desk

LATE = {"category": "logistics", "carrier": "swift", "party": "carrier"}
"""What the cases have in common."""
_numbers = count(1)


async def put_past_cases(
    desk: Desk, cases: int, at: datetime, *, kind: str = "complaint", **facets: str
) -> list[str]:
    """Closed cases that came in one after the other from a moment on; gives their ids."""
    ids = [f"{kind}:{desk.merchant}:P-{next(_numbers)}" for _ in range(cases)]
    for number, case_id in enumerate(ids):
        came = at + timedelta(minutes=number)
        await put_case(desk.pool, case_id, came, {**LATE, **facets}, order_id=None, is_open=False)
    return ids


def finding(**given: Any) -> dict[str, Any]:
    """Parcels of one carrier come late."""
    asked = {
        "department": "logistics",
        "severity": "major",
        "recurs": {"category": "logistics", "carrier": "swift"},
        "words": "Parcels come late again and again",
        "by": "da-01",
        "language": "en",
        "policy": "awake",
    }
    return {**asked, **given}


async def started(desk: Desk, number: str = "I-1", **given: Any) -> Case:
    """An improvement; does not wait for anything. `cause` is the case that asks."""
    return await started_with(desk, start_of(desk, number, **given))


async def started_with(desk: Desk, start: dict[str, Any]) -> Case:
    """The same by any start argument."""
    number = str(start["number"])
    handle = await desk.client.start_workflow(
        "Improvement", start, id=f"improvement:{desk.merchant}:{number}", task_queue="casework"
    )
    return Case(desk, desk.client.get_workflow_handle(handle.id), number)


async def opened(desk: Desk, number: str = "I-1", **given: Any) -> Case:
    """The same, and what was decided at once."""
    case = await started(desk, number, **given)
    case.opened = await case.act("open", **start_of(desk, number, **given))
    return case


def start_of(desk: Desk, number: str, **given: Any) -> dict[str, Any]:
    """The start argument."""
    cause = given.pop("cause", None)
    start: dict[str, Any] = {"merchant": desk.merchant, "number": number, "improvement": finding(**given)}
    return {**start, "cause": {"case_id": cause}} if cause else start


async def work_on(case: Case, action: int = 1) -> None:
    """The department does one thing more, and is done."""
    await case.act("add_action", by="lg-01", what="a second carrier", owner="lg-02")
    await case.act("action_done", by="lg-02", action=action, evidence="contract 2026-114")
    await case.act("done", by="lg-01", root_cause="one carrier only", prevention="two per region")
