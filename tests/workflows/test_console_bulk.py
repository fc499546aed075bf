"""A lead acts on several cases from the console: the same updates as everywhere, a result per row, once."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.console.site import Site, rows_of
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.refunds import until_ledger
from tests.workflows.staff_desk import member, roster, staffed


@pytest.fixture
async def site(desk: Desk) -> AsyncGenerator[Site]:
    """Signed in as a lead, at a desk with a staff."""
    members = roster().model_dump(mode="json", exclude_defaults=True)["members"]
    staff = roster(members={**members, "in-01": member("supervisor"), "ld-01": member("supervisor")})
    async with staffed(desk, staff):
        site = Site(desk.pool, desk.client)
        await site.sign_in("ld-01", desk.merchant, seed=False)
        yield site
        await site.http.aclose()


def fields(page: str) -> dict[str, Any]:
    """What a preview's form would send."""
    form: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        form.setdefault(name, []).append(value)
    return {name: values for name, values in form.items() if name != "csrf"}


async def test_cases_are_assigned_by_a_preview_and_one_word(desk: Desk, site: Site) -> None:
    await desk.put_order()
    cases = [await desk.open(lines=FAULTY) for _ in range(2)]
    ids = [case.handle.id for case in cases]
    assert set(ids) <= set(rows_of(await site.page("/cases?kind=return")))
    form = {"action": "assign", "assignee": "fl-01", "case_id": ids}
    sent = fields(await site.send("/bulk/preview", form)) | {"reason": "the morning's round"}
    for _ in range(2):  # sent again, it is answered as the first time
        page = await site.send("/bulk/do", sent)
        assert "2 of 2 rows were done" in page
    for case in cases:
        await case.until_event("case.assigned")
        told = "SELECT actor, data ->> 'reason' FROM events WHERE case_id = $1 AND type = 'case.assigned'"
        assert [tuple(row) for row in await desk.pool.fetch(told, case.handle.id)] == [
            ("staff:ld-01", "the morning's round")
        ]
    assert set(ids) <= set(rows_of(await site.page("/cases?holder=fl-01")))


async def test_a_row_that_is_refused_leaves_the_others_alone(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    sent = {"action": "nudge", "batch": "b1", "case_id": [case.handle.id, f"return:{desk.merchant}:none"]}
    page = await site.send("/bulk/do", sent)
    assert "1 of 2 rows was done" in page or "1 of 2 rows were done" in page
    assert "case_not_found" in page


async def test_refunds_are_approved_as_the_preview_showed_them(desk: Desk, site: Site) -> None:
    await desk.put_order()
    case = await desk.open(policy="wary", lines=FAULTY)
    await case.act("review", agent="fl-01", approve=True)
    await case.until_event("return.label_made")
    await case.receive()
    await case.act("inspect", inspector="in-01", lines=[{"line": "1", "passed": 1}])
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND approval = 'asked'", case.handle.id)
    assert "¥33.33" in await site.page("/work")
    preview = await site.send("/bulk/preview", {"action": "approve", "case_id": [case.handle.id]})
    assert "Pays ¥33.33" in preview
    page = await site.send("/bulk/do", fields(preview))
    assert "approved" in page
    await until_ledger(case, "settled")
    (shown,) = fields(preview)["refund"]
    stale = fields(preview) | {"refund": [shown[:-1] + ("0" if shown[-1] != "0" else "1")]}
    again = await site.send("/bulk/do", stale)
    assert re.findall(r'class="mono">([a-z_]+)</span>', again) == ["already_decided"]
    unknown = await site.send("/bulk/do", fields(preview) | {"refund": ["nothing"]})
    assert "refund_not_found" in unknown
