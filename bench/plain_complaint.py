"""What a plain complaint costs: events, Actions and bytes of its two histories, against budgets (design §8).

Taken in by phone with its class, acknowledged, found valid, looked into, solved by a compensation and an
apology, paid, answered in writing, confirmed, archived; with four notices to the customer; on the real parts.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.names import TASK_QUEUE
from activities.starting import start_operation
from bench.counts import Counts, counts_of
from bench.drive import until_quiet
from bench.plain_return import Spread, spread_of
from bench.room import MERCHANT, POLICY, Room, contact_of, order_of
from domain.complaints.messages import Complaint, OpenComplaint
from domain.complaints.record import Attachment, Demand

BUDGETS = {"events": 98, "actions": 26, "history_bytes": 23_200}
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
FINDING = {"party": "merchant", "root_cause": "packaging", "words": "The box is too thin."}
MEASURES = [{"kind": "compensation", "amount_minor": 3000}, {"kind": "apology"}]
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledge", {"agent": "a17"}),
    ("review", {"agent": "a17", "valid": True}),
    ("finding", {"agent": "a17", "finding": FINDING}),
    ("propose", {"agent": "a17", "reasons": "We are sorry.", "measures": MEASURES}),
    ("confirm", {"satisfied": True}),
)


@dataclass(frozen=True)
class PlainComplaint:
    """What was counted."""

    cases: list[Counts]

    @property
    def spreads(self) -> list[Spread]:
        """Each budget's figure over the cases."""
        return [spread_of(name, self.cases, budget) for name, budget in BUDGETS.items()]

    @property
    def ok(self) -> bool:
        """Whether every exact budget is kept."""
        return all(each.ok for each in self.spreads)


async def count_plain_complaints(room: Room, cases: int) -> PlainComplaint:
    """Drive the cases beside each other, at a human pace."""
    numbers = [f"C-{number:04}" for number in range(1, cases + 1)]
    outcomes = await asyncio.gather(*(_drive(room, number) for number in numbers))
    if set(outcomes) != {"resolved"}:
        raise RuntimeError(f"a plain complaint ends resolved; these ended {set(outcomes)}")
    ids = [
        (f"complaint:{MERCHANT}:{number}", f"refund:complaint:{MERCHANT}:{number}:1") for number in numbers
    ]
    return PlainComplaint([await counts_of(room.client, both) for both in ids])


async def _drive(room: Room, number: str) -> str:
    order = order_of(f"SO-{number}")
    await room.sandbox.put_order(order)
    await room.sandbox.put_contact(MERCHANT, order.customer_id, contact_of(number))
    opened = OpenComplaint(
        merchant=MERCHANT, number=number, complaint=_complaint(order.order_id, order.customer_id)
    )
    operation = start_operation(opened, TASK_QUEUE)
    await room.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", opened, start_workflow_operation=operation, id="open-1"
    )
    handle: Any = room.client.get_workflow_handle(opened.case_id)
    for update, message in STEPS:
        await until_quiet(handle)
        await handle.execute_update(update, message, id=f"{update}-1")
    return str((await handle.result())["outcome"])


def _complaint(order_id: str, customer_id: str) -> Complaint:
    return Complaint(
        customer_id=customer_id,
        order_id=order_id,
        occurred_at=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1),
        content="The cup came in pieces.",
        demand=Demand(wants=["compensation"]),
        channel="phone",
        transcript=Attachment(ref="calls/1", sha256=SHA256),
        language="en",
        category="product_quality",
        policy=POLICY,
    )
