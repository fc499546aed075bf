"""Money that did not arrive goes as a voucher, with the customer's word: the desk, the shop, the books."""

from typing import Any

import pytest

from sandbox.messages import FaultRule
from store.books import check_books
from store.ledger import Ledger
from tests.workflows.case import Case, refused
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk
from tests.workflows.refunds import decide, hint, ledger_row, pass_refund_time, sent_in, until_ledger
from tests.workflows.staff_desk import roster, staffed
from tests.workflows.test_disputes import dispute
from tests.workflows.test_split_payments import put_order as put_order_of_two_payments

WORD = "call 4711, 20 November"
AGAIN = {"by": "lead", "reason": "The card is closed."}
BY_VOUCHER = {**AGAIN, "way": "voucher", "customer_says": WORD}


async def account_closed(desk: Desk, case: Case) -> Case:
    """Each part of the refund that is pending fails for good, and a person is waited for."""
    await until_ledger(case, "pending")
    for row in await desk.ledger(case):
        await desk.until("SELECT 1 FROM refunds WHERE key = $1 AND state = 'pending'", row.key)
        await desk.sandbox.fail(desk.merchant, row.key)
    await desk.sandbox.set_gateway()
    await pass_refund_time(case, hours=2)
    await case.until_view(lambda view: view["refunds"] and view["refunds"][0]["state"] == "failed")
    return case


async def failed(desk: Desk) -> Case:
    """A return whose refund failed for good: the account is closed."""
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    return await account_closed(desk, await sent_in(desk))


async def vouchers(desk: Desk) -> list[tuple[str, str, int]]:
    """What the shop's own list says: key, order and amount."""
    mine = [each for each in await desk.sandbox.vouchers() if each.merchant == desk.merchant]
    return sorted((each.key, each.order_id, each.amount_minor) for each in mine)


async def balanced(desk: Desk) -> tuple[int, int, int]:
    """What is settled, what of that went as vouchers, and what came back; the books have no difference."""
    books = await check_books(desk.pool, desk.merchant)
    assert books.differences == []
    [sums] = books.currencies
    return sums.settled_minor, sums.settled_as_vouchers_minor, sums.returned_minor


async def test_r7_a_closed_account_falls_to_a_voucher_with_the_customers_word(desk: Desk) -> None:
    case = await failed(desk)
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    assert await vouchers(desk) == [(desk.key(case, 2), "SO-1", 3333)]
    assert await desk.movements() == []
    row = await ledger_row(case, 2)
    assert (row.provider, row.purpose, row.state, row.customer_says) == (
        "voucher",
        "refund",
        "settled",
        WORD,
    )
    [started] = [each["data"] for each in await case.events() if each["data"].get("refund_seq") == 2][:1]
    assert (started["way"], started["customer_says"], started["amount_minor"]) == ("voucher", WORD, 3333)
    first = "SELECT data ->> 'customer_says' FROM events WHERE case_id = $1 AND type = 'refund.requested'"
    assert await desk.pool.fetchval(first, case.refund(2).id) == WORD
    assert await balanced(desk) == (3333, 3333, 0)
    budget = await Ledger(desk.pool).budget(desk.merchant, "SO-1")
    assert (budget.reserved_minor, budget.settled_minor) == (0, 3333)
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"


async def test_r7_without_the_word_it_is_refused_and_nothing_is_recorded(desk: Desk) -> None:
    case = await failed(desk)
    before = await case.events(), await desk.ledger(case), await case.updates()
    for word in ({}, {"customer_says": "  "}):
        with refused("customer_word_missing", "ask them, then say where and when"):
            await case.act("retry_refund", **AGAIN, way="voucher", **word)
    with refused("invalid_request", "goes with the way `voucher` only"):
        await case.act("retry_refund", **AGAIN, customer_says=WORD)
    assert (await case.events(), await desk.ledger(case), await case.updates()) == before
    assert await vouchers(desk) == []
    assert await balanced(desk) == (0, 0, 0)


async def test_r7_money_that_came_back_after_the_end_is_given_as_a_voucher(desk: Desk) -> None:
    """The share that came back is free, the voucher takes it: the customer has it once."""
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.handle.result()
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await hint(case)
    await case.until_stage("settlement")
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    assert (await case.clock("repayment"))["verdict"] == "met"
    await case.act("confirm")
    assert (await case.handle.result())["outcome"] == "refunded"
    moved = [(move.key, move.amount_minor) for move in await desk.movements()]
    assert moved == [(desk.key(case), 3333), (desk.key(case), -3333)]
    assert await vouchers(desk) == [(desk.key(case, 2), "SO-1", 3333)]
    assert [row.state for row in await desk.ledger(case)] == ["returned", "settled"]
    assert await balanced(desk) == (3333, 3333, 3333)


async def test_l5_a_delivery_gives_a_voucher_in_place_of_its_refund(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_delivery(desk)
    await case.act("choose", remedy="refund")
    await account_closed(desk, case)
    with refused("customer_word_missing"):
        await case.act("retry_refund", by="l1", reason="The card is closed.", way="voucher")
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    row = await ledger_row(case, 2)
    assert await vouchers(desk) == [(row.key, "SO-1", 10_800)]
    assert await balanced(desk) == (10_800, 10_800, 0)


async def test_c11_a_complaint_promises_a_voucher_in_place_of_its_refund(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_complaint(desk)
    await case.to_solution()
    money: dict[str, Any] = {"kind": "refund", "amount_minor": 100}
    by_voucher = money | {"way": "voucher", "customer_says": WORD}
    with refused("measure_refused", "0 of complaint:"):
        await case.propose(by_voucher)
    await case.propose(money)
    await account_closed(desk, case)
    await case.until_stage("solution")
    with refused("customer_word_missing"):
        await case.propose(money | {"way": "voucher"})
    await case.propose(by_voucher)
    await case.until_stage("confirmation")
    row = await ledger_row(case, 2)
    assert await vouchers(desk) == [(row.key, "SO-1", 100)]
    assert await balanced(desk) == (100, 100, 0)


async def test_l7_a_compensation_by_voucher_stays_in_its_own_budget(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_delivery(desk, kind="refused")
    await case.act("decide", agent="l1", remedy="compensate", amount_minor=1000, reason="a kindness")
    await account_closed(desk, case)
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    row = await ledger_row(case, 2)
    assert (row.purpose, row.from_captured, row.state) == ("compensation", False, "settled")
    assert await vouchers(desk) == [(row.key, "SO-1", 1000)]
    books = await check_books(desk.pool, desk.merchant)
    assert books.differences == []
    [sums] = books.currencies
    assert (sums.settled_minor, sums.compensation_minor, sums.vouchers_minor) == (0, 1000, 0)


async def test_a_voucher_whose_answer_is_lost_is_given_once(desk: Desk) -> None:
    case = await failed(desk)
    await desk.sandbox.set_faults("shop", FaultRule(kind="lost_after", operation="voucher"))
    await case.act("retry_refund", **BY_VOUCHER)
    await until_ledger(case, "unknown", seq=2)
    await pass_refund_time(case, seq=2, minutes=5)
    await case.until_stage("confirmation")
    assert await vouchers(desk) == [(desk.key(case, 2), "SO-1", 3333)]
    assert await balanced(desk) == (3333, 3333, 0)


async def test_an_order_of_several_payments_gets_a_voucher_for_each_share(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    await put_order_of_two_payments(desk)
    case = await desk.open()
    await case.send_in()
    await account_closed(desk, case)
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    key = desk.key(case, 2)
    assert await vouchers(desk) == [(key, "SO-1", 2000), (f"{key}p2", "SO-1", 1333)]
    assert await desk.movements() == []
    assert await balanced(desk) == (3333, 3333, 0)


@pytest.mark.parametrize("state", ["open", "lost"])
async def test_a_disputed_payment_is_not_made_up_for_by_a_voucher(desk: Desk, state: Any) -> None:
    """The bank pays the customer; a voucher beside it would be the second time."""
    case = await failed(desk)
    await dispute(desk, state)
    await case.act("retry_refund", **BY_VOUCHER)
    view = await case.until_view(lambda view: view["refunds"][-1]["state"] == "failed")
    assert (len(view["refunds"]), view["refunds"][-1]["reason"]) == (2, "payment_disputed")
    assert await vouchers(desk) == []
    await dispute(desk, "won")
    await case.act("retry_refund", **BY_VOUCHER)
    await case.until_stage("confirmation")
    assert await vouchers(desk) == [(desk.key(case, 3), "SO-1", 3333)]
    assert await balanced(desk) == (3333, 3333, 0)


async def test_a_large_voucher_waits_for_a_second_person(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await desk.open(policy="wary")
        await case.send_in()
        await decide(case, approve=False)
        await case.until_view(lambda view: view["waiting_for"] == "ops")
        await case.act("retry_refund", **BY_VOUCHER | {"by": "sl-01"})
        await case.until_view(lambda view: view["waiting_for"] == "approver")
        assert await vouchers(desk) == []
        await decide(case, 2)
        await case.until_stage("confirmation")
    assert await vouchers(desk) == [(desk.key(case, 2), "SO-1", 3333)]
    assert await balanced(desk) == (3333, 3333, 0)
