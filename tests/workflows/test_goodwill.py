"""What the merchant gives beyond the price: budgets of its own, and vouchers under a refund's discipline."""

from typing import Any

from sandbox.messages import FaultRule
from store.books import check_books
from store.ledger import Ledger
from tests.workflows.complaint_desk import Complaint, open_complaint
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk
from tests.workflows.refunds import pass_refund_time

LEAD = {"by": "lead-1", "role": "lead"}


async def proposed(desk: Desk, *measures: dict[str, Any]) -> Complaint:
    """A complaint whose solution is under way."""
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose(*measures, approval=LEAD)
    return case


async def test_l7_a_compensation_is_not_taken_from_what_was_captured(desk: Desk) -> None:
    """All of the order was paid back, and the trouble is made up for beside it."""
    await desk.put_order()
    case = await open_delivery(desk, kind="damage")
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    await case.act("object", reason="it was a gift")
    await case.act("decide", agent="l1", remedy="compensate", amount_minor=10_000, reason="a kindness")
    await desk.until(
        "SELECT 1 FROM refunds WHERE case_id = $1 AND seq = 2 AND state = 'settled'", case.handle.id
    )
    assert await desk.books_agree() == 10_800 + 10_000
    budget = await Ledger(desk.pool).budget(desk.merchant, "SO-1")
    assert (budget.settled_minor, budget.left_minor) == (10_800, 0)
    books = await check_books(desk.pool, desk.merchant)
    assert books.differences == []
    assert books.currencies[0].compensation_minor == 10_000


async def test_l7_compensations_of_several_cases_share_the_orders_budget(desk: Desk) -> None:
    await desk.put_order()
    for _ in range(2):
        case = await proposed(desk, {"kind": "compensation", "amount_minor": 10_000})
        await case.until_stage("confirmation")
    late = await open_delivery(desk, kind="refused")
    await late.act("decide", agent="l1", remedy="compensate", amount_minor=1, reason="a kindness")
    await late.until_view(lambda view: view["waiting_for"] == "ops")
    assert (await late.view())["refunds"][0]["reason"] == "over_budget"
    assert await desk.books_agree() == 20_000


async def test_c10_a_voucher_is_for_the_order_also_where_several_payments_paid_it(desk: Desk) -> None:
    """The shop knows its orders, not the gateway's payments."""
    payments = [
        {"payment_id": f"{name}-{desk.merchant}", "amount_minor": amount_minor, "currency": "CNY"}
        for name, amount_minor in (("first", 2000), ("second", 8800))
    ]
    await desk.put_order(payments=payments)
    case = await proposed(desk, {"kind": "voucher", "amount_minor": 5000})
    await case.until_stage("confirmation")
    [given] = [each for each in await desk.sandbox.vouchers() if each.merchant == desk.merchant]
    assert (given.order_id, given.amount_minor) == ("SO-1", 5000)
    assert (await check_books(desk.pool, desk.merchant)).differences == []


async def test_c10_a_voucher_is_given_by_the_shop_once_also_when_its_answer_is_lost(desk: Desk) -> None:
    """Asked before it is sent again; the gateway never hears of it, and what was captured stays whole."""
    await desk.put_order()
    await desk.sandbox.set_faults("shop", FaultRule(kind="lost_after", operation="voucher"))
    case = await proposed(desk, {"kind": "voucher", "amount_minor": 5000})
    await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND state = 'unknown'", case.handle.id)
    await pass_refund_time(case, minutes=5)
    await case.until_stage("confirmation")
    [given] = [each for each in await desk.sandbox.vouchers() if each.merchant == desk.merchant]
    assert (given.amount_minor, given.currency, given.customer_id) == (5000, "CNY", "c1")
    assert await desk.movements() == []
    budget = await Ledger(desk.pool).budget(desk.merchant, "SO-1")
    assert (budget.reserved_minor, budget.settled_minor) == (0, 0)
    books = await check_books(desk.pool, desk.merchant)
    assert books.differences == []
    assert books.currencies[0].vouchers_minor == 5000
