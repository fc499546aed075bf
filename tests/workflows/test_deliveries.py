"""Delivery exceptions on real servers (sop L4-L6): told first, made up for, cleared, claimed for."""

from datetime import UTC, datetime, timedelta

from store.carrier_income import CarrierIncome
from tests.workflows.case import refused
from tests.workflows.delivery_desk import EVIDENCE, beside, carrier_says, report, started
from tests.workflows.desk import Desk, wanted
from tests.workflows.shipment_desk import open_shipment, scan

NOW = datetime.now(UTC)


async def test_l4_a_stalled_parcel_becomes_a_case_and_l5_the_customer_is_told_first(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    await scan(shipment, "picked_up")
    await shipment.pass_time(days=2)
    await shipment.until_event("shipment.case_opened")
    [linked] = (await shipment.view())["links"]
    case = beside(shipment, linked["case_id"])
    assert "delivery_exception" in await case.told(1)
    await case.until_event("delivery.customer_told")
    view = await case.view()
    assert (view["kind"], view["reported_by"], view["stage"]) == ("stalled", "watch", "investigation")
    assert {link["relation"] for link in view["links"]} == {"caused_by"}
    assert [link["relation"] for link in (await shipment.view())["links"]] == ["started"]


async def test_l5_a_late_scan_clears_it_and_says_so(desk: Desk) -> None:
    case = await report(desk, "late", reported_by="watch", raised_at=NOW.isoformat())
    with refused("invalid_request", "future"):
        await case.act("scan_cleared", by="watch", status="delivered", scanned_at="2999-01-01T00:00:00Z")
    at = (await case.now()).isoformat()
    await case.act("scan_cleared", by="watch", status="delivered", scanned_at=at)
    assert (await case.result())["outcome"] == "cleared"
    assert "delivery_cleared" in await case.told(2)


async def test_l5_what_is_broken_is_sent_once_more_or_paid_as_the_customer_likes(desk: Desk) -> None:
    case = await report(desk, "damage", evidence=EVIDENCE)
    assert (await case.progress())["options"] == ["redeliver", "refund"]
    await case.act("choose", remedy="redeliver")
    await case.until_stage("confirmation")
    [order] = [each for each in await desk.sandbox.exchanges() if each.merchant == desk.merchant]
    assert [(goods.line, goods.quantity) for goods in order.lines] == [("1", 3)]
    assert "delivery_resolved" in await case.told(2)
    await case.act("confirm")
    assert (await case.result())["outcome"] == "redelivered"


async def test_l5_a_refund_is_bounded_by_the_order_across_kinds(desk: Desk) -> None:
    case = await report(desk, "damage", lines=[{"line": "1", "quantity": 2}])
    another = await desk.open(lines=[wanted(quantity=2)])
    assert another.opened["code"] == "quantity_exceeds_bought"
    await case.act("choose", remedy="refund")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 6666
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"


async def test_l4_signed_but_not_received_is_looked_into_first(desk: Desk) -> None:
    order = await desk.put_order()
    tracking_no = f"SW-{desk.merchant}"
    await desk.scan("swift", tracking_no, ("delivered", order.placed_at + timedelta(days=1)))
    case = await report(desk, "signed_not_received", reported_by="customer")
    assert case.opened["stage"] == "investigation"
    await case.act("carrier_answered", by="c7", at_fault=True, reason="no proof of delivery")
    await case.act("choose", remedy="refund")
    await case.until_stage("feedback")
    await case.act("feedback", by="a17", done="We refunded you.", cause="The courier left it outside.")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"


async def test_l5_who_does_not_answer_gets_what_the_policy_says_and_silence_confirms(desk: Desk) -> None:
    case = await report(desk, "loss", reason="carrier_parcel_lost", reported_by="watch")
    await case.pass_time(days=4)
    await case.until_stage("confirmation")
    await case.pass_time(days=9)
    assert (await case.result())["outcome"] == "refunded"
    assert await desk.books_agree() == 10800


async def test_l6_the_carrier_answers_for_it_is_proved_and_pays_once(desk: Desk) -> None:
    await desk.sandbox.register_parcel("swift", f"SW-{desk.merchant}")
    case = await report(desk, "loss", reason="carrier_parcel_lost")
    await case.act("choose", remedy="refund")
    await case.until_event("case.link_reported")
    claim = beside(case, f"claim:{desk.merchant}:D-1-C1")
    await claim.until_event("claim.filed")
    await carrier_says(claim, "evidence_wanted", reason="a photo of the label")
    await claim.pass_time(days=1)
    await claim.until_event("claim.evidence_wanted")
    await claim.act("give_evidence", by="a17", evidence=EVIDENCE)
    await claim.until_event("claim.filed", 2)
    await carrier_says(claim, "paid", amount_minor=10800)
    await claim.pass_time(days=1)
    assert (await claim.result())["outcome"] == "paid"
    [income] = await CarrierIncome(desk.pool).of_order(desk.merchant, "SO-1")
    assert (income.amount_minor, income.carrier) == (10800, "swift")
    await CarrierIncome(desk.pool).book(income, income.received_at)
    assert len(await CarrierIncome(desk.pool).of_order(desk.merchant, "SO-1")) == 1
    row = await desk.until("SELECT facets FROM cases WHERE case_id = $1", case.handle.id)
    assert '"party": "carrier"' in row["facets"]
    assert '"lane": "CN-44>CN-33"' in row["facets"]


async def test_l6_a_denial_is_appealed_once(desk: Desk) -> None:
    await desk.sandbox.register_parcel("swift", f"SW-{desk.merchant}")
    case = await report(desk, "loss", reason="carrier_parcel_lost")
    await case.act("choose", remedy="refund")
    await case.until_event("case.link_reported")
    claim = beside(case, f"claim:{desk.merchant}:D-1-C1")
    await claim.until_event("claim.filed")
    await carrier_says(claim, "denied", reason="badly packed")
    await claim.pass_time(days=1)
    await claim.until_event("claim.denied")
    await claim.act("appeal", by="a17", reason="it was packed as agreed", evidence=EVIDENCE)
    await claim.until_event("claim.filed", 2)
    await carrier_says(claim, "denied", reason="still badly packed")
    await claim.pass_time(days=1)
    assert (await claim.result())["outcome"] == "denied"


async def test_l5_what_a_person_must_decide_and_what_is_refused(desk: Desk) -> None:
    case = await report(desk, "refused")
    assert (await case.view())["stage"] in ("decision", "settlement", "choice")
    with refused("wrong_stage"):
        await case.act("feedback", by="a17", done="x", cause="y")
    with refused("wrong_stage"):
        await case.act("confirm")
    await case.act("cancel", reason="it came after all")
    assert (await case.result())["outcome"] == "cancelled"


async def test_l4_bad_reports_are_refused(desk: Desk) -> None:
    order = await desk.put_order()
    bad = {
        "order_id": order.order_id,
        "customer_id": "c1",
        "kind": "attempt_failed",
        "carrier": "swift",
        "tracking_no": "SW-1",
        "policy": "awake",
    }
    case = await started(desk, "D-7", bad)
    with refused("refused", "opens no case for attempt_failed"):
        await case.fails()
