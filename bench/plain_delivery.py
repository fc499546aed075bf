"""What a plain delivery exception and its claim cost: events, Actions and bytes of their three histories.

A parcel that the carrier lost: the customer is told, chooses the money, is paid and confirms; the carrier is
claimed from and pays. On the real parts, with the policy's own clocks.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from activities.names import TASK_QUEUE
from activities.starting import start_operation
from bench.counts import Counts, counts_of
from bench.drive import CARRIER, LOOK_AGAIN_SECONDS, until_quiet
from bench.plain_return import Spread, spread_of
from bench.room import MERCHANT, POLICY, Room
from domain.deliveries.messages import ExceptionReport, OpenDelivery

BUDGETS = {"events": 126, "actions": 34, "history_bytes": 30_000}


@dataclass(frozen=True)
class PlainDelivery:
    """What was counted."""

    cases: list[Counts]

    @property
    def spreads(self) -> list[Spread]:
        """Each budget's figure over the cases."""
        return [spread_of(name, self.cases, budget) for name, budget in BUDGETS.items()]

    @property
    def ok(self) -> bool:
        """Whether every exact budget is kept."""
        return all(spread.ok for spread in self.spreads)


async def count_plain_deliveries(room: Room, cases: int) -> PlainDelivery:
    """Drive the cases beside each other."""
    return PlainDelivery(list(await asyncio.gather(*(_count(room) for _ in range(cases)))))


async def _count(room: Room) -> Counts:
    number, order_id, tracking_no = await room.lost_parcel()
    report = ExceptionReport(
        order_id=order_id,
        customer_id=order_id.replace("SO", "C"),
        kind="loss",
        carrier=CARRIER,
        tracking_no=tracking_no,
        reported_by="watch",
        language="en",
        policy=POLICY,
        reason="carrier_parcel_lost",
        shipped_at=datetime.now(UTC) - timedelta(days=2),
        origin="CN-44",
        destination="CN-33",
    )
    start = OpenDelivery(merchant=MERCHANT, number=number, exception=report)
    await room.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", start, start_workflow_operation=start_operation(start, TASK_QUEUE), id="open-1"
    )
    case = room.client.get_workflow_handle(start.case_id)
    claim = room.client.get_workflow_handle(f"claim:{MERCHANT}:{number}-C1")
    await until_quiet(case)
    await _act(case, "choose", {"remedy": "refund"})
    await _until_stage(case, "confirmation")
    await _until_stage(claim, "answer")
    await _act(claim, "carrier_replied", {"by": CARRIER, "state": "paid", "amount_minor": 10000})
    outcomes = [(await claim.result())["outcome"]]
    await until_quiet(case)  # it records how its claim ended
    await _act(case, "confirm", {})
    outcomes.append((await case.result())["outcome"])
    if outcomes != ["paid", "refunded"]:
        raise RuntimeError(f"a plain delivery ends refunded and its claim paid; these ended {outcomes}")
    refund_id = f"refund:delivery:{MERCHANT}:{number}:1"
    return await counts_of(room.client, (start.case_id, claim.id, refund_id))


async def _act(case: WorkflowHandle[Any, Any], update: str, message: dict[str, Any]) -> None:
    await case.execute_update(update, message, id=f"{update}-1")  # pyright: ignore[reportUnknownMemberType]


async def _until_stage(case: WorkflowHandle[Any, Any], stage: str) -> None:
    """Wait at a human pace: asking often would cost the case nothing, but the server."""
    while (await case.query("case"))["stage"] != stage:  # noqa: ASYNC110 - no event says so
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await until_quiet_but_for_look_ups(case)


async def until_quiet_but_for_look_ups(case: WorkflowHandle[Any, Any]) -> None:
    """Wait until no workflow task is pending; a claim's look-ups go on for weeks."""
    while (await case.describe()).raw_description.HasField("pending_workflow_task"):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
