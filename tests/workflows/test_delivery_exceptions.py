"""Delivery exceptions on real servers: told before they ask, made up for, cleared late (sop L4, L5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.messages import FaultRule
from store.claims import Claims
from tests.workflows.case import refused
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_steps import HASH, open_delivery, ship_order, start_delivery, start_raw
from tests.workflows.desk import Desk, line
from tests.workflows.refunds import pass_refund_time, until_ledger

DEAR = [line("1", "TV-01", quantity=1, paid_minor=400_000)]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        ("late", "investigation"),
        ("stalled", "investigation"),
        ("wrong_delivery", "choice"),
        ("damage", "choice"),
        ("loss", "choice"),
        ("lost", "choice"),
        ("short_contents", "choice"),
        ("signed_not_received", "investigation"),
        ("refused", "decision"),
    ],
)
async def test_l4_each_exception_opens_a_case_as_its_rule_says(desk: Desk, kind: str, stage: str) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind=kind)
    assert (case.opened["kind"], case.opened["stage"]) == (kind, stage)
    row = await case.until_stage(stage)
    assert row["kind"] == "delivery"


async def test_l4_a_customers_report_is_checked_against_the_carriers_scans(desk: Desk) -> None:
    await ship_order(desk, "picked_up", "delivered", tracking_no="SWDONE")
    photo = [{"reference": "photos/1", "sha256": HASH}]
    mine: dict[str, Any] = {
        "tracking_no": "SWDONE",
        "reported_by": "customer",
        "evidence": photo,
        "words": "nothing came",
    }
    agreed = await open_delivery(
        desk, kind="signed_not_received", lines=[{"line": "1", "quantity": 1}], **mine
    )
    assert agreed.opened["stage"] == "investigation"
    doubted = await open_delivery(desk, kind="loss", lines=[{"line": "1", "quantity": 1}], **mine)
    assert doubted.opened["stage"] == "identification"
    await doubted.act("identify", by="a17", kind="signed_not_received")
    assert (await doubted.view())["stage"] == "investigation"
    [reported] = [event for event in await agreed.events() if event["type"] == "delivery.reported"]
    assert reported["data"]["last_status"] == "delivered"
    assert reported["data"]["evidence"] == photo


async def test_l4_a_carrier_that_is_down_delays_no_report(desk: Desk) -> None:
    await ship_order(desk, "delivered", tracking_no="SWDOWN")
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="track"))
    case = await open_delivery(desk, kind="damage", reported_by="customer", tracking_no="SWDOWN")
    assert case.opened["stage"] == "identification"


async def test_l5_the_customer_is_told_before_they_ask_and_the_clock_knows(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    assert await case.told(1) == ["delivery_exception"]
    await case.until_event("delivery.customer_told")
    assert (await case.clock("contact"))["verdict"] == "met"
    [notice] = await desk.sandbox.inbox(notice_id=f"{case.handle.id}:delivery_exception:1")
    assert "was damaged on its way" in notice.body
    assert "complaint" not in " ".join(await case.types())


async def test_l5_whom_no_notice_reaches_a_person_calls(desk: Desk) -> None:
    await desk.put_order()
    for channel, to in (
        ("push", f"push-{desk.merchant}"),
        ("sms", "+8613800000000"),
        ("email", f"c1@{desk.merchant}.example"),
    ):
        await desk.sandbox.set_dead(channel, to)  # type: ignore[arg-type]
    case = await open_delivery(desk)
    await case.told(1)
    await case.pass_time(hours=13)
    assert (await case.clock("contact"))["verdict"] == "breached"
    await case.act("contacted", by="a17", how="phone")
    assert ("contact", "breached") in await case.rungs()
    assert (await case.clock("contact"))["state"] == "stopped"
    await desk.sandbox.set_dead("sms", "+8613800000000", dead=False)


async def test_l5_a_redelivery_from_choice_to_confirmation(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    await case.until_event("delivery.customer_told")
    await case.act("choose", remedy="redeliver")
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "redelivered"
    [placed] = [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant]
    assert [(goods.line, goods.quantity) for goods in placed.lines] == [("1", 3)]
    assert await case.told(2) == ["delivery_exception", "delivery_resolved"]
    own = [name for name in await case.types() if not name.startswith("case.")]
    assert sorted(own[:4]) == [
        "delivery.customer_told",
        "delivery.identified",
        "delivery.offered",
        "delivery.reported",
    ]
    assert own[-7:] == [
        "delivery.chosen",
        "delivery.granted",
        "delivery.replacement_ordered",
        "delivery.settled",
        "delivery.feedback_given",
        "delivery.confirmed",
        "delivery.closed",
    ]


async def test_l5_a_refund_of_the_affected_lines_and_no_return_is_paid_for_them_too(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, lines=[{"line": "1", "quantity": 2}])
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 6666
    back = await desk.open(lines=[{"line": "1", "quantity": 2, "reason": "quality"}])
    assert back.opened["code"] == "quantity_exceeds_bought"
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    held = await Claims(desk.pool).held(desk.merchant, "SO-1")
    assert sum(part.count for part in held["1"]) == 2


async def test_l5_the_whole_order_comes_back_with_its_freight(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind="loss")
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10800
    await case.pass_time(days=8)
    assert (await case.result())["outcome"] == "refunded"


async def test_l5_out_of_stock_falls_back_to_the_customers_choice(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await open_delivery(desk)
    await case.act("choose", remedy="redeliver")
    await case.until_event("delivery.out_of_stock")
    assert (await case.progress())["options"] == ["redeliver", "refund"]
    await case.act("choose", remedy="redeliver")
    await case.until_view(lambda view: view["waiting_for"] == "stock")
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10800
    assert [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant] == []


async def test_l5_stock_that_comes_back_is_sent(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await open_delivery(desk)
    await case.act("choose", remedy="redeliver")
    await case.until_event("delivery.out_of_stock")
    await case.act("choose", remedy="redeliver")
    await case.until_pending("place_exchange")
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 3)
    await case.pass_time(days=2)
    await case.until_event("delivery.replacement_ordered")
    await case.until_stage("confirmation")


async def test_l5_silence_chooses_by_the_policy_and_confirms(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    await case.pass_time(days=3)
    await case.until_stage("confirmation")
    await case.pass_time(days=8)
    assert (await case.result())["outcome"] == "refunded"
    automatic = [event for event in await case.events() if event["data"].get("automatic")]
    assert {"delivery.chosen", "delivery.confirmed"} <= {event["type"] for event in automatic}


async def test_l5_the_carrier_is_asked_for_proof_first_and_a_person_weighs_it(desk: Desk) -> None:
    await ship_order(desk, "picked_up", "delivered", tracking_no="SWPOD")
    case = await open_delivery(desk, kind="signed_not_received", reported_by="customer", tracking_no="SWPOD")
    answer = {"reason": "signed by a neighbour", "evidence": [{"reference": "pod/77", "sha256": HASH}]}
    await case.act("carrier_answered", by="a17", at_fault=False, **answer)
    assert (await case.view())["stage"] == "decision"
    assert (await case.clock("carrier_answer"))["verdict"] == "met"
    await case.act("decide", agent="a17", reason="Your neighbour at 12 has it.")
    assert "delivery_declined" in await case.told(2)
    await case.act("object", reason="I have asked, nobody has it")
    await case.act("decide", agent="l1", remedy="refund", reason="a good customer")
    await case.until_stage("feedback")
    await case.act("feedback", by="a17", done="We refunded you.", cause="The courier gave it away.")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"


async def test_l5_the_carriers_silence_counts_as_fault(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind="signed_not_received")
    await case.pass_time(days=3)
    await case.until_event("delivery.carrier_silent")
    assert (await case.view())["stage"] == "choice"
    assert (await case.clock("carrier_answer"))["verdict"] == "breached"


async def test_l5_what_is_dear_waits_for_a_person(desk: Desk) -> None:
    await desk.put_order(lines=DEAR)
    case = await open_delivery(desk)
    answer = await case.act("choose", remedy="refund")
    assert answer["stage"] == "decision"
    await case.act("decide", agent="l1", remedy="refund", reason="seen the photos")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 400_800


async def test_l5_a_late_parcel_that_comes_is_told_and_its_delay_is_paid(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind="late")
    arrived = datetime.fromisoformat((await case.view())["opened_at"]) + timedelta(days=2)
    await case.pass_time(days=2)
    await case.act("scan_cleared", by="watch", status="delivered", scanned_at=arrived.isoformat())
    await case.until_stage("confirmation")
    # Promised two days before it was opened: four days late, two of them paid for.
    assert await desk.books_agree() == 2 * 200 + 800 * 40 // 100
    await case.act("confirm")
    assert (await case.result())["outcome"] == "compensated"
    told = [kind for kind in await case.told(3) if kind.startswith("delivery")]
    assert told == ["delivery_cleared", "delivery_exception", "delivery_resolved"]


async def test_l5_a_late_scan_clears_the_case_where_nothing_was_paid(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind="stalled")
    scanned = (await case.now() - timedelta(hours=1)).isoformat()
    await case.act("scan_cleared", by="watch", status="moving", scanned_at=scanned)
    assert (await case.result())["outcome"] == "cleared"
    assert await case.told(2) == ["delivery_cleared", "delivery_exception"]
    assert await Claims(desk.pool).held(desk.merchant, "SO-1") == {}


async def test_l5_what_was_paid_stays_paid_when_the_parcel_comes_after_all(desk: Desk) -> None:
    await ship_order(desk, "picked_up", tracking_no="SWLOST")
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_delivery(desk, kind="loss", tracking_no="SWLOST")
    await case.act("choose", remedy="refund")
    await until_ledger(case, "pending")
    claim = await case.claim()
    now = (await case.now()).isoformat()
    await case.act("scan_cleared", by="watch", status="delivered", scanned_at=now)
    await desk.sandbox.settle(desk.merchant, (await desk.ledger(case))[0].key)
    await pass_refund_time(case, hours=1)
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10800
    assert (await claim.result())["outcome"] == "withdrawn"


async def test_l5_a_redelivery_that_waits_for_stock_is_called_off(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await open_delivery(desk, kind="loss")
    await case.act("choose", remedy="redeliver")
    await case.until_event("delivery.out_of_stock")
    now = (await case.now()).isoformat()
    await case.act("scan_cleared", by="watch", status="delivered", scanned_at=now)
    assert (await case.result())["outcome"] == "cleared"
    assert [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant] == []


async def test_l5_a_refund_that_fails_is_paid_again(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_delivery(desk)
    await case.act("choose", remedy="refund")
    await until_ledger(case, "pending")
    await desk.sandbox.fail(desk.merchant, (await desk.ledger(case))[0].key)
    await desk.sandbox.set_gateway()
    await pass_refund_time(case, hours=1)
    await case.until_view(lambda view: view["waiting_for"] == "ops")
    await case.act("retry_refund", by="l1", reason="another account")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10800


async def test_l5_two_cases_never_pay_more_than_the_order_has(desk: Desk) -> None:
    await desk.put_order()
    first = await open_complaint(desk)
    await first.to_solution()
    await first.propose({"kind": "refund", "amount_minor": 8000})
    await first.until_stage("confirmation")
    second = await open_delivery(desk, kind="damage")
    await second.act("choose", remedy="refund")
    await second.until_view(lambda view: view["waiting_for"] == "ops")
    assert (await second.view())["refunds"][0]["reason"] == "over_cap"
    assert await desk.books_agree() == 8000


async def test_a_case_is_reopened_with_its_units_and_decided_anew(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    await case.act("cancel", by="customer", reason="it is fine")
    assert (await case.result())["outcome"] == "cancelled"
    start = {"merchant": desk.merchant, "number": case.number, "reopen": {"reason": "by_ops", "by": "ops"}}
    again = await start_raw(desk, "DeliveryException", "delivery", case.number, start)
    await again.act("open", **start)
    await again.act("decide", agent="l1", remedy="refund", reason="it is not fine")
    await again.until_stage("confirmation")
    assert await desk.books_agree() == 10800


@pytest.mark.parametrize(
    ("update", "message", "code"),
    [
        ("confirm", {}, "wrong_stage"),
        ("carrier_answered", {"by": "a17", "at_fault": True}, "wrong_stage"),
        ("choose", {"remedy": "compensate"}, "refused"),
        ("decide", {"agent": "a", "remedy": "compensate", "amount_minor": 99999, "reason": "x"}, "refused"),
        ("decide", {"agent": "a", "remedy": "refund", "amount_minor": 1, "reason": "x"}, "invalid_request"),
        (
            "scan_cleared",
            {"by": "watch", "status": "delivered", "scanned_at": "2999-01-01T00:00:00+08:00"},
            "invalid_request",
        ),
        ("feedback", {"by": "a17", "done": "x", "cause": "y"}, "wrong_stage"),
    ],
)
async def test_what_the_stage_does_not_allow_leaves_no_event(
    desk: Desk, update: str, message: dict[str, Any], code: str
) -> None:
    await desk.put_order()
    case = await open_delivery(desk)
    before = await case.updates()
    with refused(code):
        await case.act(update, **message)
    assert await case.updates() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tracking_no": "SW0000NONE", "reported_by": "customer"}, "parcel_not_found"),
        ({"carrier": "nobody", "reported_by": "customer"}, "provider_refused"),
        ({"kind": "attempt_failed"}, "refused"),
        ({"order_id": "SO-9"}, "order_not_found"),
        ({"customer_id": "c2"}, "order_not_found"),
        ({"raised_at": "2999-01-01T00:00:00+08:00"}, "invalid_request"),
        ({"lines": [{"line": "7", "quantity": 1}]}, "invalid_request"),
        ({"lines": [{"line": "1", "quantity": 4}]}, "quantity_exceeds"),
        ({"policy": "nothing"}, "unknown_policy"),
    ],
)
async def test_what_cannot_be_opened_claims_nothing(desk: Desk, changes: dict[str, Any], code: str) -> None:
    await desk.put_order()
    case = await start_delivery(desk, **changes)
    with refused(code):
        await case.fails()
    assert await Claims(desk.pool).held(desk.merchant, "SO-1") == {}
