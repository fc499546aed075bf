"""Amounts at the entrance: what is no amount of money is refused by its code, and nothing is reserved."""

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from domain.base import AMOUNT_MAX_MINOR
from tests.workflows.desk import Desk
from tests.workflows.refunds import decide
from tests.workflows.staff_desk import roster, staffed

NOT_MONEY = [0, -1, 0.5, 600.0, True, "600", None, AMOUNT_MAX_MINOR + 1, 2**63, 10**30]


def refund(desk: Desk, amount_minor: Any, currency: str = "CNY") -> dict[str, Any]:
    """A refund of order SO-1, as a program without our types would start it."""
    return {
        "case_id": f"return:{desk.merchant}:X-1",
        "merchant": desk.merchant,
        "number": "X-1",
        "seq": 1,
        "order_id": "SO-1",
        "amount_minor": amount_minor,
        "currency": currency,
        "rules": {"key_window_margin": "1h", "poll_first": "30s", "poll_max": "1h"},
    }


async def start(desk: Desk, order: dict[str, Any]) -> Any:
    refund_id = f"refund:{desk.merchant}:X-1:1"
    return await desk.client.execute_workflow("Refund", order, id=refund_id, task_queue="casework")


async def nothing_moved(desk: Desk) -> bool:
    taken = await desk.pool.fetchval(
        "SELECT reserved_minor + settled_minor FROM order_budgets WHERE merchant = $1", desk.merchant
    )
    rows = await desk.pool.fetchval("SELECT count(*) FROM refunds WHERE merchant = $1", desk.merchant)
    return taken == rows == 0 and await desk.movements() == []


@pytest.mark.parametrize("amount_minor", NOT_MONEY, ids=str)
async def test_what_is_no_amount_is_refused(desk: Desk, amount_minor: Any) -> None:
    """Zero, negative, fractional, boolean, text, nothing, and more than a store can count."""
    await desk.put_order()
    await desk.open()
    with pytest.raises(WorkflowFailureError) as failed:
        await start(desk, refund(desk, amount_minor))
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.details[0]["field"]) == ("invalid_request", "amount_minor")
    assert await nothing_moved(desk)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "code"),
    [
        (10_801, "CNY", "over_cap"),
        (AMOUNT_MAX_MINOR, "CNY", "over_cap"),
        (100, "JPY", "currency_mismatch"),
        (100, "KWD", "currency_mismatch"),
    ],
)
async def test_too_much_by_one_and_foreign_money_are_refused_by_the_ledger(
    desk: Desk, amount_minor: int, currency: str, code: str
) -> None:
    await desk.put_order()
    await desk.open()
    outcome = await start(desk, refund(desk, amount_minor, currency))
    assert (outcome["state"], outcome["reason"]) == ("failed", code)
    assert await nothing_moved(desk)


@pytest.mark.parametrize(("currency", "told"), [("JPY", "3,333"), ("CNY", "33.33"), ("KWD", "3.333")])
async def test_a_return_is_paid_in_its_orders_currency(desk: Desk, currency: str, told: str) -> None:
    """From the order to the gateway's journal and the customer's notice, no digit is lost or added."""
    await desk.put_order(currency=currency)
    async with staffed(desk, roster()):
        case = await desk.open()
        if case.opened["stage"] == "review":  # the policy's ceilings name no such currency: a person looks,
            await case.approve()
            await case.send_in()
            await decide(case)  # and a second one
        else:
            await case.send_in()
        await case.until_stage("confirmation")
    moved = [(each.amount_minor, each.currency) for each in await desk.movements()]
    assert moved == [(3333, currency)]
    assert await desk.books_agree() == 3333
    await case.told(3)
    bodies = [each.body for each in await desk.sandbox.inbox("push", to=f"push-{desk.merchant}")]
    assert any(told in body for body in bodies)
