"""What Temporal UI shows of each workflow: where it is, its clocks and money, what is next, its terms."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from activities.names import TASK_QUEUE, WATCHDOG
from domain.kinds import KINDS, kind_of
from tests.workflows.case import Case, poll
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.improvement_desk import opened as open_improvement
from tests.workflows.outage import store_outage
from tests.workflows.refunds import decide, pass_refund_time, resolve, until_ledger
from tests.workflows.shipment_desk import open_shipment
from tests.workflows.staff_desk import roster, staffed
from tests.workflows.test_approvals import waiting
from tests.workflows.test_carrier_claims import refunded
from tests.workflows.test_money_faults import forgotten
from tests.workflows.test_ops import details
from workers.engine import Engine

DUE = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC( \(provisional\))?"
CLOCK = re.compile(rf"^\| \w+ \| running \| pending \| {DUE} \|$", re.M)


async def a_return(desk: Desk) -> Case:
    await desk.put_order()
    return await desk.open(lines=FAULTY)


async def a_complaint(desk: Desk) -> Case:
    await desk.put_order()
    return await open_complaint(desk)


async def a_delivery(desk: Desk) -> Case:
    await desk.put_order()
    return await open_delivery(desk)


async def a_claim(desk: Desk) -> Case:
    return await (await refunded(desk)).claim()


RUNNING: dict[str, Callable[[Desk], Awaitable[Case]]] = {
    "return": a_return,
    "complaint": a_complaint,
    "shipment": open_shipment,
    "delivery": a_delivery,
    "claim": a_claim,
    "improvement": open_improvement,
}


@pytest.mark.parametrize("kind", KINDS)
async def test_the_page_of_a_running_case_says_where_it_is_and_what_is_next(kind: str, desk: Desk) -> None:
    case = await RUNNING[kind](desk)

    async def look() -> dict[str, Any]:
        return {"page": await details(case), "stage": (await case.view())["stage"]}

    seen = await poll(look, lambda seen: seen["page"].startswith("**"))
    page = seen["page"]
    assert page.splitlines()[0].endswith(f": {seen['stage'].replace('_', ' ')}**")
    steps = kind_of(case.handle.id).next_steps.values()
    assert any(f"Next: {step} (waiting since " in page for step in steps), page
    promised = "\nThen by itself: " in page if kind == "shipment" else CLOCK.search(page)
    assert promised, page
    assert re.search(r"^Policy awake `[0-9a-f]{12}`, calendars `[\w@]+`$", page, re.M), page


async def until_page(case: Case, *lines: str) -> None:
    """Wait until the page has all of these."""

    async def look() -> dict[str, Any]:
        return {"page": await details(case)}

    await poll(look, lambda seen: all(line in seen["page"] for line in lines))


async def test_the_page_of_a_refund_goes_on_with_it_over_a_second_person_to_the_money(desk: Desk) -> None:
    case = await waiting(desk)
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    refund = Case(desk, case.refund(), case.number)
    money = f"3333 CNY (minor units), key `{desk.key(case)}`, of `{case.handle.id}`"
    asked = f"Next: somebody says yes or no, `casework approvals show {refund.handle.id}`"
    await until_page(refund, "**Refund 1: waits for a second person: above the limit of ", money, asked)
    async with staffed(desk, roster()):
        await decide(case)
    await until_page(refund, "**Refund 1: being paid**", money, "Next: the provider's word")
    await until_ledger(case, "pending")
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=2)
    await until_page(refund, "**Refund 1: settled**", money)
    assert "Next: " not in await details(refund)


async def test_the_page_of_a_held_refund_says_whom_to_ask_and_keeps_their_words_out(desk: Desk) -> None:
    case = await forgotten(desk)
    refund = Case(desk, case.refund(), case.number)
    unknown = f"Next: the provider does not know `{desk.key(case)}`: ask them, then send `resolve`"
    await until_page(refund, "**Refund 1: held**", unknown)
    await resolve(case, by="finance", paid=True, provider_ref="re_1", reason="seen in the statement")
    await until_page(refund, "**Refund 1: settled**")
    assert "statement" not in await details(refund)


async def test_the_page_of_the_watchdog_says_what_its_round_found(desk: Desk, room: Engine) -> None:
    await desk.put_order()
    lost, asleep = await desk.open(lines=FAULTY), await desk.open("R-2", lines=FAULTY)
    for case in (lost, asleep):
        await case.until_event("return.applied")
    await lost.handle.terminate("a test")
    late = "UPDATE cases SET next_instant_at = '2000-01-01' WHERE case_id = ANY($1)"
    await desk.pool.execute(late, [lost.handle.id, asleep.handle.id])
    handle = desk.client.get_workflow_handle(f"watchdog:{desk.merchant}")
    watchdog = Case(desk, handle, "round")
    async with store_outage(room.addresses.database_url or ""):
        await desk.client.start_workflow(WATCHDOG, id=handle.id, task_queue=TASK_QUEUE)
        await watchdog.until_pending("nudge_overdue")
        await until_page(watchdog, "**Watchdog: a round is on**", "Next: ")
    await watchdog.result()
    page = await details(watchdog)
    assert page.startswith("**Watchdog: the round is over**")
    assert re.search(rf"^1 nudged, the longest overdue `{asleep.handle.id}`\. Next: they go on", page, re.M)
    assert f"without workflow, the longest overdue `{lost.handle.id}`. Next: `casework verify`" in page
    await asleep.act("cancel")
