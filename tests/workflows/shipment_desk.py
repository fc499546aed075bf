"""What a workflow test does with parcels: opens their watch, has their carrier scan them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from domain.shipments.messages import number_of
from sandbox.messages import Scan
from sandbox.vocabulary import Status
from tests.workflows.case import Case
from tests.workflows.desk import Desk

_numbers = count(1)
CARRIER = "swift"


async def open_shipment(desk: Desk, **given: Any) -> Case:
    """An order that is on its way, watched from now on."""
    case = await start_shipment(desk, **given)
    case.opened = await case.act("open", **case.opened)
    return case


async def start_shipment(desk: Desk, **given: Any) -> Case:
    """The same; does not wait for anything."""
    order = await desk.put_order(received_at=None)
    tracking_no = given.pop("tracking_no", f"SW-{desk.merchant}-{next(_numbers)}")
    carrier = given.pop("carrier", CARRIER)
    await desk.sandbox.register_parcel(carrier, tracking_no) if carrier == CARRIER else None
    parcel = {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "carrier": carrier,
        "tracking_no": tracking_no,
        "shipped_at": given.pop("shipped_at", order.placed_at + timedelta(days=3)),
        "origin": "CN-44",
        "destination": "CN-33",
        "language": "en",
        "policy": "awake",
        **given,
    }
    number = number_of(carrier, tracking_no)
    start = {"merchant": desk.merchant, "number": number, "parcel": _json(parcel)}
    handle = await desk.client.start_workflow(
        "ShipmentWatch", start, id=f"shipment:{desk.merchant}:{number}", task_queue="casework"
    )
    return Case(desk, desk.client.get_workflow_handle(handle.id), number, opened=start)


async def scan(case: Case, status: Status, at: datetime | None = None, **more: Any) -> None:
    """Its carrier scans it at a moment of the case's own time."""
    carrier, _, tracking_no = case.number.rpartition(".")
    made = Scan(status=status, at=at or await case.now(), **more)
    await case.desk.sandbox.push_scan(carrier, tracking_no, made)


def _json(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()
    }
