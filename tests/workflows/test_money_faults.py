"""Whatever the gateway does, a customer is paid once, and ledger and journal say the same."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.refunds import refund_key
from tests.workflows.case import Case, refused
from tests.workflows.desk import SANDBOX_AHEAD, Desk
from tests.workflows.refunds import ledger_row, pass_refund_time, resolve, sent_in, until_ledger


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before", "error_after", "down"])
async def test_a_reply_that_does_not_come_is_asked_about_and_never_paid_twice(desk: Desk, fault: str) -> None:
    await desk.gateway(fault, first=2)
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await pass_refund_time(case, minutes=5)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert len(await desk.movements()) == 1
    assert (await case.told(3)).count("refund_settled") == 1


async def test_a_gateway_that_is_slow_is_waited_for(desk: Desk) -> None:
    await desk.gateway("slow", delay_seconds=0.5)
    case = await sent_in(desk)
    await case.until_stage("confirmation")
    assert len(await desk.movements()) == 1


async def test_a_refund_that_settles_later_is_asked_about_until_it_does(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await sent_in(desk)
    await until_ledger(case, "pending")
    await pass_refund_time(case, hours=3)
    assert (await case.view())["stage"] == "settlement"
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=2)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_looks_at_a_pending_refund_leave_no_history(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await sent_in(desk)
    await until_ledger(case, "pending")
    before = len((await case.refund().fetch_history()).events)
    await pass_refund_time(case, hours=5)
    looks = (await case.refund().describe()).raw_description.pending_activities[0].attempt
    assert 5 < looks < 20
    skips = 2 * looks
    assert len((await case.refund().fetch_history()).events) <= before + skips
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=2)
    await case.until_stage("confirmation")


async def test_a_refund_that_failed_waits_for_a_person_and_is_paid_under_a_new_number(desk: Desk) -> None:
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await sent_in(desk)
    await until_ledger(case, "pending")
    with refused("wrong_stage", "no refund of this case has failed"):
        await case.act("retry_refund", by="lead", reason="too soon")
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    await desk.sandbox.set_gateway()
    await pass_refund_time(case, hours=1)
    held = await case.until_view(lambda view: view["waiting_for"] == "ops")
    assert (held["refunds"][0]["state"], held["refunds"][0]["reason"]) == ("failed", "account_closed")
    assert (await ledger_row(case)).state == "failed"

    await case.act("retry_refund", by="lead", reason="the customer gave another account")
    await case.until_stage("confirmation")
    assert [row.state for row in await desk.ledger(case)] == ["failed", "settled"]
    assert await desk.books_agree() == 3333


async def test_a_refund_that_the_gateway_forgot_is_held_and_a_person_says_it_was_paid(desk: Desk) -> None:
    case = await forgotten(desk)
    await resolve(case, by="finance", paid=True, provider_ref="re_by_hand", reason="seen in the statement")
    await case.until_stage("confirmation")
    row = await ledger_row(case)
    assert (row.state, row.provider_ref) == ("settled", "re_by_hand")


async def test_a_refund_that_was_never_paid_is_paid_after_a_person_said_so(desk: Desk) -> None:
    case = await forgotten(desk)
    await resolve(case, by="finance", paid=False, reason="not in the statement")
    await case.until_view(lambda view: view["refunds"][0]["state"] == "failed")
    await desk.gateway()
    await case.act("retry_refund", by="lead", reason="finance says that it was never paid")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def forgotten(desk: Desk) -> Case:
    """A refund that was sent into an outage longer than the gateway remembers keys."""
    await desk.gateway("lost_before", operation="refund")
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await pass_refund_time(case, hours=26)
    await case.until_view(lambda view: view["refunds"][0]["state"] == "held")
    assert (await case.view())["waiting_for"] == "ops"
    assert "refund_failed_hold" in await case.told(3)
    assert await desk.movements() == []
    return case


async def test_nothing_is_sent_again_when_the_key_may_be_forgotten(desk: Desk) -> None:
    case = await forgotten(desk)
    row = await ledger_row(case)
    sent_for = row.state_since - (row.first_sent_at or row.state_since)
    assert sent_for < timedelta(hours=23)
    attempts = row.attempts
    await pass_refund_time(case, hours=5)
    assert (await ledger_row(case)).attempts == attempts


async def test_a_key_that_was_used_for_something_else_is_never_believed(desk: Desk) -> None:
    key = refund_key(desk.merchant, "R-1", 1)
    other = {"key": key, "order_id": "SO-1", "amount_minor": 5, "currency": "CNY"}
    await desk.put_order()
    path = f"/payments/merchants/{desk.merchant}/refunds"
    (await desk.sandbox.request("POST", path, other)).raise_for_status()
    case = await desk.open()
    await case.send_in()
    await case.until_view(lambda view: view.get("refunds") and view["refunds"][0]["state"] == "held")
    assert (await ledger_row(case)).state == "unknown"
    assert (await ledger_row(case)).last_error == "idempotency_conflict"


async def test_a_gateway_that_is_down_for_hours_is_shown_with_since_when(desk: Desk) -> None:
    began = datetime.now(UTC)
    await desk.gateway("down", operation=None)
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await pass_refund_time(case, hours=6)
    view = await case.view()
    assert (view["stage"], view["waiting_for"]) == ("settlement", "payment")
    assert datetime.fromisoformat(view["refunds"][0]["since"]) >= began
    row = await ledger_row(case)
    assert row.last_error is not None
    assert row.state_since < began + timedelta(minutes=1)
    await desk.gateway()
    await pass_refund_time(case, hours=2)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_what_exceeds_the_capture_is_refused_before_the_gateway_hears_of_it(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await desk.pool.execute(
        "UPDATE order_budgets SET captured_minor = 3000 WHERE merchant = $1", desk.merchant
    )
    await case.send_in()
    view = await case.until_view(lambda view: view.get("refunds") and view["refunds"][0]["state"] == "failed")
    assert view["refunds"][0]["reason"] == "over_cap"
    assert [each for each in await desk.sandbox.refunds() if each.merchant == desk.merchant] == []

    await desk.pool.execute(
        "UPDATE order_budgets SET captured_minor = 10800 WHERE merchant = $1", desk.merchant
    )
    await case.act("retry_refund", by="lead", reason="the capture was corrected")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_gateway_that_forgot_the_key_at_once_still_pays_once(desk: Desk) -> None:
    await desk.gateway("lost_after", first=1)
    case = await sent_in(desk)
    await until_ledger(case, "unknown")
    await desk.sandbox.prune_key(desk.merchant, desk.key(case))
    await desk.sandbox.set_now(datetime.now(UTC) + SANDBOX_AHEAD)
    await pass_refund_time(case, minutes=5)
    await case.until_stage("confirmation")
    assert len(await desk.movements()) == 1
