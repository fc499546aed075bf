"""What a provider says late: a hint makes the refund ask again, in whatever state its workflow is."""

from typing import Any

import pytest

from domain.refunds import RefundOutcome
from starters.refund_hints import RefundHints
from store.books import check_books
from store.ledger import Ledger
from store.refund_orders import RefundOrders
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.refunds import ledger_row, until_ledger


async def hint(case: Case, seq: int = 1) -> None:
    """Somebody has heard that there is news of the refund."""
    order = await RefundOrders(case.desk.pool).order(case.refund(seq).id)
    await RefundHints(case.desk.client, "casework").look(order)


async def sent_in(desk: Desk) -> Case:
    """A return whose goods have passed, so that the refund is on its way."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    return case


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
