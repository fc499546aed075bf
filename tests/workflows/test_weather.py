"""Extreme weather on real servers: one command spares and tells every parcel that it touches (sop L7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import CaseworkError, IdempotencyConflict, InvalidRequest, UnknownRegion, WrongStage
from tests.workflows.delivery_desk import beside, report
from tests.workflows.desk import Desk
from tests.workflows.shipment_desk import open_shipment, scan
from tests.workflows.weather_desk import (
    DAYS,
    announce,
    at_desk,
    move,
    reliefs,
    storm,
    until_told,
    window_of,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_l7_every_parcel_it_touches_is_told_once_and_its_clocks_rest(desk: Desk) -> None:
    touched = [await open_shipment(desk) for _ in range(2)]
    elsewhere = await open_shipment(desk, origin="GB", destination="GB-SCT")
    other_carrier = await open_shipment(desk, carrier="harbour")
    window = await announce(desk)
    assert (window.parcels, window.proposals) == (2, ["harbour"])
    await until_told(desk, 2)
    for shipment in touched:
        assert "extreme_weather" in await shipment.told(1)
        [granted] = [each for each in await shipment.events() if each["type"] == "shipment.relief_granted"]
        assert granted["data"]["carriers"] == ["harbour"]
        assert granted["actor"] == "weather:ops"
    assert await reliefs(elsewhere) == await reliefs(other_carrier) == 0


async def test_l7_the_same_announcement_again_changes_nothing(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    first = await announce(desk)
    await until_told(desk, 1)
    updates = await shipment.updates()
    assert (await announce(desk)).window_id == first.window_id
    await window_of(desk).pass_time(hours=7)  # it has looked for new parcels meanwhile
    assert await reliefs(shipment) == 1
    assert await shipment.updates() == updates
    assert (await shipment.told(1)).count("extreme_weather") == 1
    with pytest.raises(IdempotencyConflict):
        await announce(desk, region="CN-31")


async def test_l7_a_delivery_exceptions_clocks_rest_and_go_on_by_themselves(desk: Desk) -> None:
    case = await report(desk, "late")
    await announce(desk)
    await until_told(desk, 1)
    assert (await case.clock("carrier_answer"))["state"] == "paused"
    assert "extreme_weather" in await case.told(2)
    await case.pass_time(days=2, hours=1)
    await case.until_event("delivery.relief_ended")
    assert (await case.clock("carrier_answer"))["state"] == "running"


async def test_l7_one_notice_for_a_parcel_that_went_wrong_too(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    await scan(shipment, "exception", reason="carrier_parcel_lost")
    await shipment.pass_time(days=1)
    await shipment.until_event("shipment.case_opened")
    linked = (await shipment.until_view(lambda view: view["links"]))["links"][0]["case_id"]
    case = beside(shipment, linked)
    await announce(desk, until=datetime.now(UTC) + timedelta(days=20))
    await until_told(desk, 2)
    assert await reliefs(case) == await reliefs(shipment) == 1
    told = [*await case.told(1), *await shipment.told(1)]
    assert told.count("extreme_weather") == 1


async def test_l7_a_silence_in_the_storm_is_no_exception(desk: Desk) -> None:
    shipment = await open_shipment(desk, policy="watchful")
    await scan(shipment, "picked_up")
    await announce(desk)
    await until_told(desk, 1)
    await shipment.pass_time(days=1, hours=23)
    assert not [name for name in await shipment.types() if name.endswith("exception_raised")]
    await shipment.pass_time(hours=2)
    await shipment.until_event("shipment.relief_ended")


async def test_l7_a_parcel_that_is_sent_meanwhile_is_found_too(desk: Desk) -> None:
    await announce(desk)
    late_comer = await open_shipment(desk)
    await window_of(desk).pass_time(hours=4)
    await late_comer.until_event("shipment.relief_granted")


async def test_l7_it_may_last_longer_and_end_early(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    window = await announce(desk)
    await until_told(desk, 1)
    later = window.until + timedelta(days=1)
    assert (await move(desk, later)).until == later
    await shipment.until_event("shipment.relief_granted", 2)
    assert (await shipment.told(1)).count("extreme_weather") == 1
    await move(desk, await window_of(desk).now(), "move-2")
    await shipment.until_event("shipment.relief_ended")
    ended = await window_of(desk).result()
    assert ended["until"] < later.isoformat()
    shown = await at_desk(desk).show(window.window_id)
    assert shown.ended_at is not None
    assert (await announce(desk)).ended_at is not None
    with pytest.raises(WrongStage):
        await move(desk, later, "move-3")


async def test_l7_it_begins_when_it_says(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    now = datetime.now(UTC)
    await announce(desk, since=now + timedelta(hours=6), until=now + DAYS)
    assert await reliefs(shipment) == 0
    await window_of(desk).pass_time(hours=6, minutes=1)
    await shipment.until_event("shipment.relief_granted")


async def test_l7_a_preview_touches_nobody(desk: Desk) -> None:
    await report(desk, "late")
    shipment = await open_shipment(desk)
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1", shipment.handle.id)
    window = await at_desk(desk).preview(storm(desk))
    assert (window.parcels, window.proposals) == (2, ["harbour"])
    assert window.clocks >= 2
    assert await reliefs(shipment) == 0
    assert (
        await desk.pool.fetchval("SELECT count(*) FROM weather_windows WHERE merchant = $1", desk.merchant)
        == 0
    )


async def test_l7_a_country_touches_its_provinces_and_a_lane_both_ends(desk: Desk) -> None:
    shipment = await open_shipment(desk)
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1", shipment.handle.id)
    for region in ("CN", "CN-44"):
        assert (await at_desk(desk).preview(storm(desk, region=region))).parcels == 1
    assert (await at_desk(desk).preview(storm(desk, region="CN-31"))).parcels == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"region": "CN-99"}, UnknownRegion),
        (
            {"until": datetime(2020, 1, 2, tzinfo=UTC), "since": datetime(2020, 1, 1, tzinfo=UTC)},
            InvalidRequest,
        ),
        ({"until": datetime.now(UTC) + timedelta(days=40)}, InvalidRequest),
    ],
)
async def test_l7_what_cannot_be_announced(
    desk: Desk, changes: dict[str, Any], error: type[CaseworkError]
) -> None:
    with pytest.raises(error):
        await at_desk(desk).preview(storm(desk, **changes))
    with pytest.raises(error):
        await announce(desk, **changes)


async def test_l7_an_end_that_is_too_far_or_before_the_beginning_is_refused(desk: Desk) -> None:
    window = await announce(desk)
    for until in (window.since - timedelta(hours=1), window.since + timedelta(days=31)):
        with pytest.raises(InvalidRequest):
            await move(desk, until, f"move-{until:%d}")


async def test_l7_many_pages_are_walked_and_a_long_window_goes_on_in_a_new_run(forgetful_desk: Desk) -> None:
    desk = forgetful_desk
    shipment = await open_shipment(desk)
    await announce(desk, until=datetime.now(UTC) + timedelta(days=6))
    await until_told(desk, 1)
    window = window_of(desk)
    await window.pass_time(days=4)
    description = await window.handle.describe()
    first = await desk.client.get_workflow_handle(window.handle.id).describe()
    assert description.raw_info.first_run_id != first.run_id
    assert await reliefs(shipment) == 1
