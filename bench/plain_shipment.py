"""What a plain parcel costs: events, Actions and bytes of its watch, against the budgets (design §8).

Picked up, out for delivery, delivered, with a notice after each; on the real parts. How often its carrier is
asked meanwhile is the policy's matter: a look-up that tells nothing new is one Action more and leaves no
event, so the Actions here are without them, and one more parcel shows that ten of them leave none.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowHandle

from activities.names import TASK_QUEUE
from activities.starting import start_operation
from bench.counts import Counts, counts_of
from bench.drive import CARRIER, LOOK_AGAIN_SECONDS
from bench.plain_return import IDLE_LOOKUPS, Spread, own_events, spread_of, until_looked_up
from bench.room import MERCHANT, POLICY, Room
from domain.shipments.messages import OpenShipment, Parcel, number_of
from sandbox.messages import Scan
from sandbox.vocabulary import Status

BUDGETS = {"events": 56, "actions": 16, "history_bytes": 18_500}
WAY: Sequence[Status] = ("picked_up", "out_for_delivery", "delivered")
WATCHING = "watch_parcel"


@dataclass(frozen=True)
class PlainShipment:
    """What was counted."""

    cases: list[Counts]
    look_up_events: int
    """Events that the parcel with idle look-ups has more; how they fall into workflow tasks is left out."""

    @property
    def spreads(self) -> list[Spread]:
        """Each budget's figure over the parcels, the look-ups that told nothing new left out."""
        cases = [replace(case, actions=case.actions - case.retries) for case in self.cases]
        look_ups = Spread("look_up_events", *[self.look_up_events] * 3, budget=0)
        return [*(spread_of(name, cases, budget) for name, budget in BUDGETS.items()), look_ups]

    @property
    def ok(self) -> bool:
        """Whether every budget is kept."""
        return all(spread.ok for spread in self.spreads)


async def count_plain_shipments(room: Room, cases: int) -> PlainShipment:
    """Follow the parcels beside each other, and one more that is long on its way."""
    slow = asyncio.create_task(_count(room, idle=IDLE_LOOKUPS))
    counted = list(await asyncio.gather(*(_count(room) for _ in range(cases))))
    return PlainShipment(counted, own_events(await slow) - own_events(counted[0]))


async def _count(room: Room, idle: int = 0) -> Counts:
    order_id, tracking_no = await room.sent_parcel()
    parcel = Parcel(
        order_id=order_id,
        customer_id=order_id.replace("SO", "C"),
        carrier=CARRIER,
        tracking_no=tracking_no,
        shipped_at=datetime.now(UTC) - timedelta(hours=2),
        origin="CN-44",
        destination="CN-33",
        language="en",
        policy=POLICY,
    )
    start = OpenShipment(merchant=MERCHANT, number=number_of(CARRIER, tracking_no), parcel=parcel)
    await room.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", start, start_workflow_operation=start_operation(start, TASK_QUEUE), id="open-1"
    )
    watch = room.client.get_workflow_handle(start.case_id)
    for status in WAY:
        await _until_it_only_watches(watch)
        await until_looked_up(watch, idle if status == "out_for_delivery" else 0)
        await room.sandbox.push_scan(CARRIER, tracking_no, Scan(status=status))
        await _until_seen(watch, status)
    if (outcome := (await watch.result())["outcome"]) != "delivered":
        raise RuntimeError(f"a plain parcel is delivered; this one ended {outcome}")
    return await counts_of(room.client, [start.case_id])


async def _until_seen(watch: WorkflowHandle[object, object], status: Status) -> None:
    while status not in (await watch.query("progress")).get("milestones", {}):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _until_it_only_watches(watch: WorkflowHandle[object, object]) -> None:
    """Wait until the parcel is asked about and nothing else is under way."""
    while True:
        case = (await watch.describe()).raw_description
        if [each.activity_type.name for each in case.pending_activities] == [WATCHING] and not case.HasField(
            "pending_workflow_task"
        ):
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
