"""Following a parcel: sparse where nothing happens, dense near the end, patient with a dead carrier."""

from datetime import datetime, timedelta

from sandbox.messages import FaultRule
from tests.workflows.case import Case
from tests.workflows.desk import Desk


async def shipped(desk: Desk) -> Case:
    """A return with the standard policy's look-ups, whose parcel has just been handed over."""
    await desk.put_order()
    case = await desk.open(policy="attentive")
    await desk.sandbox.register_parcel("swift", number(case))
    await case.ship(number(case))
    await case.until_pending("follow_parcel")
    return case


def number(case: Case) -> str:
    """Its tracking number."""
    return f"SW-{case.desk.merchant}-{case.number}"


async def looks(case: Case) -> int:
    """How often the carrier was asked."""
    pending = (await case.handle.describe()).raw_description.pending_activities
    return next(each.attempt for each in pending if each.activity_type.name == "follow_parcel")


async def facts(case: Case) -> list[str]:
    """The history without what only says that time was skipped, or that a notice went out."""
    skipped = ("TIME_SKIPPING", "OPTIONS_UPDATED")
    return [name for name in await case.history() if not any(word in name for word in skipped)]


async def test_ten_looks_that_change_nothing_leave_no_event(desk: Desk) -> None:
    case = await shipped(desk)
    await case.told(1)
    await case.pass_time(minutes=1)
    before, first = await facts(case), await looks(case)
    for hours in range(10):
        at = await case.now() - timedelta(minutes=10 - hours)
        await desk.scan("swift", number(case), ("in_transit", at))
        await case.pass_time(hours=4)
    assert await looks(case) >= first + 8
    assert await facts(case) == before


async def test_near_delivery_the_carrier_is_asked_more_often(desk: Desk) -> None:
    case = await shipped(desk)
    await case.pass_time(hours=24)
    sparse = await looks(case)
    await desk.scan("swift", number(case), ("out_for_delivery", await case.now()))
    await case.pass_time(hours=6)
    before = await looks(case)
    await case.pass_time(hours=6)
    assert sparse <= 6
    assert await looks(case) - before >= 10


async def test_a_dead_carrier_is_asked_less_and_less(desk: Desk) -> None:
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="track"))
    case = await shipped(desk)
    await case.pass_time(hours=24)
    asked = await looks(case)
    assert 10 <= asked <= 24
    await desk.sandbox.set_faults("carriers")
    await desk.scan("swift", number(case), ("delivered", await case.now()))
    await case.pass_time(hours=3)
    await case.until_event("return.delivered")


async def test_what_the_carrier_delivered_is_dated_by_its_scan(desk: Desk) -> None:
    case = await shipped(desk)
    await case.pass_time(days=2)
    scanned_at = (await case.now()).replace(microsecond=0) - timedelta(hours=5)
    await desk.scan(
        "swift", number(case), ("delivered", scanned_at), ("in_transit", scanned_at - timedelta(hours=9))
    )
    await case.pass_time(hours=7)
    await case.until_event("return.delivered")
    delivered = (await case.events())[-1]
    assert delivered["at"] == scanned_at
    assert (await case.view())["waiting_for"] == "warehouse"
    await case.pass_time(days=9)
    assert "return.parcel_missing" not in await case.types()


async def test_a_parcel_that_the_carrier_brings_back_to_the_customer_may_be_sent_again(desk: Desk) -> None:
    case = await shipped(desk)
    await desk.scan("swift", number(case), ("returning", await case.now()))
    await case.pass_time(hours=7)
    await case.until_event("return.parcel_refused")
    assert (await case.progress())["next"] == "ship"


async def test_a_parcel_that_the_carrier_lost_is_told_once_and_still_followed(desk: Desk) -> None:
    case = await shipped(desk)
    path = f"/carriers/swift/parcels/{number(case)}/scans"
    lost = {"status": "exception", "reason": "carrier_parcel_lost", "at": (await case.now()).isoformat()}
    (await desk.sandbox.request("POST", path, lost)).raise_for_status()
    await case.pass_time(hours=7)
    await case.until_event("return.parcel_missing")
    await case.pass_time(days=2)
    assert (await case.types()).count("return.parcel_missing") == 1
    assert len(await case.history()) < 120
    await desk.scan("swift", number(case), ("delivered", await case.now()))
    await case.pass_time(hours=7)
    await case.until_event("return.delivered")


async def test_the_dock_is_told_which_parcel_is_whose(desk: Desk) -> None:
    case = await shipped(desk)
    told = [each for each in await desk.sandbox.announcements() if each.case_id == case.handle.id]
    assert [each.tracking_no for each in told] == [number(case)]
    assert datetime.fromisoformat(case.opened["ship_back_by"]) > await case.now()
