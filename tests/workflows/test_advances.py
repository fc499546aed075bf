"""Money that goes out before the goods are here: bounded per customer, asked back when they do not come."""

import asyncio
from datetime import timedelta
from typing import Any

from starters.case_records import CaseRecords
from starters.client import Cases
from store.advances import Advances
from store.ledger import Ledger
from tests.workflows.case import Case, refused
from tests.workflows.desk import Desk, line, wanted


async def on_its_way(desk: Desk, order_id: str = "SO-1", **application: Any) -> Case:
    """A key customer's return that the carrier has picked up."""
    case = await desk.open(order_id=order_id, **application)
    number = f"SW-{desk.merchant}-{case.number}"
    await desk.scan("swift", number, ("picked_up", await case.now()))
    await case.ship(number)
    return case


async def advanced(desk: Desk, **application: Any) -> Case:
    """The same, and the money is out."""
    await desk.put_order(customer_tier="key")
    case = await on_its_way(desk, **application)
    await case.until_view(lambda view: view["refunds"] and view["refunds"][0]["state"] == "settled")
    return case


async def ledger_row(case: Case) -> tuple[str | None, int]:
    """How the advance stands in the books."""
    row = await Advances(case.desk.pool).get(case.handle.id)
    return row.outcome, row.recovered_minor


async def left(desk: Desk) -> int:
    """What the order's money may still pay."""
    return (await Ledger(desk.pool).budget(desk.merchant, "SO-1")).left_minor


async def test_a_trusted_customer_has_the_money_before_the_goods_are_here_and_only_once(desk: Desk) -> None:
    case = await advanced(desk)
    assert (await case.view())["stage"] == "ship_back"
    assert await desk.books_agree() == 3333
    with refused("wrong_stage", "went out in advance"):
        await case.act("cancel")
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await ledger_row(case) == ("earned", 0)
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    assert await desk.books_agree() == 3333
    assert "refund_advanced" in await case.told(2)


async def test_who_is_not_trusted_waits_for_the_goods(desk: Desk) -> None:
    await desk.put_order()
    case = await on_its_way(desk)
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    types = await case.types()
    assert "return.picked_up" not in types
    assert types.index("return.refund_started") > types.index("return.inspected")


async def test_parts_that_fail_are_asked_back_and_what_is_paid_back_may_be_paid_again(desk: Desk) -> None:
    case = await advanced(desk, lines=[wanted(quantity=3)])
    assert await left(desk) == 800
    await case.receive()
    await case.inspect({"line": "1", "passed": 1, "failed": 2, "reason": "worn"})
    await case.until_view(lambda view: view["advance"].get("asked_minor"))
    view = await case.view()
    assert (view["advance"]["asked_minor"], view["waiting_for"]) == (6667, "customer")
    with refused("invalid_request", "6668 came back, but 6667"):
        await case.act("resolve_clawback", by="finance", outcome="paid_back", amount_minor=6668, reason="?")
    await case.act("resolve_clawback", by="finance", outcome="paid_back", provider_ref="py-1", reason="paid")
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    assert await ledger_row(case) == ("paid_back", 6667)
    assert await left(desk) == 10_800 - 3333
    assert (await desk.open(lines=[wanted(quantity=2)])).opened["decision"] == "accept"


async def never_coming(desk: Desk) -> Case:
    """A case whose customer was told twice and then asked for the money."""
    case = await advanced(desk)
    await case.pass_time(days=17)
    await case.until_event("return.clawback_due")
    await case.pass_time(days=4)
    await case.until_event("return.clawback_reminded")
    await case.pass_time(days=5)
    await case.until_event("return.clawback_asked")
    return case


async def test_goods_that_never_come_are_asked_for_then_the_money_and_a_person_writes_it_off(
    desk: Desk,
) -> None:
    case = await never_coming(desk)
    with refused("wrong_stage", "went out in advance"):
        await case.act("cancel")
    await case.act("resolve_clawback", by="finance", outcome="written_off", reason="not worth a lawyer")
    assert (await case.result())["outcome"] == "written_off"
    assert await ledger_row(case) == ("written_off", 0)
    assert await left(desk) == 10_800 - 3333
    assert {"clawback_due", "clawback_asked"} <= set(await case.told(4))
    with_rest = await desk.open(lines=[wanted(quantity=3)])
    assert with_rest.opened["code"] == "quantity_exceeds_bought", "what was kept for money is not paid twice"


async def test_goods_that_come_after_the_money_was_paid_back_are_paid_for(desk: Desk) -> None:
    case = await never_coming(desk)
    await case.act("resolve_clawback", by="finance", outcome="paid_back", reason="paid")
    assert (await case.result())["outcome"] == "clawed_back"
    assert await left(desk) == 10_800
    cases = Cases(desk.client, CaseRecords(desk.pool))
    await cases.receive(case.handle.id, warehouse="w1", key="late")
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 2 * 3333
    assert await left(desk) == 10_800 - 3333


async def test_goods_that_come_after_all_settle_what_was_asked_back(desk: Desk) -> None:
    case = await never_coming(desk)
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await ledger_row(case) == ("earned", 0)
    assert await desk.books_agree() == 3333


async def test_two_returns_of_a_customer_at_the_same_moment_stay_below_the_ceiling(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.put_order(
            f"SO-{number}", customer_tier="key", lines=[line("1", "POT-01", quantity=1, paid_minor=40_000)]
        )
    cases = await asyncio.gather(*(on_its_way(desk, f"SO-{number}") for number in (1, 2, 3)))
    views = await asyncio.gather(
        *(case.until_view(lambda v: v.get("advance") or v.get("advance_declined")) for case in cases)
    )
    assert sorted(view.get("advance_declined", "granted") for view in views) == [
        "exposure",
        "granted",
        "granted",
    ]
    exposed = await desk.pool.fetchval(
        "SELECT sum(amount_minor) FROM advances WHERE merchant = $1 AND outcome IS NULL", desk.merchant
    )
    assert exposed == 80_000


async def test_an_advance_that_could_not_be_paid_is_paid_after_the_inspection(desk: Desk) -> None:
    await desk.put_order(customer_tier="key")
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await on_its_way(desk)
    await case.until_event("return.advanced")
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND state = 'pending'", case.handle.id)
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await desk.sandbox.set_gateway()
    await desk.skipper.fast_forward(case.refund(), timedelta(hours=1))
    await case.until_event("return.advance_ended")
    assert await ledger_row(case) == ("unpaid", 0)
    await case.receive()
    await case.inspect()
    await case.until_view(lambda view: view["waiting_for"] == "ops")
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
