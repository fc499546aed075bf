"""Claims against carriers on real servers, where things go wrong: once, withdrawn, too late (sop L6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.messages import FaultRule
from tests.workflows.case import refused
from tests.workflows.delivery_desk import carrier_says
from tests.workflows.delivery_steps import (
    DeliveryCase,
    filed_claim,
    income,
    open_delivery,
    ship_order,
    start_raw,
)
from tests.workflows.desk import Desk


async def refunded(desk: Desk, **changes: Any) -> DeliveryCase:
    """A loss that the customer was paid for."""
    await ship_order(desk, "picked_up", tracking_no=f"SW-{desk.merchant}")
    case = await open_delivery(desk, kind="loss", tracking_no=f"SW-{desk.merchant}", **changes)
    await case.act("choose", remedy="refund")
    return case


async def test_l6_the_claim_outlives_the_case_that_started_it(desk: Desk) -> None:
    case = await refunded(desk, reason="carrier_parcel_lost")
    claim = await case.claim()
    await filed_claim(claim)
    await case.until_stage("confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    await carrier_says(claim, "accepted", amount_minor=9000)
    await claim.pass_time(days=1)
    await claim.until_stage("payment")
    await carrier_says(claim, "paid", amount_minor=9000)
    await claim.pass_time(days=1)
    assert (await claim.result())["outcome"] == "paid"
    assert [amount for _, amount in await income(desk)] == [9000]
    linked = "SELECT relation FROM case_links WHERE case_id = $1 AND other_id = $2"
    assert await desk.pool.fetchval(linked, claim.handle.id, case.handle.id) == "caused_by"
    assert await desk.pool.fetchval(linked, case.handle.id, claim.handle.id) == "started"


async def test_l6_a_repeated_payment_notice_counts_once(desk: Desk) -> None:
    claim = await (await refunded(desk)).claim()
    await filed_claim(claim)
    paid = {"by": "swift", "state": "paid", "amount_minor": 9000}
    first = await claim.act("carrier_replied", "notice-1", **paid)
    assert first["stage"] in ("booking", "closed")
    assert (await claim.result())["outcome"] == "paid"
    assert [amount for _, amount in await income(desk)] == [9000]


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "error_after", "down"])
async def test_l6_a_claim_is_filed_once_whatever_fails(desk: Desk, kind: str) -> None:
    fault = FaultRule.model_validate({"kind": kind, "operation": "file_claim", "first": 1})
    await desk.sandbox.set_faults("carriers", fault)
    claim = await (await refunded(desk)).claim()
    assert (await filed_claim(claim)).revision == 1
    assert (await claim.types()).count("claim.filed") == 1


@pytest.mark.parametrize("said", [{"state": "accepted"}, {"state": "evidence_wanted"}])
async def test_l6_a_carrier_that_contradicts_itself_disturbs_nobody(desk: Desk, said: dict[str, str]) -> None:
    """`accepted` without an amount, and a question after it had accepted, are no news."""
    claim = await (await refunded(desk)).claim()
    await filed_claim(claim)
    if said["state"] == "evidence_wanted":
        await claim.act("carrier_replied", by="a17", state="accepted", amount_minor=9000)
    before = await claim.types()
    await carrier_says(claim, **said)
    await claim.pass_time(days=2)
    assert await claim.types() == before
    await carrier_says(claim, "paid", amount_minor=9000)
    await claim.pass_time(days=1)
    assert (await claim.result())["outcome"] == "paid"


async def test_l6_nobody_appeals_in_time(desk: Desk) -> None:
    claim = await (await refunded(desk)).claim()
    await filed_claim(claim)
    await carrier_says(claim, "denied", reason="badly packed")
    await claim.pass_time(days=1)
    await claim.until_stage("denied")
    await claim.pass_time(days=15)
    assert (await claim.result())["outcome"] == "denied"


async def test_l6_another_party_answers_for_it_and_the_claim_is_withdrawn(desk: Desk) -> None:
    case = await refunded(desk)
    claim = await case.claim()
    await filed_claim(claim)
    await case.act("correct_party", by="l1", party="retailer", reason="it was never handed over")
    assert (await claim.result())["outcome"] == "withdrawn"
    assert (await filed_claim(claim)).state == "withdrawn"
    await case.until_view(lambda view: not [link for link in view["links"] if link["open"]])


async def test_l6_what_the_carrier_pays_before_it_hears_of_the_withdrawal_is_booked(desk: Desk) -> None:
    """The carrier has paid, and could not be asked since."""
    case = await refunded(desk)
    claim = await case.claim()
    await filed_claim(claim)
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="find_claim"))
    await carrier_says(claim, "paid", amount_minor=9000)
    await case.act("correct_party", by="l1", party="retailer", reason="it was never handed over")
    assert (await claim.result())["outcome"] == "paid"
    assert "claim.withdrawn" in await claim.types()
    assert [amount for _, amount in await income(desk)] == [9000]


async def test_l6_a_withdrawn_claim_waits_for_the_amount_that_was_paid(desk: Desk) -> None:
    """Paid, says the carrier, and not how much: it is asked until it does, and nothing is lost."""
    case = await refunded(desk)
    claim = await case.claim()
    await filed_claim(claim)
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="find_claim"))
    await carrier_says(claim, "paid")
    await case.act("correct_party", by="l1", party="retailer", reason="it was never handed over")
    await claim.until_stage("withdrawal")
    await carrier_says(claim, "paid", amount_minor=9000)
    await claim.pass_time(days=1)
    assert (await claim.result())["outcome"] == "paid"
    assert [amount for _, amount in await income(desk)] == [9000]


async def test_l6_a_claim_that_the_carrier_does_not_take_is_over(desk: Desk) -> None:
    await desk.put_order()
    case = await open_delivery(desk, kind="loss", tracking_no="SW0000NONE")
    await case.act("choose", remedy="refund")
    claim = await case.claim()
    assert (await claim.result())["outcome"] == "refused"


def claim_start(desk: Desk, number: str, days_ago: int, **changes: Any) -> dict[str, Any]:
    """A claim of one's own, without a delivery exception."""
    shipped = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    given = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "exception": "damage",
        "carrier": "swift",
        "tracking_no": f"SW-{desk.merchant}",
        "shipped_at": shipped.isoformat(),
        "amount_minor": 500,
        "currency": "CNY",
        "policy": "awake",
    }
    return {"merchant": desk.merchant, "number": number, "claim": {**given, **changes}}


async def test_l6_the_filing_window_is_a_clock_that_runs_from_shipping(desk: Desk) -> None:
    await desk.put_order()
    parcel = {"carrier": "harbour", "tracking_no": f"HB-{desk.merchant}"}
    await desk.sandbox.register_parcel(**parcel)
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down"))
    shipped = datetime.now(UTC) - timedelta(minutes=110)
    start = claim_start(desk, "C-1", 0, shipped_at=shipped.isoformat(), **parcel)
    claim = await start_raw(desk, "CarrierClaim", "claim", "C-1", start)
    await claim.until_event("claim.window_opened")
    assert ("filing_window", "90%") in await claim.rungs()
    await claim.pass_time(minutes=11)
    assert (await claim.clock("filing_window"))["verdict"] == "breached"
    await desk.sandbox.set_faults("carriers")
    await claim.pass_time(minutes=2)
    await claim.until_event("claim.filed")


async def test_l6_a_claim_after_the_carriers_time_is_closed_at_once(desk: Desk) -> None:
    await desk.put_order()
    claim = await start_raw(desk, "CarrierClaim", "claim", "C-2", claim_start(desk, "C-2", 40))
    assert (await claim.result())["outcome"] == "expired"
    assert "claim.filed" not in await claim.types()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"currency": "GBP"}, "currency_mismatch"), ({"amount_minor": 999_999}, "refused")],
)
async def test_what_cannot_be_claimed(desk: Desk, changes: dict[str, Any], code: str) -> None:
    await desk.put_order()
    claim = await start_raw(desk, "CarrierClaim", "claim", "C-3", claim_start(desk, "C-3", 3, **changes))
    with refused(code):
        await claim.fails()


async def test_a_message_in_the_wrong_stage_is_refused(desk: Desk) -> None:
    claim = await (await refunded(desk)).claim()
    await filed_claim(claim)
    with refused("wrong_stage"):
        await claim.act("appeal", by="a17", reason="why not")
