"""`ledger check` as people and scripts call it, over real cases: the sums, and what does not balance."""

import pytest

from tests.cli.conftest import Command
from tests.workflows.case import Case
from tests.workflows.desk import Desk


@pytest.fixture
async def paid(desk: Desk) -> Case:
    """A return whose 33.33 yuan were paid back."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.result()
    await desk.until(
        "SELECT 1 FROM events WHERE case_id = $1 AND type = 'return.refund_reported'", case.handle.id
    )
    return case


async def test_the_books_of_paid_cases_balance(casework: Command, desk: Desk, paid: Case) -> None:
    told = (await casework("ledger", "check", "--merchant", desk.merchant, "--json")).json
    assert told == {
        "currencies": [
            {
                "currency": "CNY",
                "orders": 1,
                "captured_minor": 10_800,
                "reserved_minor": 0,
                "settled_minor": 3333,
                "settled_as_vouchers_minor": 0,
                "returned_minor": 0,
                "recovered_minor": 0,
                "compensation_minor": 0,
                "vouchers_minor": 0,
                "carrier_income_minor": 0,
            }
        ],
        "differences": [],
    }
    shown = await casework("ledger", "check", "--merchant", desk.merchant, "--order", "SO-1")
    assert (shown.status, shown.err) == (0, "")
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["captured", "108.00"] in lines
    assert ["settled", "33.33"] in lines
    assert shown.out.endswith("the books of 1 order balance\n")
    assert all(len(line) <= 80 for line in shown.out.splitlines())


async def test_what_does_not_balance_is_named_with_what_to_do(
    casework: Command, desk: Desk, paid: Case
) -> None:
    await desk.pool.execute(
        "UPDATE order_budgets SET settled_minor = 3332 WHERE merchant = $1", desk.merchant
    )
    shown = await casework("ledger", "check", "--merchant", desk.merchant)
    assert shown.status == 1
    words = " ".join(shown.out.split())
    assert "budget_differs" in words
    assert "gateway" in words
    assert shown.out.endswith("1 difference in 1 order\n")
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    told = await casework("ledger", "check", "--merchant", desk.merchant, "--json")
    assert told.status == 1
    assert '"kind": "budget_differs"' in told.out


async def test_a_merchant_without_orders_has_balanced_books(casework: Command, desk: Desk) -> None:
    shown = await casework("ledger", "check", "--merchant", "nobody")
    assert (shown.status, shown.out) == (0, "the books of 0 orders balance\n")
