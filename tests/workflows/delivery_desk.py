"""What a workflow test does with delivery exceptions: reports them, answers for the carrier's claims desk."""

from datetime import timedelta
from typing import Any

from domain.carrier_claims.state import claim_key
from sandbox.claims_desk import Verdict
from tests.workflows.case import Case
from tests.workflows.desk import Desk

EVIDENCE = [{"reference": "photo-1", "sha256": "a" * 64}]


async def report(desk: Desk, kind: str, number: str = "D-1", **given: Any) -> Case:
    """A delivery exception of the order, told by the customer unless said otherwise."""
    order = await desk.put_order()
    if given.get("reported_by") != "watch":  # the watch's word counts, whatever the carrier knows
        await desk.sandbox.register_parcel("swift", f"SW-{desk.merchant}")
    exception = {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "kind": kind,
        "carrier": "swift",
        "tracking_no": f"SW-{desk.merchant}",
        "reported_by": "agent",
        "shipped_at": (order.placed_at + timedelta(hours=1)).isoformat(),
        "origin": "CN-44",
        "destination": "CN-33",
        "language": "en",
        "policy": "awake",
        **given,
    }
    return await opened(desk, number, exception)


async def opened(desk: Desk, number: str, exception: dict[str, Any]) -> Case:
    """The case of a report."""
    case = await started(desk, number, exception)
    case.opened = await case.act("open", merchant=desk.merchant, number=number, exception=exception)
    return case


async def started(desk: Desk, number: str, exception: dict[str, Any]) -> Case:
    """The same; does not wait for anything."""
    start = {"merchant": desk.merchant, "number": number, "exception": exception}
    handle = await desk.client.start_workflow(
        "DeliveryException", start, id=f"delivery:{desk.merchant}:{number}", task_queue="casework"
    )
    return Case(desk, desk.client.get_workflow_handle(handle.id), number)


def beside(case: Case, case_id: str) -> Case:
    """Another case of the same desk."""
    return Case(case.desk, case.desk.client.get_workflow_handle(case_id), case_id.rpartition(":")[2])


async def carrier_says(claim: Case, state: str, **more: Any) -> None:
    """The carrier's claims desk answers a claim from now on."""
    key = claim_key(claim.desk.merchant, claim.number)
    verdict = Verdict.model_validate({"state": state, **more})
    await claim.desk.sandbox.answer_claim("swift", claim.desk.merchant, key, verdict)
