"""An order that was paid by several payments, over the real desk: one refund, one report, one notice."""

from typing import Any

from store.books import check_books
from tests.workflows.case import Case
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk, wanted
from tests.workflows.refunds import pass_refund_time, until_ledger

PAYMENTS = [(2000, "first"), (8800, "second")]


async def put_order(desk: Desk) -> None:
    """10,800 by two payments, of which the first is soon exhausted."""
    payments = [
        {"payment_id": f"{name}-{desk.merchant}", "amount_minor": amount_minor, "currency": "CNY"}
        for amount_minor, name in PAYMENTS
    ]
    await desk.put_order(payments=payments)


async def parts(desk: Desk) -> list[tuple[str, int]]:
    """What the gateway's journal says: the payment's name and the amount, in the order of the keys."""
    moved = sorted(await desk.movements(), key=lambda each: each.key)
    return [(each.order_id.partition("-")[0], each.amount_minor) for each in moved]


async def sent_in(desk: Desk) -> Case:
    await put_order(desk)
    case = await desk.open(lines=[wanted()])
    await case.send_in()
    return case


async def balanced(desk: Desk) -> Any:
    books = await check_books(desk.pool, desk.merchant)
    assert books.differences == []
    return books.currencies[0]


async def test_a_return_is_paid_over_two_payments_and_told_once(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    assert await parts(desk) == [("first", 2000), ("second", 1333)]
    assert await desk.books_agree() == 3333
    assert (await case.types()).count("return.refund_reported") == 1
    assert (await case.told(3)).count("refund_settled") == 1
    await case.act("confirm")
    await case.result()
    assert (await balanced(desk)).settled_minor == 3333


async def test_r7_only_what_failed_of_a_split_refund_is_paid_again(desk: Desk) -> None:
    """The first payment's part arrived; the second's failed, and is paid under the next number."""
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await sent_in(desk)
    await until_ledger(case, "pending")
    first, second = await desk.ledger(case)
    await desk.until("SELECT 1 FROM refunds WHERE key = $1 AND state = 'pending'", second.key)
    await desk.sandbox.settle(desk.merchant, first.key)
    await desk.sandbox.fail(desk.merchant, second.key)
    await pass_refund_time(case, hours=2)
    await case.until_view(lambda view: view["waiting_for"] == "ops")
    assert (await case.view())["refunds"][0]["paid_minor"] == 2000
    await desk.sandbox.set_gateway()
    await case.act("retry_refund", by="ops1", reason="the account is open again")
    await case.until_stage("confirmation")
    assert await parts(desk) == [("first", 2000), ("second", 1333)]
    assert await desk.books_agree() == 3333
    assert (await balanced(desk)).settled_minor == 3333


async def test_l5_a_delivery_pays_again_only_what_failed(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    await put_order(desk)
    case = await open_delivery(desk)
    await case.act("choose", remedy="refund")
    await until_ledger(case, "pending")
    first, second = await desk.ledger(case)
    await desk.until("SELECT 1 FROM refunds WHERE key = $1 AND state = 'pending'", second.key)
    await desk.sandbox.settle(desk.merchant, second.key)
    await desk.sandbox.fail(desk.merchant, first.key)
    await pass_refund_time(case, hours=2)
    await case.until_view(lambda view: view["waiting_for"] == "ops")
    await desk.sandbox.set_gateway()
    await case.act("retry_refund", by="l1", reason="another account")
    await case.until_stage("confirmation")
    assert await parts(desk) == [("second", 8800), ("first", 2000)]
    started = [each["data"] for each in await case.events() if each["type"] == "delivery.refund_started"]
    assert [each["amount_minor"] for each in started] == [10_800, 2000]
    assert (await balanced(desk)).settled_minor == 10_800
