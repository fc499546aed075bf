"""What comes back and what goes out for it: parcels, labels, inspection, exchange, freight."""

from typing import Any

from sandbox.messages import LabelOrder
from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk, line, wanted


async def approved(desk: Desk, **application: Any) -> Case:
    """A return that may be sent in."""
    await desk.put_order()
    case = await desk.open(**application)
    if case.opened["decision"] == "review":
        await case.approve()
    return case


async def amounts(case: Case) -> dict[str, int]:
    """What the refund was made of."""
    started = next(event["data"] for event in await case.events() if event["type"] == "return.refund_started")
    return {name: value for name, value in started.items() if name.endswith("_minor")}


async def test_an_exchange_in_stock_is_sent_and_nothing_is_paid(desk: Desk) -> None:
    case = await approved(desk, kind="exchange", lines=[wanted(quantity=2)])
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 5)
    await case.send_in({"line": "1", "passed": 2})
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "exchanged"
    [order] = [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant]
    assert [(goods.sku, goods.quantity) for goods in order.lines] == [("CUP-01", 2)]
    assert await desk.movements() == []
    assert "exchange_placed" in await case.told()


async def test_an_exchange_of_two_lines_with_one_out_of_stock_ends_as_both(desk: Desk) -> None:
    await desk.put_order(
        lines=[
            line("1", "CUP-01", quantity=1, paid_minor=4000),
            line("2", "POT-01", quantity=1, paid_minor=6000),
        ]
    )
    await desk.sandbox.set_stock(desk.merchant, "POT-01", 0)
    case = await desk.open(kind="exchange", lines=[wanted("1"), wanted("2")])
    await case.send_in({"line": "1", "passed": 1}, {"line": "2", "passed": 1})
    await case.until_event("return.exchange_out_of_stock")
    await case.act("choose", choice="refund")
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded_and_exchanged"
    assert await desk.books_agree() == 6000


async def test_each_unit_is_paid_kept_or_sent_back_as_the_inspector_found_it(desk: Desk) -> None:
    await desk.put_order(
        lines=[
            line("1", "CUP-01", quantity=4, paid_minor=10000),
            line("2", "POT-01", quantity=1, paid_minor=6000),
        ]
    )
    case = await desk.open(lines=[wanted("1", 4), wanted("2")])
    await case.ship()
    await case.receive(lines=[{"line": "1", "quantity": 3}, {"line": "2", "quantity": 1}])
    with refused("quantity_exceeds", "add up to 3, not to 4"):
        await case.inspect(
            {"line": "1", "passed": 3}, {"line": "2", "failed": 1, "reason": "broken", "disposition": "keep"}
        )
    await case.inspect(
        {"line": "1", "passed": 1, "failed": 1, "short": 1, "wrong_item": 1, "reason": "see photo"},
        {"line": "2", "failed": 1, "reason": "broken", "disposition": "keep"},
    )
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 2500
    [shipment] = [each for each in await desk.sandbox.shipments() if each.merchant == desk.merchant]
    assert [(goods.line, goods.quantity) for goods in shipment.lines] == [("1", 2)]
    another = await desk.open(lines=[wanted("1", 3)])
    await case.act("confirm")
    await case.result()
    assert another.opened["code"] == "quantity_exceeds_bought"
    assert (await desk.open(lines=[wanted("1", 3)])).opened["decision"] == "accept"


async def test_goods_that_all_failed_go_back_and_nobody_is_paid(desk: Desk) -> None:
    case = await approved(desk)
    await case.send_in({"line": "1", "failed": 1, "reason": "worn"})
    assert (await case.result())["outcome"] == "goods_failed"
    assert await desk.movements() == []
    assert {"goods_sent_back", "inspection_failed"} <= set(await case.told(3))


async def test_goods_that_failed_may_be_inspected_again(desk: Desk) -> None:
    case = await approved(desk)
    await case.send_in({"line": "1", "failed": 1, "reason": "worn", "disposition": "keep"})
    assert (await case.result())["outcome"] == "goods_failed"
    assert (await desk.reopen(case, "by_ops"))["stage"] == "inspection"
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_second_parcel_adds_to_the_first(desk: Desk) -> None:
    case = await approved(desk, lines=[wanted(quantity=3)])
    await case.ship()
    await case.receive(lines=[{"line": "1", "quantity": 1}])
    with refused("quantity_exceeds", "1 + 3 received, 3 expected"):
        await case.receive(lines=[{"line": "1", "quantity": 3}])
    await case.receive()
    await case.inspect({"line": "1", "passed": 3})
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10000


async def test_a_parcel_that_the_dock_refuses_is_sent_again(desk: Desk) -> None:
    case = await approved(desk)
    await case.ship("SW-FIRST-1")
    await case.act("resolve_parcel", by="w1", event="refused", reason="soaked")
    assert (await case.progress())["next"] == "ship"
    await case.ship("SW-SECOND-1")
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_refused_parcel_with_our_label_gets_a_new_label(desk: Desk) -> None:
    case = await approved(desk, lines=FAULTY)
    await case.until_event("return.label_made")
    await case.act("resolve_parcel", by="w1", event="refused", reason="soaked")
    await case.until_event("return.label_made", 2)
    labels = [event["data"] for event in await case.events() if event["type"] == "return.label_made"]
    assert labels[0]["tracking_no"] != labels[1]["tracking_no"]


async def test_where_no_label_can_be_had_the_customer_is_paid_back_up_to_the_cap(desk: Desk) -> None:
    taken = LabelOrder(key=f"lb-{desk.merchant}-R-1-1", merchant=desk.merchant, order_id="SO-99")
    (await desk.sandbox.request("POST", "/carriers/swift/labels", taken)).raise_for_status()
    case = await approved(desk, lines=FAULTY)
    await case.until_event("return.label_refused")
    await case.ship(freight_paid_minor=700)
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert (await amounts(case))["return_freight_minor"] == 700
    assert await desk.books_agree() == 3333 + 700


async def test_return_freight_never_exceeds_what_the_order_leaves_free(desk: Desk) -> None:
    case = await approved(desk, lines=FAULTY)
    await case.ship(freight_paid_minor=5000)
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert (await amounts(case))["return_freight_minor"] == 800


async def test_who_returns_for_no_reason_pays_the_way_back(desk: Desk) -> None:
    case = await approved(desk)
    await case.ship(freight_paid_minor=700)
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_whole_order_with_a_fault_gives_its_freight_back(desk: Desk) -> None:
    case = await approved(desk, lines=[wanted(quantity=3, reason="quality")])
    await case.until_event("return.label_made")
    await case.receive()
    await case.inspect({"line": "1", "passed": 3})
    await case.until_stage("confirmation")
    assert (await amounts(case))["outbound_freight_minor"] == 800
    assert await desk.books_agree() == 10800


async def test_a_carrier_that_we_do_not_know_is_looked_into_by_people_only(desk: Desk) -> None:
    case = await approved(desk)
    await case.act("ship", carrier="pigeon", tracking_no="PG-0001")
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
