"""What a provider says late: a hint makes the refund ask again, in whatever state its workflow is."""

from typing import Any

import pytest

from domain.refunds import RefundOutcome
from store.books import check_books
from store.ledger import Ledger
from tests.workflows.case import Case, refused
from tests.workflows.desk import Desk
from tests.workflows.refunds import hint, ledger_row, pass_refund_time, sent_in, until_ledger


async def stream(case: Case, seq: int = 1) -> list[str]:
    """The facts of the refund."""
    query = "SELECT type FROM events WHERE case_id = $1 AND superseded_at IS NULL ORDER BY seq"
    return [row["type"] for row in await case.desk.pool.fetch(query, case.refund(seq).id)]


async def test_news_of_a_refund_that_waits_for_its_next_look_ends_the_wait(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await sent_in(desk)
    await until_ledger(case, "pending")
    await case.until_pending("pay_refund", case.refund())
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await hint(case)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert (await case.told(3)).count("refund_settled") == 1


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
async def test_a_terminated_refund_goes_on_where_its_money_is(desk: Desk, fault: str) -> None:
    await desk.gateway(fault, first=1)
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await case.refund().terminate("ops")
    await hint(case)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert len(await desk.movements()) == 1


async def test_news_of_a_settled_refund_that_is_none_changes_nothing(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    before = await ledger_row(case)
    for _ in range(5):
        await hint(case)
        outcome = RefundOutcome.model_validate(await result(case))
        assert outcome.state == "settled"
    assert await ledger_row(case) == before
    assert await stream(case) == ["refund.requested", "refund.settled"]
    assert (await case.types()).count("return.refund_reported") == 1


async def test_money_that_came_back_is_free_again_and_told_once(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    for _ in range(3):
        await hint(case)
        assert (await result(case))["state"] == "returned"
    row = await ledger_row(case)
    assert (row.state, row.reason) == ("returned", "account_closed")
    budget = await Ledger(desk.pool).budget(desk.merchant, "SO-1")
    assert (budget.settled_minor, budget.reserved_minor) == (0, 0)
    assert (await check_books(desk.pool, desk.merchant)).differences == []
    assert await stream(case) == ["refund.requested", "refund.settled", "refund.returned"]
    assert (await case.types()).count("return.refund_reported") == 2


async def result(case: Case) -> dict[str, Any]:
    """What the refund's newest run ended with."""
    return await case.refund().result()


async def test_a_closed_return_goes_on_when_its_money_comes_back_days_later(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.handle.result()
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await hint(case)

    view = await case.until_view(lambda view: view["stage"] == "settlement")
    assert view["waiting_for"] == "ops"
    assert (await case.clock("repayment"))["state"] == "running"
    assert (await case.told(4)).count("refund_returned") == 1

    await case.act("retry_refund", by="lead", reason="the bank has the account's new number")
    await case.until_stage("confirmation")
    assert (await case.clock("repayment"))["verdict"] == "met"
    await case.act("confirm")
    assert (await case.handle.result())["outcome"] == "refunded"
    moved = [(move.key, move.amount_minor) for move in await desk.movements()]
    assert moved == [(desk.key(case), 3333), (desk.key(case), -3333), (desk.key(case, 2), 3333)]
    assert [row.state for row in await desk.ledger(case)] == ["returned", "settled"]
    assert (await check_books(desk.pool, desk.merchant)).differences == []
    assert (await case.types())[-7:] == [
        "return.refund_reported",
        "case.money_returned",
        "return.refund_started",
        "return.refund_reported",
        "return.settled",
        "return.confirmed",
        "return.closed",
    ]


async def test_nobody_is_paid_again_whose_money_did_not_come_back(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    with refused("wrong_stage"):
        await case.act("retry_refund", by="lead", reason="The customer says so.")


async def test_a_refund_that_is_held_is_asked_about_once_more(desk: Desk) -> None:
    await desk.gateway("lost_before")
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await pass_refund_time(case, hours=26)
    await case.until_view(lambda view: view["refunds"][0]["state"] == "held")
    await desk.gateway()
    by_hand = {"key": desk.key(case), "order_id": "SO-1", "amount_minor": 3333, "currency": "CNY"}
    answer = await desk.sandbox.request("POST", f"/payments/merchants/{desk.merchant}/refunds", by_hand)
    assert answer.status_code == 200
    await hint(case)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
