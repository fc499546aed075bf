"""Settlement and confirmation against time: silence, choices not made, stock that comes or doesn't."""

from datetime import datetime, timedelta

from tests.workflows.case import Case, refused
from tests.workflows.desk import Desk, wanted


async def paid(desk: Desk) -> Case:
    """A return whose refund has settled."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    return case


async def out_of_stock(desk: Desk) -> Case:
    """An exchange for which there is no replacement."""
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await desk.open(kind="exchange")
    await case.send_in()
    await case.until_event("return.exchange_out_of_stock")
    return case


async def test_silence_confirms_on_the_last_day_of_the_policy(desk: Desk) -> None:
    case = await paid(desk)
    settled_at = (await case.view())["settled_at"]
    await case.pass_time(days=7)
    assert (await case.view())["stage"] == "confirmation"
    await case.pass_time(days=1)
    assert (await case.result())["outcome"] == "refunded"
    confirmed = (await case.events())[-2]
    assert confirmed["data"] == {"automatic": True}
    waited = confirmed["at"] - datetime.fromisoformat(settled_at)
    assert timedelta(days=7) <= waited <= timedelta(days=8)


async def test_a_confirmation_closes_at_once(desk: Desk) -> None:
    case = await paid(desk)
    assert (await case.act("confirm"))["stage"] == "closed"
    assert (await case.result())["outcome"] == "refunded"


async def test_who_does_not_choose_gets_the_money(desk: Desk) -> None:
    case = await out_of_stock(desk)
    assert (await case.progress())["next"] == "choose"
    await case.pass_time(days=4)
    await case.until_stage("confirmation")
    choice = next(event for event in await case.events() if event["type"] == "return.choice_made")
    assert choice["data"] == {"choice": "refund", "automatic": True}
    assert await desk.books_agree() == 3333
    assert [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant] == []


async def test_who_chooses_the_money_gets_it_at_once(desk: Desk) -> None:
    case = await out_of_stock(desk)
    await case.act("choose", choice="refund")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_who_waits_gets_the_goods_when_they_are_back(desk: Desk) -> None:
    case = await out_of_stock(desk)
    await case.act("choose", choice="wait")
    await case.pass_time(days=5)
    assert (await case.view())["waiting_for"] == "stock"
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 4)
    await case.pass_time(days=1, hours=1)
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "exchanged"
    assert await desk.sandbox.stock(desk.merchant, "CUP-01") == 3
    assert await desk.movements() == []


async def test_who_waits_in_vain_is_paid_in_the_end(desk: Desk) -> None:
    case = await out_of_stock(desk)
    await case.act("choose", choice="wait")
    await case.pass_time(days=17)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_who_waits_may_still_take_the_money_and_then_gets_no_goods(desk: Desk) -> None:
    case = await out_of_stock(desk)
    await case.act("choose", choice="wait")
    await case.pass_time(days=2)
    await case.act("choose", choice="refund")
    await case.until_stage("confirmation")
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 4)
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    assert await desk.sandbox.stock(desk.merchant, "CUP-01") == 4
    assert await desk.books_agree() == 3333


async def test_there_is_nothing_to_choose_while_all_is_in_stock(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=[wanted(quantity=2)])
    await case.ship()
    with refused("wrong_stage", "a choice is possible in settlement"):
        await case.act("choose", choice="wait")


async def test_goods_that_nobody_inspects_breach_inspection_and_settlement(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.receive()
    await case.pass_time(days=15)
    changes = await case.rungs()
    assert ("inspection", "breached") in changes
    assert changes.count(("settlement", "breached")) == 1
    await case.inspect()
    await case.until_stage("confirmation")
    assert (await case.clock("settlement"))["verdict"] == "breached"
