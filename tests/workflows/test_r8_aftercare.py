"""After-sales advice (sop R8): consult, diagnose, return, exchange, repair or reissue, follow it up."""

from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk, line, wanted
from tests.workflows.shapes_aftercare import workshop


async def repairing(desk: Desk, attempt: int = 1) -> Case:
    """A repair whose goods are with the workshop."""
    await desk.put_order()
    case = await desk.open(kind="repair", lines=FAULTY)
    await case.approve()
    await case.send_in()
    await until_ordered(case, attempt)
    return case


async def until_ordered(case: Case, attempt: int = 1) -> None:
    """Wait until the workshop was asked."""
    await case.until_view(lambda view: view.get("repair", {}).get("attempt") == attempt)
    await case.until_pending("repair_goods")


async def test_r8_a_return_becomes_a_repair_by_advice_and_is_followed_up(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    advised = await case.act(
        "advise", agent="a17", diagnosis="A worn seal; it can be replaced.", recommend="repair"
    )
    assert advised["stage"] == "review"
    assert (await case.progress())["next"] == "accept_advice"
    assert (await case.clock("review"))["state"] == "paused"
    await case.act("accept_advice")
    assert (await case.view())["kind"] == "repair"
    await case.approve()
    await case.until_event("return.label_made")
    await case.receive()
    await case.inspect()
    await until_ordered(case)
    assert (await case.view())["waiting_for"] == "workshop"
    assert {step["step"] for step in (await case.progress())["steps"]} == {
        "review",
        "ship_back",
        "inspection",
        "refund_or_exchange",
    }
    await workshop(case, "repaired")
    await case.until_stage("confirmation")
    [shipment] = [each for each in await desk.sandbox.shipments() if each.merchant == desk.merchant]
    assert [(goods.sku, goods.quantity) for goods in shipment.lines] == [("CUP-01", 1)]
    await case.act("confirm")
    assert (await case.result())["outcome"] == "repaired"
    assert (await case.clock("repair"))["verdict"] == "met"
    assert (await case.clock("settlement"))["state"] == "cancelled"
    assert await desk.movements() == []
    assert {"advice_given", "goods_repaired"} <= set(await case.told(3))
    assert await desk.pool.fetch("SELECT * FROM claims WHERE case_id = $1", case.handle.id) == []


async def test_who_does_not_take_the_advice_keeps_to_the_application(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    with refused("wrong_stage", "no advice waits"):
        await case.act("accept_advice")
    await case.act("advise", agent="a17", diagnosis="It only needs descaling.", recommend="return")
    with refused("wrong_stage", "no advice waits"):
        await case.act("accept_advice")
    await case.act("advise", agent="a17", diagnosis="A worn seal.", recommend="repair")
    await case.act("accept_advice", accept=False)
    view = await case.view()
    assert (view.get("kind", "return"), view["waiting_for"]) == ("return", "agent")


async def test_r8_after_two_repairs_in_vain_the_customer_takes_other_goods(desk: Desk) -> None:
    case = await repairing(desk)
    await workshop(case, "failed")
    await until_ordered(case, 2)
    assert (await case.view())["waiting_for"] == "workshop"
    await workshop(case, "failed", attempt=2)
    await case.until_view(lambda view: view.get("choose_by"))
    assert (await case.progress())["next"] == "choose"
    with refused("invalid_request", "here it is refund or exchange"):
        await case.act("choose", choice="wait")
    await case.act("choose", choice="exchange")
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "exchanged"
    assert await desk.movements() == []
    assert "repair_failed" in await case.told(3)


async def test_r8_goods_beyond_repair_may_be_paid_back(desk: Desk) -> None:
    case = await repairing(desk)
    await workshop(case, "impossible")
    await case.until_view(lambda view: view.get("choose_by"))
    await case.act("choose", choice="refund")
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    assert await desk.books_agree() == 3333


async def test_a_repair_that_takes_too_long_becomes_an_exchange_when_nobody_says_otherwise(
    desk: Desk,
) -> None:
    case = await repairing(desk)
    await case.pass_time(days=31)
    await case.until_view(lambda view: view.get("choose_by"))
    assert ("repair", "breached") in await case.rungs()
    await case.pass_time(days=4)
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "exchanged"
    failed = [event["data"] for event in await case.events() if event["type"] == "return.repair_failed"]
    assert [each["reason"] for each in failed] == ["overdue"]


async def test_r8_a_missing_part_is_sent_at_once_and_the_goods_may_still_come_back(desk: Desk) -> None:
    await desk.put_order()
    missing = {**wanted(reason="missing"), "part": "LID-01"}
    case = await desk.open(kind="reissue", lines=[missing])
    await case.approve()
    await case.until_stage("confirmation")
    [order] = [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant]
    assert [(goods.sku, goods.quantity) for goods in order.lines] == [("LID-01", 1)]
    await case.act("confirm")
    assert (await case.result())["outcome"] == "reissued"
    assert {"goods_waived", "exchange_placed"} <= set(await case.told(2))
    assert "review_approved" not in await case.told(2)
    assert (await desk.open(lines=[wanted(quantity=3)])).opened["decision"] == "accept"


async def test_r8_a_dear_reissue_waits_for_the_goods_unless_an_agent_does_without_them(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "POT-01", quantity=2, paid_minor=90_000)])
    case = await desk.open(kind="reissue", lines=[wanted(reason="wrong_item")])
    await case.approve()
    assert (await case.view())["stage"] == "ship_back"
    await case.send_in()
    await case.until_stage("confirmation")
    other = await desk.open(kind="reissue", lines=[wanted(reason="wrong_item")])
    await other.act("review", agent="a17", approve=True, nothing_back=True)
    await other.until_stage("confirmation")
    assert len([each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant]) == 2


async def test_what_a_policy_does_not_offer_is_refused_with_the_field(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.start_case(kind="repair")
    with refused("invalid_request", "request.kind: a repair needs what is wrong"):
        await case.fails()
    case = await desk.open(lines=FAULTY)
    with refused("invalid_request", "nothing_back"):
        await case.act("review", agent="a17", approve=True, nothing_back=True)
