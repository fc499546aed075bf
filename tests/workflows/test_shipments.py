"""A parcel that is watched (sop L1-L3): looked for, told, judged by time, relieved, and left in peace."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from domain.errors import CaseNotFound
from sandbox.messages import Contact, FaultRule
from sandbox.messages import Scan as SandboxScan
from sandbox.vocabulary import Status
from starters.hints import Hints
from tests.workflows.case import refused
from tests.workflows.desk import Desk
from tests.workflows.shipment_desk import open_shipment, scan, start_shipment

PHONES = count(1)


async def test_l1_the_delivery_method_of_the_order_says_what_is_promised(desk: Desk) -> None:
    plain = await open_shipment(desk)
    express = await open_shipment(desk, method="express")
    assert plain.opened["promised_by"] > express.opened["promised_by"]
    assert (await express.progress())["method"] == "express"


async def test_l2_a_parcel_is_followed_to_the_door_by_what_its_carrier_says(desk: Desk) -> None:
    case = await open_shipment(desk, policy="attentive")
    await scan(case, "picked_up")
    await case.pass_time(hours=7)
    await case.until_event("shipment.milestone_reached")
    await scan(case, "out_for_delivery")
    await scan(case, "out_for_delivery")
    await case.pass_time(hours=5)
    await scan(case, "delivered")
    await case.pass_time(hours=1)
    assert (await case.result())["outcome"] == "delivered"
    progress = await case.progress()
    assert list(progress["milestones"]) == ["picked_up", "out_for_delivery", "delivered"]
    assert (progress["status"], "delivered_at" in progress) == ("delivered", True)
    assert (await case.types()).count("shipment.milestone_reached") == 3


async def test_l3_each_milestone_is_told_once_by_app_push_sms_or_e_mail(desk: Desk) -> None:
    """The next channel is taken where the one before reaches nobody."""
    case = await open_shipment(desk, policy="attentive")
    customer = (await case.view())["order"]["customer_id"]
    reach = {
        "push": {"push_token": f"push-{desk.merchant}"},
        "sms": {"phone": f"+86138{next(PHONES):08}"},
        "email": {"email": f"c1@{desk.merchant}.example"},
    }
    milestones: dict[str, tuple[Status, str]] = {
        "push": ("picked_up", "parcel_picked_up"),
        "sms": ("out_for_delivery", "parcel_out_for_delivery"),
        "email": ("delivered", "parcel_delivered"),
    }
    for number, (channel, (status, kind)) in enumerate(milestones.items(), 1):
        contact = Contact.model_validate({"name": "A. Customer", "language": "en", **reach[channel]})
        await desk.sandbox.put_contact(desk.merchant, customer, contact)
        for _ in range(2):
            await scan(case, status)
        await case.pass_time(hours=7)
        await case.told(number)
        [notice] = await desk.pool.fetch(
            "SELECT notice_id FROM notices WHERE case_id = $1 AND kind = $2", case.handle.id, kind
        )
        [arrived] = await desk.sandbox.inbox(notice_id=notice["notice_id"])
        assert (arrived.channel, arrived.to, arrived.handed_over) == (channel, *reach[channel].values(), 1)
    assert (await case.result())["outcome"] == "delivered"
    assert await case.told(3) == ["parcel_delivered", "parcel_out_for_delivery", "parcel_picked_up"]


async def test_scans_that_change_nothing_leave_no_trace_in_the_history(desk: Desk) -> None:
    case = await open_shipment(desk, policy="attentive")
    await scan(case, "picked_up")
    await case.pass_time(hours=7)
    await case.told(1)
    at = await case.now()
    hints = Hints(desk.client, count(step=10).__next__)
    before = await case.history()
    for _ in range(12):
        await scan(case, "picked_up", at)
        assert await hints.take(desk.merchant, "swift", case.number.partition(".")[2])
    await case.until_pending("watch_parcel")
    assert (
        len(await case.history()) - len(before) <= 8
    )  # the first of them renews the last sign of the parcel


async def test_a_feed_of_duplicates_keeps_the_history_within_its_budget(desk: Desk) -> None:
    """Five hundred of them stand for the million that `test_book.py` gives to the same rule."""
    case = await open_shipment(desk, policy="attentive")
    await scan(case, "picked_up")
    await case.pass_time(hours=7)
    await case.told(1)
    at, events = await case.now(), len(await case.types())
    tracking_no = case.number.partition(".")[2]
    feed = [SandboxScan(status="picked_up", at=at)] * 500
    await desk.sandbox.register_parcel("swift", tracking_no, *feed)
    hints = Hints(desk.client, count(step=10).__next__)
    before = len(await case.history())
    assert await hints.take(desk.merchant, "swift", tracking_no)
    await case.until_pending("watch_parcel")
    await case.pass_time(hours=3)
    assert len(await case.history()) - before <= 8
    assert len(await case.types()) - events <= 1  # the last sign of the parcel is a later one


async def test_a_hint_makes_the_look_up_come_at_once_and_one_of_an_unknown_parcel_is_an_error(
    desk: Desk,
) -> None:
    case = await open_shipment(desk)
    tracking_no = case.number.partition(".")[2]
    await case.until_pending("watch_parcel")
    await scan(case, "picked_up")
    hints = Hints(desk.client)
    assert await hints.take(desk.merchant, "swift", tracking_no)
    assert not await hints.take(desk.merchant, "swift", tracking_no)
    assert hints.dropped == 1
    await case.until_event("shipment.milestone_reached")
    with pytest.raises(CaseNotFound, match="nobody watches a parcel"):
        await hints.take(desk.merchant, "swift", "SW-NOBODY")
    await case.act("stop_watching", by="s1", reason="enough")
    await case.result()
    with pytest.raises(CaseNotFound, match="has ended"):
        await Hints(desk.client).take(desk.merchant, "swift", tracking_no)


async def test_l4_silence_is_an_exception_at_its_instant_and_a_late_scan_takes_it_back(desk: Desk) -> None:
    case = await open_shipment(desk, policy="watchful")
    picked_up = await case.now()
    await case.pass_time(hours=25)
    await case.until_event("shipment.exception_raised", 1)
    await scan(case, "picked_up", picked_up)
    await case.pass_time(days=2)
    await case.until_event("shipment.exception_raised", 2)
    raised = [e["data"] for e in await case.events() if e["type"] == "shipment.exception_raised"]
    assert [data["kind"] for data in raised] == ["not_picked_up", "stalled"]
    assert datetime.fromisoformat(raised[1]["raised_at"]) == picked_up + timedelta(days=2)
    for hours in (40, 80):  # nobody was silent for two days, as is known now
        await scan(case, "in_transit", picked_up + timedelta(hours=hours))
    await case.pass_time(days=1)
    await case.until_event("shipment.exception_withdrawn", 2)


async def test_a_carrier_that_is_down_is_asked_again_and_nothing_is_lost(desk: Desk) -> None:
    case = await open_shipment(desk)
    await desk.sandbox.set_faults("carriers", FaultRule(kind="down", operation="track"))
    await scan(case, "picked_up")
    await case.until_pending("watch_parcel")
    await desk.sandbox.set_faults("carriers")
    await case.pass_time(days=1)
    await case.until_event("shipment.milestone_reached")


async def test_a_parcel_of_a_carrier_that_we_do_not_know_is_judged_by_time_alone(desk: Desk) -> None:
    case = await open_shipment(desk, carrier="pigeon", tracking_no="PG-0001")
    await case.pass_time(days=2)
    await case.until_event("shipment.exception_raised")
    await case.act("stop_watching", by="s1", reason="handed over in person")
    assert (await case.result())["outcome"] == "stopped"


async def test_another_day_may_be_promised_and_a_stopped_watch_is_taken_up_again(desk: Desk) -> None:
    case = await open_shipment(desk)
    later = (await case.now()) + timedelta(days=20)
    await case.act("promise", by="s1", promised_by=later.isoformat(), reason="the customer is away")
    with refused("invalid_request", "before the parcel was sent"):
        await case.act("promise", by="s1", promised_by="2020-01-01T00:00:00Z", reason="no")
    await case.act("stop_watching", by="s1", reason="no more news wanted")
    await case.result()
    start = {
        "merchant": desk.merchant,
        "number": case.number,
        "reopen": {"reason": "by_ops", "by": "ops"},
    }
    await desk.client.start_workflow("ShipmentWatch", start, id=case.handle.id, task_queue="casework")
    assert (await case.act("open", **start))["stage"] == "watching"
    await scan(case, "delivered")
    await case.pass_time(days=2)
    assert (await case.result())["outcome"] == "delivered"


@pytest.mark.parametrize(
    ("given", "code", "why"),
    [
        ({"shipped_at": "2999-01-01T00:00:00Z"}, "invalid_request", "lies in the future"),
        ({"policy": "nope"}, "unknown_policy", "there is no policy nope"),
    ],
)
async def test_a_parcel_that_cannot_be_watched_is_refused(
    desk: Desk, given: dict[str, str], code: str, why: str
) -> None:
    case = await start_shipment(desk, **given)
    with refused(code, why):
        await case.fails()
