"""Parcels of every shape, played for the record: what future code must be able to replay."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tests.workflows.case import Case
from tests.workflows.delivery_desk import EVIDENCE, carrier_says
from tests.workflows.delivery_steps import DeliveryCase, lost_and_claimed, open_delivery
from tests.workflows.desk import Desk
from tests.workflows.shipment_desk import open_shipment, scan
from tests.workflows.weather_desk import announce, move, until_told, window_of

Shape = Callable[[Desk], Awaitable[list[Case]]]
"""Plays, and gives every workflow that it left ended."""


async def refunded_and_claimed(desk: Desk) -> list[Case]:
    """Lost, refunded, confirmed; the carrier asks for evidence, accepts and pays."""
    case, claim = await lost_and_claimed(desk)
    await case.until_stage("confirmation")
    await case.act("confirm")
    await carrier_says(claim, "evidence_wanted", reason="a photo")
    await claim.pass_time(days=1)
    await claim.until_stage("evidence")
    await claim.act("give_evidence", by="a17", evidence=EVIDENCE)
    await claim.until_event("claim.filed", 2)
    await carrier_says(claim, "accepted", amount_minor=9000)
    await claim.pass_time(days=1)
    await claim.until_stage("payment")
    await carrier_says(claim, "paid", amount_minor=9000)
    await claim.pass_time(days=1)
    return [case, claim]


async def cleared_after_the_refund(desk: Desk) -> list[Case]:
    """Refunded, and then the parcel came: the claim is withdrawn, silence confirms."""
    case, claim = await lost_and_claimed(desk)
    await case.until_stage("confirmation")
    at = (await case.now()).isoformat()
    await case.act("scan_cleared", by="watch", status="delivered", scanned_at=at)
    await claim.result()
    await case.pass_time(days=9)
    return [case, claim]


async def redelivered_after_waiting(desk: Desk) -> list[Case]:
    """Out of stock, waited for, sent once more; told in writing after the carrier was silent."""
    await desk.put_order()
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 0)
    case = await open_delivery(desk, kind="signed_not_received")
    await case.pass_time(days=3)
    await case.until_stage("choice")
    await case.act("choose", remedy="redeliver")
    await case.until_event("delivery.out_of_stock")
    await case.act("choose", remedy="redeliver")
    await case.until_pending("place_exchange")
    await desk.sandbox.set_stock(desk.merchant, "CUP-01", 3)
    await case.pass_time(days=2)
    await case.until_stage("feedback")
    await case.act("feedback", by="a17", done="We sent it again.", cause="The courier left it outside.")
    await case.act("confirm")
    return [case, await _refused_claim(case)]


async def _refused_claim(case: DeliveryCase) -> Case:
    """The carrier knows no such parcel, so the claim is over by itself."""
    claim = await case.claim()
    await claim.result()
    return claim


async def objected_and_declined(desk: Desk) -> list[Case]:
    """A person decides, the customer objects, a person declines, silence confirms."""
    await desk.put_order()
    case = await open_delivery(desk, kind="refused")
    await case.act("decide", agent="a17", remedy="compensate", amount_minor=500, reason="a kindness")
    await case.until_stage("confirmation")
    await case.act("object", reason="that is little")
    await case.act("decide", agent="l1", reason="The courier came three times.")
    await case.pass_time(days=9)
    return [case]


async def through_a_storm(desk: Desk) -> list[Case]:
    """A watched parcel is spared, the window is extended and ends early, the parcel is delivered."""
    shipment = await open_shipment(desk)
    await scan(shipment, "picked_up")
    await announce(desk, until=datetime.now(UTC) + timedelta(days=3))
    await until_told(desk, 1)
    window = window_of(desk)
    await window.pass_time(hours=4)
    await move(desk, await window.now(), "end-1")
    await window.result()
    await shipment.pass_time(hours=5)  # each has a time of its own, and the window's ran ahead
    await shipment.until_event("shipment.relief_ended")
    await scan(shipment, "delivered")
    await shipment.pass_time(days=1)
    return [shipment, window]


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        refunded_and_claimed,
        cleared_after_the_refund,
        redelivered_after_waiting,
        objected_and_declined,
        through_a_storm,
    )
}
