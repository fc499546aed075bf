"""The way back against time: reminders, expiry, a parcel that never comes, one that comes too late."""

from datetime import UTC, datetime, timedelta

from sandbox.messages import FaultRule, Scan
from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk, wanted


async def expired(desk: Desk) -> Case:
    """A return that nobody sent in."""
    await desk.put_order()
    case = await desk.open(lines=[wanted(quantity=3)])
    await case.pass_time(days=9)
    assert (await case.result())["outcome"] == "expired"
    return case


async def test_the_customer_is_reminded_twice_and_then_the_return_expires(desk: Desk) -> None:
    case = await expired(desk)
    assert await case.types() == [
        "return.applied",
        "return.approved",
        "return.reminded",
        "return.reminded",
        "return.expired",
        "return.closed",
    ]
    by = {event["type"]: event["at"] for event in await case.events()}
    until = case.opened["ship_back_by"]
    assert by["return.expired"].isoformat(timespec="seconds")[:19] == utc(until)
    assert await case.told(4) == [
        "return_expired",
        "review_approved",
        "ship_back_reminder",
        "ship_back_reminder",
    ]


async def test_goods_that_are_on_their_way_are_not_reminded_of(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.pass_time(days=6, hours=20)
    assert await case.types() == ["return.applied", "return.approved", "return.shipped"]


async def test_an_expired_return_frees_its_units_for_another_one(desk: Desk) -> None:
    await expired(desk)
    another = await desk.open("R-2", lines=[wanted(quantity=3)])
    assert another.opened["decision"] == "accept"


async def test_a_late_parcel_is_taken_in_for_as_long_as_the_policy_says(desk: Desk) -> None:
    case = await expired(desk)
    answer = await desk.reopen(case, "late_parcel")
    assert answer["stage"] == "ship_back"
    await case.receive()
    await case.inspect({"line": "1", "passed": 3})
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 10000


async def test_a_parcel_that_comes_later_than_that_is_refused_and_claims_nothing(desk: Desk) -> None:
    case = await expired(desk)
    with refused("wrong_stage", "too late"):
        await desk.reopen(case, "late_parcel", after=timedelta(days=60))
    assert (await desk.open("R-2", lines=[wanted(quantity=3)])).opened["decision"] == "accept"


async def test_a_late_parcel_finds_its_units_taken(desk: Desk) -> None:
    case = await expired(desk)
    await desk.open("R-2", lines=[wanted(quantity=1)])
    with refused("quantity_exceeds", "other returns hold its units"):
        await desk.reopen(case, "late_parcel")
    assert (await desk.open("R-3", lines=[wanted(quantity=2)])).opened["decision"] == "accept"


async def test_a_parcel_of_their_own_that_never_comes_waits_for_a_person(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.pass_time(days=8)
    await case.until_event("return.parcel_missing")
    assert (await case.view())["waiting_for"] == "agent"
    await case.pass_time(days=3)
    assert (await case.view())["stage"] == "ship_back"

    await case.act("resolve_parcel", by="a17", event="lost", refund=False, reason="no proof of posting")
    assert (await case.result())["outcome"] == "parcel_lost"
    assert await desk.movements() == []


async def test_a_person_may_pay_for_a_lost_parcel(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.act("resolve_parcel", by="a17", event="lost", refund=True, reason="a long-standing customer")
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_parcel_with_our_label_that_never_comes_is_our_loss(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    label = (await case.until_view(lambda view: view.get("parcel")))["parcel"]
    await desk.sandbox.push_scan("swift", label["tracking_no"], Scan(status="picked_up", at=await case.now()))
    await case.pass_time(days=2, hours=1)
    await case.until_event("return.shipped")
    await case.pass_time(days=8)
    await case.until_stage("confirmation")
    assert (await case.types())[-5:] == [
        "return.parcel_missing",
        "return.parcel_lost",
        "return.refund_started",
        "return.refund_reported",
        "return.settled",
    ]
    assert await desk.books_agree() == 3333


async def test_a_label_that_is_never_used_expires_like_any_other_way_back(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    await case.until_event("return.label_made")
    await case.pass_time(days=9)
    assert (await case.result())["outcome"] == "expired"


async def test_a_carrier_without_labels_for_now_holds_nobody_up(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="label"))
    case = await desk.open(lines=FAULTY)
    await case.approve()
    await case.ship()
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


def utc(at: str) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="seconds")[:19]
