"""The queue of money that waits for a second person, from the console: seen, decided one by one or many."""

from typing import Any

from tests.console.site import Site, rows_of
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import Desk
from tests.workflows.test_console_bulk import fields
from tests.workflows.test_console_bulk import site as site
from tests.workflows.test_console_case import text_of


async def waiting(desk: Desk, asked_by: str = "cs-01") -> str:
    """A complaint whose refund waits for a second person; its refund's id."""
    case = await open_complaint(desk, policy="wary")
    await case.act("review", agent=asked_by, valid=True)
    finding = {"party": "merchant", "root_cause": "packaging", "words": "The box is too thin."}
    await case.act("finding", agent=asked_by, finding=finding)
    measures = [{"kind": "refund", "amount_minor": 3333}]
    await case.act("propose", agent=asked_by, reasons="We are sorry.", measures=measures)
    row = await desk.until(
        "SELECT refund_id FROM refunds WHERE case_id = $1 AND approval = 'asked'", case.handle.id
    )
    return row["refund_id"]


async def state_of(desk: Desk, refund_id: str) -> Any:
    return await desk.pool.fetchval("SELECT approval FROM refunds WHERE refund_id = $1", refund_id)


def picked(page: str, *refunds: str) -> list[str]:
    """What the boxes of these refunds would send."""
    values = [part.partition('"')[0] for part in page.split('name="refund" value="')[1:]]
    return [value for value in values if value.partition(" ")[0] in refunds]


async def test_the_queue_says_what_why_and_who_asked(desk: Desk, site: Site) -> None:
    await desk.put_order()
    first, own = await waiting(desk), await waiting(desk, "ld-01")
    page = await site.page("/approvals")
    assert set(rows_of(page)) == {first, own}
    text = text_of(page)
    assert "2 refunds wait for a second person · ¥66.66" in text
    assert "Above the limit of a refund" in text
    assert text.count("Your own: somebody else approves it") == 1
    assert "1 other case, 0 refunded" in text
    assert 'href="/approvals"' in await site.page("/work")


async def test_several_are_approved_at_once_and_ones_own_is_not(desk: Desk, site: Site) -> None:
    await desk.put_order()
    first, own = await waiting(desk), await waiting(desk, "ld-01")
    page = await site.page("/approvals")
    preview = await site.send(
        "/approvals/preview", {"verdict": "approve", "refund": picked(page, first, own)}
    )
    assert "Pays ¥33.33" in preview
    assert "somebody else must look" in preview
    done = await site.send("/approvals/do", fields(preview))
    assert "1 of 1 row was done" in done
    assert (await state_of(desk, first), await state_of(desk, own)) == ("approved", "asked")
    forced = await site.send("/approvals/do", {"verdict": "approve", "refund": picked(page, own)})
    assert "self_approval" in forced
    again = await site.send("/approvals/do", fields(preview))
    assert "1 of 1 row was done" in again
    assert await state_of(desk, own) == "asked"


async def test_a_no_has_a_reason_and_one_may_take_back_ones_own(desk: Desk, site: Site) -> None:
    await desk.put_order()
    own = await waiting(desk, "ld-01")
    page = await site.page("/approvals")
    sent = {"verdict": "decline", "refund": picked(page, own)}
    assert "a no needs a reason" in await site.send("/approvals/do", sent, 400)
    assert await state_of(desk, own) == "asked"
    preview = await site.send("/approvals/preview", sent)
    assert "Does not pay ¥33.33" in preview
    await site.send("/approvals/do", fields(preview) | {"reason": "paid by hand"})
    assert await state_of(desk, own) == "declined"
    assert "Nothing waits for a second person" in await site.page("/approvals")


async def test_a_word_is_bound_to_what_was_shown_and_to_whom(desk: Desk, site: Site) -> None:
    await desk.put_order()
    refund = await waiting(desk)
    stale = {"verdict": "approve", "refund": [f"{refund} {'0' * 16}"]}
    assert "not what would be paid" in await site.send("/approvals/preview", stale)
    assert "approval_stale" in await site.send("/approvals/do", stale)
    await site.send("/approvals/preview", {"verdict": "approve"}, 400)
    shown = picked(await site.page("/approvals"), refund)
    await site.sign_in("ld-01", "another", seed=False)
    assert rows_of(await site.page("/approvals")) == []
    await site.send("/approvals/do", {"verdict": "approve", "refund": shown}, 404)
    await site.sign_in("cs-02", desk.merchant, seed=False)
    assert "Supervisors and the head approve" in await site.page("/approvals")
    refused = await site.send("/approvals/do", {"verdict": "approve", "refund": shown})
    assert "forbidden" in refused
    await site.sign_in("au-7", desk.merchant, "auditor", seed=False)
    page = await site.page("/approvals")
    assert "checkbox" not in page
    await site.send("/approvals/do", {"verdict": "approve", "refund": shown}, 403)
    assert await state_of(desk, refund) == "asked"
