"""Money that comes back after it had settled, in every kind of case, and of one share of a refund alone."""

from typing import Any

from tests.workflows.case import Case
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_steps import open_delivery
from tests.workflows.desk import Desk
from tests.workflows.refunds import hint
from tests.workflows.test_split_payments import balanced, put_order, sent_in


async def comes_back(case: Case, key: str, seq: int = 1) -> None:
    """The gateway takes money that had settled back, and somebody hints."""
    await case.desk.sandbox.fail(case.desk.merchant, key)
    await hint(case, seq)


async def states(case: Case) -> list[tuple[int, int, str, int]]:
    """The case's refunds in the ledger: number, part, state and amount."""
    return [(row.seq, row.part, row.state, row.amount_minor) for row in await case.desk.ledger(case)]


async def repayment(case: Case) -> dict[str, Any]:
    """The newest promise to pay again."""
    return [row for row in (await case.view())["clocks"] if row["name"] == "repayment"][-1]


async def until_owed(case: Case) -> dict[str, Any]:
    """Wait until the case waits for somebody to pay again, also in the store."""
    view = await case.until_view(lambda view: view.get("waiting_for") == "ops")
    await case.until_stage(view["stage"])
    assert (await repayment(case))["state"] == "running"
    return view


async def test_only_the_share_that_came_back_is_paid_again(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    second = (await desk.ledger(case))[1]
    await comes_back(case, second.key)

    view = await until_owed(case)
    assert view["stage"] == "settlement"
    assert (view["refunds"][0]["state"], view["refunds"][0]["paid_minor"]) == ("returned", 2000)
    assert await states(case) == [(1, 1, "settled", 2000), (1, 2, "returned", 1333)]
    assert (await balanced(desk)).settled_minor == 2000

    await case.act("retry_refund", by="lead", reason="the card is open again")
    await case.until_stage("confirmation")
    assert (await repayment(case))["verdict"] == "met"
    assert (await states(case))[2:] == [(2, 1, "settled", 1333)]
    assert (await balanced(desk)).settled_minor == 3333


async def test_shares_that_come_back_one_after_the_other_are_all_paid_again(desk: Desk) -> None:
    """The second one's return is news although the refund was known to have come back already."""
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    first, second = await desk.ledger(case)
    await comes_back(case, second.key)
    await until_owed(case)
    await comes_back(case, first.key)
    await case.until_view(lambda view: view["refunds"][0]["paid_minor"] == 0)
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    assert (await balanced(desk)).settled_minor == 3333


async def test_a_share_that_comes_back_after_the_other_was_paid_again_is_owed_too(desk: Desk) -> None:
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    first, second = await desk.ledger(case)
    await comes_back(case, second.key)
    await until_owed(case)
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.result()

    await comes_back(case, first.key)
    assert (await until_owed(case))["stage"] == "settlement"
    assert (await balanced(desk)).settled_minor == 1333
    await case.act("retry_refund", by="lead", reason="another account")
    await case.until_stage("confirmation")
    assert [row[0] for row in await states(case) if row[2] == "settled"] == [2, 3]
    assert (await balanced(desk)).settled_minor == 3333


async def test_c11_money_of_a_complaint_that_comes_back_goes_to_the_desk_anew(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose({"kind": "refund", "amount_minor": 800})
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    await case.result()
    await comes_back(case, (await desk.ledger(case))[0].key)

    await case.until_stage("solution")
    assert (await repayment(case))["state"] == "running"
    assert await states(case) == [(1, 1, "returned", 800)]
    assert (await balanced(desk)).settled_minor == 0
    await case.propose({"kind": "refund", "amount_minor": 800})
    await case.until_stage("confirmation")
    assert (await repayment(case))["verdict"] == "met"
    await case.act("confirm", satisfied=True)
    assert (await case.result())["outcome"] == "resolved"
    assert (await states(case))[1:] == [(2, 1, "settled", 800)]
    assert (await balanced(desk)).settled_minor == 800


async def test_c11_a_share_of_a_complaint_that_comes_back_later_goes_to_the_desk_too(desk: Desk) -> None:
    """What was proposed for the first one is done by then, and the measure was given up."""
    await put_order(desk)
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose({"kind": "refund", "amount_minor": 2500})
    await case.until_stage("confirmation")
    first, second = await desk.ledger(case)
    await comes_back(case, second.key)
    await case.until_stage("solution")
    await case.propose({"kind": "refund", "amount_minor": 500})
    await case.until_stage("confirmation")
    await comes_back(case, first.key)
    await case.until_stage("solution")
    failed = [each["data"] for each in await case.events() if each["type"] == "complaint.measures_failed"]
    assert [each["measures"] for each in failed] == [[1], [1]]
    await case.propose({"kind": "refund", "amount_minor": 2000})
    await case.until_stage("confirmation")
    assert (await balanced(desk)).settled_minor == 2500


async def test_l5_money_of_a_delivery_that_comes_back_is_paid_again(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.result()
    await comes_back(case, (await desk.ledger(case))[0].key)

    assert (await until_owed(case))["stage"] == "settlement"
    assert (await balanced(desk)).settled_minor == 0
    await case.act("retry_refund", by="l1", reason="another account")
    await case.until_stage("confirmation")
    assert (await repayment(case))["verdict"] == "met"
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    assert await states(case) == [(1, 1, "returned", 10_800), (2, 1, "settled", 10_800)]
    assert (await balanced(desk)).settled_minor == 10_800


async def test_l5_a_delivery_pays_never_more_than_was_granted_however_often_it_pays_again(
    desk: Desk,
) -> None:
    """One share stays, the other comes back, and so does what was paid in its place."""
    await put_order(desk)
    case = await open_delivery(desk, lines=[{"line": "1", "quantity": 2}])
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    for seq in (1, 2):
        last = (await desk.ledger(case))[-1]
        await comes_back(case, last.key, seq)
        await until_owed(case)
        await case.act("retry_refund", by="l1", reason="another account")
        await case.until_stage("confirmation")
    assert [row[3] for row in await states(case)] == [2000, 4666, 4666, 4666]
    assert (await balanced(desk)).settled_minor == 6666
