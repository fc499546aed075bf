"""Complaints that belong together, and what they are about: found and linked, never merged (sop C2)."""

import asyncio

from tests.workflows.case import refused
from tests.workflows.complaint_desk import Complaint, open_complaint, start_raw, starting
from tests.workflows.desk import Desk
from tests.workflows.test_ops import reset, tasks


async def relations(case: Complaint) -> dict[str, str]:
    """What is linked, by what it is to this one."""
    return await case.links()


async def test_a_second_complaint_about_the_same_matter_is_linked_and_stays_itself(desk: Desk) -> None:
    await desk.put_order()
    first = await open_complaint(desk)
    await first.until_stage("review")
    second = await open_complaint(desk)
    assert await relations(second) == {"duplicate_of": first.handle.id}
    await first.until_view(lambda view: view.get("links"))
    assert await relations(first) == {"duplicated_by": second.handle.id}
    await first.act("withdraw")
    await first.until_stage("closed")
    third = await open_complaint(desk)
    assert await relations(third) == {"duplicate_of": second.handle.id, "repeats": first.handle.id}
    other = await open_complaint(desk, category="payment")
    assert await relations(other) == {}
    assert (await second.view())["stage"] == (await third.view())["stage"] == "review"


async def test_a_complaint_that_is_reset_to_before_its_opening_is_none_of_itself(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.until_event("complaint.dispatched")
    await reset(case, (await tasks(case))[0])
    await desk.until(
        "SELECT 1 FROM events WHERE case_id = $1 AND superseded_at IS NOT NULL LIMIT 1", case.handle.id
    )
    assert await relations(case) == {}


async def test_a_complaint_that_is_classified_later_is_compared_then(desk: Desk) -> None:
    await desk.put_order()
    first = await open_complaint(desk)
    await first.until_stage("review")
    second = await open_complaint(desk, category=None)
    await second.until_stage("intake")
    assert await relations(second) == {}
    await second.act("classify", agent="a17", category="product_quality")
    assert await relations(second) == {"duplicate_of": first.handle.id}
    await second.act("classify", agent="a17", category="product_quality", reason="sure")
    assert (await second.types()).count("case.linked") == 1


async def test_complaints_that_come_together_never_make_a_ring(desk: Desk) -> None:
    await desk.put_order()
    cases = await asyncio.gather(*(open_complaint(desk, category=None) for _ in range(3)))
    for case in cases:
        await case.until_stage("intake")
    await asyncio.gather(*(case.act("classify", agent="a", category="payment") for case in cases))
    upward = {case.handle.id: (await relations(case)).get("duplicate_of") for case in cases}
    for start in upward:
        here, steps = upward[start], 0
        while here is not None:
            here, steps = upward[here], steps + 1
            assert steps < len(cases)


async def test_a_complaint_about_an_open_return_is_about_it(desk: Desk) -> None:
    await desk.put_order()
    about = await desk.open()
    await about.until_stage("ship_back")
    case = await open_complaint(desk, about=about.handle.id, category="returns")
    assert await relations(case) == {"about": about.handle.id}
    await about.until_view(lambda view: view.get("links"))
    assert (await about.view())["links"][0]["relation"] == "complained_of_in"


async def test_a_complaint_about_a_closed_return_follows_it(desk: Desk) -> None:
    await desk.put_order()
    about = await desk.open()
    await about.act("cancel")
    await about.until_stage("closed")
    case = await open_complaint(desk, about=about.handle.id, category="returns")
    assert await relations(case) == {"follows": about.handle.id}
    assert (await about.types())[-1] == "return.closed"


async def test_a_complaint_about_a_failed_inspection_reopens_the_return(desk: Desk) -> None:
    await desk.put_order()
    about = await desk.open()
    await about.ship()
    await about.receive()
    await about.inspect({"line": "1", "failed": 1, "reason": "worn", "disposition": "keep"})
    await about.until_stage("closed")
    assert (await about.result())["outcome"] == "goods_failed"
    case = await open_complaint(desk, about=about.handle.id, category="returns")
    assert await relations(case) == {"about": about.handle.id}
    await about.until_event("return.reopened")
    assert (await about.view())["stage"] == "inspection"


async def test_what_it_is_about_must_be_the_customers_own(desk: Desk) -> None:
    await desk.put_order()
    await desk.put_order("SO-2", customer_id="c2")
    about = await desk.open(order_id="SO-2", customer_id="c2")
    await about.until_stage("ship_back")
    for number, name in (("C-1", about.handle.id), ("C-2", f"return:{desk.merchant}:nope")):
        start = starting(desk, number, about=name)
        with refused("case_not_found"):
            await (await start_raw(desk, number, start)).fails()


async def test_the_same_number_is_answered_once_and_a_closed_complaint_goes_on(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    start = starting(desk, case.number)
    assert await case.act("open", **start) == case.opened
    with refused("idempotency_conflict"):
        await case.act("open", **starting(desk, case.number, content="Something else."))
    await case.act("withdraw")
    await case.result()
    reopening = {
        "merchant": desk.merchant,
        "number": case.number,
        "reopen": {"reason": "by_ops", "by": "ops"},
    }
    again = await start_raw(desk, case.number, reopening)
    await again.until_event("complaint.reopened")
    view = await again.view()
    assert (view["stage"], view["round"]) == ("investigation", 2)
    await again.act("withdraw")
    assert (await again.result())["outcome"] == "withdrawn"
