"""A case that lives longer than one history: nothing that was asked, told or paid is lost or done again."""

import asyncio

from sandbox.messages import FaultRule
from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.refunds import pass_refund_time, until_ledger


async def chatter(case: Case, times: int) -> None:
    """Questions and answers in the review, until the history has grown long a few times."""
    for number in range(times):
        await case.act("request_info", f"question-{number}", agent="a17", question="And?")
        await case.act("give_info", f"answer-{number}", answer="So.")


async def runs(case: Case) -> set[str]:
    """The runs that wrote to the case's stream."""
    query = "SELECT DISTINCT run_id FROM events WHERE case_id = $1"
    return {str(row["run_id"]) for row in await case.desk.pool.fetch(query, case.handle.id)}


async def is_gapless(case: Case) -> bool:
    """Whether the stream counts up without a gap."""
    seqs = [event["seq"] for event in await case.events()]
    return seqs == list(range(1, len(seqs) + 1))


async def test_a_return_goes_on_through_runs_in_the_middle_of_every_stage(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await chatter(case, 4)
    in_review = await runs(case)
    await case.approve()
    await case.until_event("return.label_made")
    for number in range(6):
        await case.ship(f"SW-{desk.merchant}-{number}")
    in_ship_back = await runs(case)
    for number in range(3):
        await case.receive(lines=[]) if number else await case.receive()
    await case.pass_time(days=3)
    in_inspection = await runs(case)
    await case.inspect()
    await case.until_stage("confirmation")
    await case.pass_time(days=9)
    assert (await case.result())["outcome"] == "refunded"
    assert 1 < len(in_review) < len(in_ship_back) < len(in_inspection)
    assert await is_gapless(case)
    assert await desk.books_agree() == 3333
    assert (await case.types()).count("return.info_given") == 4
    told = await case.told()
    once = ("review_approved", "inspection_passed", "refund_settled")
    assert [told.count(kind) for kind in once] == [1, 1, 1]


async def test_a_key_is_remembered_across_runs(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    first = await case.act("request_info", "the-first", agent="a17", question="And?")
    await case.act("give_info", answer="So.")
    await chatter(case, 6)
    assert len(await runs(case)) > 1
    assert await case.act("request_info", "the-first", agent="a17", question="And?") == first
    assert (await case.act("open", **desk.start(case.number, lines=FAULTY))) == case.opened
    with refused("idempotency_conflict"):
        await case.act("open", **desk.start(case.number))
    assert (await case.types()).count("return.info_requested") == 7


async def test_requests_in_flight_while_runs_change_are_applied_once_each(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    numbers = [f"SW-{desk.merchant}-{number}" for number in range(24)]
    sent = [case.act("ship", key, carrier="swift", tracking_no=key) for key in numbers for _ in range(2)]
    answers = await asyncio.gather(*sent)
    shipped = [event["data"] for event in await case.events() if event["type"] == "return.shipped"]
    assert sorted(each["tracking_no"] for each in shipped) == sorted(numbers)
    assert answers[::2] == answers[1::2]
    assert len(await runs(case)) > 1
    assert await is_gapless(case)


async def test_a_refund_reports_to_whatever_run_the_case_is_in(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "pending")
    before = (await case.handle.describe()).run_id
    for _ in range(12):  # nothing that would be recorded, but the history grows
        await case.handle.signal("refund_reported", {"seq": "one"})
        await case.view()
    assert (await case.handle.describe()).run_id != before
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=2)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert (await case.types()).count("return.refund_reported") == 1


async def test_notices_that_are_on_their_way_are_sent_by_the_next_run(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    await desk.put_order()
    for channel in ("push", "sms", "email"):
        await desk.sandbox.set_faults(channel, FaultRule(kind="down"))
    case = await desk.open(lines=FAULTY)
    await chatter(case, 5)
    assert len(await runs(case)) > 1
    for channel in ("push", "sms", "email"):
        await desk.sandbox.set_faults(channel)
    await case.pass_time(hours=2)
    assert (await case.told(5)).count("info_requested") == 5
    arrived = [each.notice_id for each in await desk.sandbox.inbox() if desk.merchant in each.to]
    assert len(arrived) == len(set(arrived))
