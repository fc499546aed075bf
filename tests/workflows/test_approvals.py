"""While a refund waits for a second person: its clock and ladder, and whatever befalls its case meanwhile."""

from typing import Any

from temporalio.client import WorkflowExecutionStatus

from tests.workflows.case import Case, poll, refused
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import Desk
from tests.workflows.refunds import decide, ledger_row, pass_refund_time
from tests.workflows.staff_desk import roster, staffed, told
from tests.workflows.test_ops import reset, tasks


async def waiting(desk: Desk) -> Case:
    """A return whose refund waits; the policy alone has asked for it."""
    await desk.put_order()
    case = await desk.open(policy="wary")
    await case.send_in()
    await case.until_view(lambda view: view["waiting_for"] == "approver")
    await case.until_event("case.approval_asked")
    return case


async def status(case: Case) -> dict[str, Any]:
    """Whether the refund's workflow runs."""
    return {"status": (await case.refund().describe()).status}


async def test_the_clock_tells_the_lead_at_once_and_then_the_head(desk: Desk) -> None:
    async with staffed(desk, roster()):
        case = await waiting(desk)
        # No time is skipped in a run whose child runs, so the clock is followed in one that only found it.
        await case.handle.terminate("a test")
        await desk.reopen(case, "by_ops")
        await case.pass_time(days=5)
        await told(case, "refund_approval", "1%", "lead:sv-01")
        await told(case, "refund_approval", "100%", "lead:sv-01", "head:hd-01")
        await told(case, "refund_approval", "4h", "head:hd-01")
        await decide(case)
        await case.until_stage("confirmation")
        assert (await case.clock("refund_approval"))["verdict"] == "breached"
        assert await desk.books_agree() == 3333


async def test_nothing_is_sent_while_it_waits_however_long(desk: Desk) -> None:
    case = await waiting(desk)
    before = len((await case.refund().fetch_history()).events)
    await pass_refund_time(case, days=60)
    row = await ledger_row(case)
    assert (row.state, row.approval, row.first_sent_at) == ("intent", "asked", None)
    assert await desk.movements() == []
    # A skip of the tests' own time is two events of the server's.
    assert len((await case.refund().fetch_history()).events) <= before + 2


async def test_a_case_is_not_withdrawn_while_its_refund_waits(desk: Desk) -> None:
    """A return whose goods are here cannot be; a complaint says what is still open."""
    case = await waiting(desk)
    with refused("wrong_stage"):
        await case.act("cancel")
    complaint = await open_complaint(desk, policy="wary")
    await complaint.to_solution()
    await complaint.propose(
        {"kind": "refund", "amount_minor": 4000}, {"kind": "compensation", "amount_minor": 3200}
    )
    await complaint.until_event("case.approval_asked", 2)
    assert (await complaint.view())["waiting_for"] == "approver"
    with refused("children_open", "refund 1"):
        await complaint.act("withdraw", reason="never mind")


async def test_the_clock_runs_until_the_last_of_several_is_answered(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await open_complaint(desk, policy="wary")
        await case.to_solution()
        await case.propose(
            {"kind": "refund", "amount_minor": 4000}, {"kind": "compensation", "amount_minor": 3200}
        )
        await case.until_event("case.approval_asked", 2)
        await decide(case, 1)
        await case.until_view(lambda view: view["refunds"][0]["state"] == "settled")
        assert (await case.clock("refund_approval"))["state"] == "running"
        await decide(case, 2, approve=False)
        await case.until_event("case.approvals_done")
        assert (await case.clock("refund_approval"))["verdict"] == "met"
        await case.until_event("complaint.measures_failed")
        assert [name for name in await case.types() if "approval" in name] == [
            "case.approval_asked",
            "case.approval_asked",
            "case.approval_answered",
            "case.approval_answered",
            "case.approvals_done",
        ]


async def test_a_reset_case_finds_its_refund_waiting(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(policy="wary")
    await case.ship()
    mark = (await tasks(case))[-1]
    await case.receive()
    await case.inspect()
    await case.until_view(lambda view: view["waiting_for"] == "approver")
    await reset(case, mark)
    await case.until_view(lambda view: view["waiting_for"] == "approver")
    assert (await case.clock("refund_approval"))["state"] == "running"
    async with staffed(desk, roster()):
        await decide(case)
    await case.until_stage("confirmation")
    assert len(await desk.movements()) == 1
    assert await desk.books_agree() == 3333


async def test_a_terminated_case_is_reopened_by_the_word(desk: Desk) -> None:
    case = await waiting(desk)
    await case.handle.terminate("a test")
    async with staffed(desk, roster()):
        await decide(case)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_terminated_refund_waits_again_and_is_asked_about_once(desk: Desk) -> None:
    case = await waiting(desk)
    await case.refund().terminate("a test")
    await case.handle.terminate("a test")
    await desk.reopen(case, "by_ops")
    await case.until_view(lambda view: view["waiting_for"] == "approver")
    async with staffed(desk, roster()):
        await poll(lambda: status(case), lambda seen: seen["status"] == WorkflowExecutionStatus.RUNNING)
        await decide(case)
    await case.until_stage("confirmation")
    asked = "SELECT count(*) FROM events WHERE type = 'refund.approval_asked' AND case_id = $1"
    assert await desk.pool.fetchval(asked, case.refund().id) == 1
    assert await desk.books_agree() == 3333


async def test_an_advance_that_is_declined_waits_for_the_goods(desk: Desk) -> None:
    await desk.put_order(customer_tier="key")
    case = await desk.open(policy="wary")
    number = f"SW-{desk.merchant}-{case.number}"
    await desk.scan("swift", number, ("picked_up", await case.now()))
    await case.ship(number)
    await case.until_event("case.approval_asked")
    with refused("wrong_stage", "went out in advance"):
        await case.act("cancel")
    async with staffed(desk, roster()):
        await decide(case, approve=False)
        await case.until_event("return.advance_ended")
        await case.receive()
        await case.inspect()
        await case.act("retry_refund", by="sl-01", reason="the goods are here")
        await case.until_event("case.approval_asked", 2)
        await decide(case, 2)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
