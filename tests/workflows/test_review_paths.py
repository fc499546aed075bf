"""How an application ends in the review, and how a customer withdraws."""

import asyncio

from sandbox.messages import FaultRule
from tests.workflows.case import refused
from tests.workflows.desk import FAULTY, Desk, line, wanted


async def test_a_refusal_by_rule_carries_code_and_reason_and_holds_no_units(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "CARE-01", quantity=3, paid_minor=9000).model_copy(update=CUSTOM)])
    case = await desk.open()
    assert (case.opened["decision"], case.opened["code"], case.opened["stage"]) == (
        "refuse",
        "special_goods",
        "closed",
    )
    assert (await case.result())["outcome"] == "refused"
    assert await case.types() == ["return.applied", "return.refused", "return.closed"]
    [refusal] = [event["data"] for event in await case.events() if event["type"] == "return.refused"]
    assert refusal["code"] == "special_goods"
    assert "cannot go back without a fault" in refusal["reason"]
    assert await case.told(1) == ["review_refused"]
    assert await desk.pool.fetch("SELECT * FROM claims WHERE case_id = $1", case.handle.id) == []


CUSTOM = {"category": "custom_made"}


async def test_a_refusal_by_an_agent_carries_their_words(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_dead("push", f"push-{desk.merchant}")
    await desk.sandbox.set_faults("sms", FaultRule(kind="down"))
    case = await desk.open(lines=FAULTY)
    with refused("invalid_request", "reason"):
        await case.act("review", agent="a17", approve=False)
    await case.act("review", agent="a17", approve=False, reason="The photo shows wear, not a fault.")
    assert (await case.result())["outcome"] == "refused"
    assert await case.told(1) == ["review_refused"]
    [message] = await desk.sandbox.inbox("email", to=f"c1@{desk.merchant}.example")
    assert "The photo shows wear" in message.body
    assert (await desk.open("R-2", lines=[wanted(quantity=3)])).opened["decision"] == "accept"


async def test_part_of_an_application_may_be_refused_by_rule(desk: Desk) -> None:
    await desk.put_order(
        lines=[
            line("1", "CUP-01", quantity=3, paid_minor=10000),
            line("2", "SUIT-01", quantity=1, paid_minor=5000).model_copy(update=CUSTOM),
        ]
    )
    case = await desk.open(lines=[wanted("1", 2), wanted("2")])
    assert (case.opened["decision"], case.opened["refund_minor"]) == ("accept", 6666)
    await case.send_in({"line": "1", "passed": 2})
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 6666


async def test_an_agent_asks_once_at_a_time(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    with refused("wrong_stage", "nobody asked"):
        await case.act("give_info", answer="Here is a photo.")
    await case.act("request_info", agent="a17", question="Is there a photo?")
    with refused("wrong_stage", "asked already"):
        await case.act("request_info", agent="a18", question="And the receipt?")
    await case.act("give_info", answer="Here is a photo.", attachments=["photo-1"])
    await case.approve()
    assert (await case.view())["stage"] == "ship_back"


async def test_a_customer_withdraws_during_the_review(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("cancel", reason="It works after all.")
    assert (await case.result())["outcome"] == "cancelled"
    assert (await case.clock("review"))["state"] == "cancelled"


async def test_a_customer_withdraws_while_sending_back_but_not_once_the_goods_are_here(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.act("cancel")
    assert (await case.result())["outcome"] == "cancelled"

    case = await desk.open()
    await case.ship()
    await case.receive()
    with refused("wrong_stage", "withdrawing is possible in review or ship_back"):
        await case.act("cancel")


async def test_what_was_withdrawn_in_the_review_goes_on_in_the_review(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("cancel")
    await case.result()
    assert (await desk.reopen(case, "by_ops"))["stage"] == "review"
    await case.approve()
    await case.until_event("return.label_made")


async def test_two_returns_for_the_last_unit_at_the_same_moment_and_one_gets_it(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "CUP-01", quantity=1, paid_minor=10000)])
    cases = await asyncio.gather(*(desk.open() for _ in range(4)))
    told = sorted((case.opened["decision"], case.opened["code"]) for case in cases)
    assert told == [("accept", "ok")] + [("refuse", "quantity_exceeds_bought")] * 3


async def test_many_partial_returns_add_up_exactly_to_what_was_paid(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "CUP-01", quantity=7, paid_minor=10000)])
    cases = await asyncio.gather(*(desk.open() for _ in range(7)))
    assert {case.opened["decision"] for case in cases} == {"accept"}
    await asyncio.gather(*(case.send_in() for case in cases))
    await asyncio.gather(*(case.until_stage("confirmation") for case in cases))
    assert await desk.books_agree() == 10000
    assert (await desk.open()).opened["code"] == "quantity_exceeds_bought"
