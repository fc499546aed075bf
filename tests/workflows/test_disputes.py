"""A dispute while money is on its way: nothing is sent, a person sees it, and one that is won is paid."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.disputes import Dispute, DisputeState
from starters.refund_hints import RefundHints
from store.books import check_books
from store.disputes import Disputes
from store.refund_orders import RefundOrders
from tests.workflows.case import LOOK_SECONDS, Case, patience
from tests.workflows.desk import Desk
from tests.workflows.refunds import decide, ledger_row, resolve, until_ledger
from tests.workflows.staff_desk import roster, staffed
from tests.workflows.test_pages import until_page
from tests.workflows.test_split_payments import balanced, parts, put_order


async def dispute(desk: Desk, state: DisputeState = "open", payment_id: str = "SO-1") -> None:
    """The gateway has a dispute of a payment of the order, and tells us; what it holds up is hinted."""
    await desk.sandbox.dispute(desk.merchant, payment_id, state)
    told = Dispute(
        merchant=desk.merchant,
        provider="sandbox",
        dispute_id="dp_1",
        payment_id=payment_id,
        amount_minor=3333,
        currency="CNY",
        state=state,
        at=datetime.now(UTC),
    )
    for refund_id in await Disputes(desk.pool).note(told):
        order = await RefundOrders(desk.pool).order(refund_id)
        await RefundHints(desk.client, "casework").look(order)


async def taken_on(desk: Desk) -> list[str]:
    """The refunds that the gateway took on for this merchant."""
    return [refund.key for refund in await desk.sandbox.refunds() if refund.merchant == desk.merchant]


async def until_held(case: Case) -> None:
    """Wait until the case knows that its refund is held for the dispute."""
    view: dict[str, Any] = await case.until_view(lambda view: view["refunds"][0]["state"] == "held")
    assert view["refunds"][0]["reason"] == "payment_disputed"


async def lost(desk: Desk, case: Case, payment_id: str = "SO-1") -> None:
    """The dispute is lost, and a person says that nothing was paid, once the refund has looked again."""
    await dispute(desk, "lost", payment_id=payment_id)
    async with patience("the refund is not held again"):
        while True:
            try:
                return await resolve(case, by="finance", paid=False, reason="The bank has paid the customer.")
            except WorkflowUpdateFailedError as refusal:
                if getattr(refusal.cause, "type", None) != "wrong_stage":
                    raise
                await asyncio.sleep(LOOK_SECONDS)


async def disputed_in_between(desk: Desk, payment_id: str = "SO-1") -> Case:
    """A return of which a payment is disputed after its refund was reserved and before it is sent."""
    async with staffed(desk, roster()):
        case = await desk.open(policy="wary")
        await case.send_in()
        await case.until_view(lambda view: view["waiting_for"] == "approver")
        await case.until_event("case.approval_asked")
        await dispute(desk, payment_id=payment_id)
        await decide(case)
        await until_held(case)
    refund = Case(desk, case.refund(), case.number)  # which tells its case before it waits for a person
    await until_page(refund, "**Refund 1: held**", "nothing is sent of `rf-")
    return case


async def test_a_dispute_between_reserving_and_sending_holds_it_for_a_person(desk: Desk) -> None:
    await desk.put_order()
    case = await disputed_in_between(desk)
    row = await ledger_row(case)
    assert (row.state, row.attempts, row.first_sent_at) == ("intent", 0, None)
    assert row.last_error == "payment_disputed"
    assert await taken_on(desk) == []
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await resolve(case, by="finance", paid=True, provider_ref="re_1", reason="a mistake")
    assert getattr(refusal.value.cause, "type", None) == "payment_disputed"

    await dispute(desk, "won")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert await taken_on(desk) == [desk.key(case)]


async def test_a_lost_dispute_frees_the_money_by_a_persons_word(desk: Desk) -> None:
    await desk.put_order()
    case = await disputed_in_between(desk)
    await lost(desk, case)
    await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")
    assert (await ledger_row(case)).state == "failed"
    assert await taken_on(desk) == []
    assert (await check_books(desk.pool, desk.merchant)).differences == []


@pytest.mark.parametrize("state", ["open", "lost"])
async def test_nothing_is_reserved_of_a_disputed_payment_until_it_is_won(
    desk: Desk, state: DisputeState
) -> None:
    await desk.put_order()
    case = await desk.open()
    await dispute(desk, state)
    await case.send_in()
    view = await case.until_view(lambda view: view["waiting_for"] == "ops")
    assert (view["refunds"][0]["state"], view["refunds"][0]["reason"]) == ("failed", "payment_disputed")
    assert await desk.ledger(case) == []

    await dispute(desk, "won")
    await case.act("retry_refund", by="lead", reason="The dispute was won.")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert await taken_on(desk) == [desk.key(case, 2)]


async def test_a_refund_without_an_answer_is_not_sent_again_into_a_dispute(desk: Desk) -> None:
    await desk.put_order()
    await desk.gateway("lost_before")
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "unknown")
    await desk.gateway()
    await dispute(desk)
    await until_held(case)
    assert await taken_on(desk) == []
    await dispute(desk, "won")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_refund_that_was_paid_before_the_dispute_is_found(desk: Desk) -> None:
    await desk.put_order()
    await desk.gateway("lost_after", first=1)
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "unknown")
    await dispute(desk)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_gateways_own_no_to_a_disputed_payment_has_the_same_name(desk: Desk) -> None:
    """Its dispute may be known to the gateway before we are told of it."""
    await desk.put_order()
    case = await desk.open()
    await desk.sandbox.dispute(desk.merchant, "SO-1")
    await case.send_in()
    view = await case.until_view(lambda view: view["waiting_for"] == "ops")
    assert (view["refunds"][0]["state"], view["refunds"][0]["reason"]) == ("failed", "payment_disputed")
    assert await taken_on(desk) == []


async def test_of_a_refund_over_two_payments_only_the_share_of_the_disputed_one_waits(desk: Desk) -> None:
    await put_order(desk)
    second = f"second-{desk.merchant}"
    case = await disputed_in_between(desk, second)
    paid, waits = await desk.ledger(case)
    assert (paid.state, waits.state, waits.last_error) == ("settled", "intent", "payment_disputed")
    assert await parts(desk) == [("first", 2000)]
    assert await taken_on(desk) == [paid.key]

    await dispute(desk, "won", payment_id=second)
    await case.until_stage("confirmation")
    assert await parts(desk) == [("first", 2000), ("second", 1333)]
    assert (await balanced(desk)).settled_minor == 3333


async def test_a_share_whose_dispute_is_lost_is_not_paid_and_the_other_stays_paid(desk: Desk) -> None:
    await put_order(desk)
    first = f"first-{desk.merchant}"
    case = await disputed_in_between(desk, first)
    await lost(desk, case, first)
    view = await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")
    assert view["refunds"][0]["paid_minor"] == 1333
    assert await parts(desk) == [("second", 1333)]
    assert (await balanced(desk)).settled_minor == 1333


async def test_nothing_is_reserved_of_an_order_whose_second_share_is_disputed(desk: Desk) -> None:
    await put_order(desk)
    case = await desk.open()
    await dispute(desk, payment_id=f"second-{desk.merchant}")
    await case.send_in()
    view = await case.until_view(lambda view: view["waiting_for"] == "ops")
    assert (view["refunds"][0]["state"], view["refunds"][0]["reason"]) == ("failed", "payment_disputed")
    assert await desk.ledger(case) == []
    assert await taken_on(desk) == []
