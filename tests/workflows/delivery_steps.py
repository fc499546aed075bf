"""Delivery exceptions and claims as the watch and the carriers meet them, in one line each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from domain.carrier_claims.requests import ClaimReply
from domain.carrier_claims.state import claim_key
from sandbox.messages import Scan as ScanMade
from tests.workflows.case import Case
from tests.workflows.desk import Desk, line

REGION, ORIGIN = "CN-33", "CN-44"
HASH = "b" * 64
SMALL = [line("1", "CUP-01", quantity=3, paid_minor=10000)]


@dataclass
class DeliveryCase(Case):
    """A delivery exception, or a claim, by its workflow id."""

    def refund(self, seq: int = 1) -> WorkflowHandle[Any, Any]:
        """The workflow that pays a refund of this case."""
        name = f"refund:delivery:{self.desk.merchant}:{self.number}:{seq}"
        return self.desk.client.get_workflow_handle(name)

    async def claim(self) -> "DeliveryCase":
        """The claim that it started."""
        found = await self.until_view(
            lambda view: [link for link in view["links"] if link["case_id"].startswith("claim:")]
        )
        claim_id = next(link["case_id"] for link in found["links"] if link["case_id"].startswith("claim:"))
        handle = self.desk.client.get_workflow_handle(claim_id)
        return DeliveryCase(self.desk, handle, claim_id.rpartition(":")[2])


def exception(kind: str = "damage", **changes: Any) -> dict[str, Any]:
    """The watch's report on the whole order."""
    now = datetime.now(UTC).replace(microsecond=0)
    given = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "language": "en",
        "policy": "awake",
        "kind": kind,
        "carrier": "swift",
        "tracking_no": "SW123456",
        "reported_by": "watch",
        "shipped_at": (now - timedelta(days=4)).isoformat(),
        "promised_by": (now - timedelta(days=2)).isoformat(),
        "origin": ORIGIN,
        "destination": REGION,
    }
    return {**given, **changes}


async def start_delivery(desk: Desk, number: str | None = None, **changes: Any) -> DeliveryCase:
    """Start a delivery exception; does not wait for anything."""
    number = number or f"D-{next(desk.numbers)}"
    cause = changes.pop("cause", None)
    start = {"merchant": desk.merchant, "number": number, "exception": exception(**changes)}
    start |= {"cause": cause} if cause else {}
    return await start_raw(desk, "DeliveryException", "delivery", number, start)


async def start_raw(desk: Desk, workflow: str, kind: str, number: str, start: Any) -> DeliveryCase:
    """Start a case of a kind with any argument."""
    name = f"{kind}:{desk.merchant}:{number}"
    await desk.client.start_workflow(workflow, start, id=name, task_queue="casework")
    case = DeliveryCase(desk, desk.client.get_workflow_handle(name), number)
    case.opened = {"start": start}
    return case


async def open_delivery(desk: Desk, number: str | None = None, **changes: Any) -> DeliveryCase:
    """Start a delivery exception and wait for what was decided at once."""
    case = await start_delivery(desk, number, **changes)
    case.opened = await case.act("open", **case.opened["start"])
    return case


async def ship_order(desk: Desk, *scans: str, tracking_no: str = "SW123456", **order: Any) -> None:
    """An order whose parcel the carrier knows, scanned so by now."""
    await desk.put_order(**order)
    hours_ago = timedelta(hours=len(scans))
    made = [
        ScanMade.model_validate(
            {"status": status, "at": datetime.now(UTC) - hours_ago + timedelta(hours=hour)}
        )
        for hour, status in enumerate(scans)
    ]
    await desk.sandbox.register_parcel("swift", tracking_no, *made)


async def filed_claim(claim: Case) -> ClaimReply:
    """The claim as its carrier sees it, once it is filed."""
    await claim.until_event("claim.filed")
    key = claim_key(claim.desk.merchant, claim.number)
    return await claim.desk.sandbox.claim("swift", claim.desk.merchant, key)


async def lost_and_claimed(desk: Desk) -> tuple[DeliveryCase, DeliveryCase]:
    """Lost, and the customer chose the money; its claim is filed, and its carrier thinks about it."""
    tracking_no = f"SW-{desk.merchant}"
    await ship_order(desk, "picked_up", tracking_no=tracking_no)
    case = await open_delivery(desk, kind="loss", tracking_no=tracking_no, reason="carrier_parcel_lost")
    await case.act("choose", remedy="refund")
    claim = await case.claim()
    await filed_claim(claim)
    return case, claim


async def income(desk: Desk) -> list[tuple[str, int]]:
    """What carriers paid this merchant, by our books."""
    query = "SELECT key, amount_minor FROM carrier_income WHERE merchant = $1 ORDER BY key"
    return [(row["key"], row["amount_minor"]) for row in await desk.pool.fetch(query, desk.merchant)]
