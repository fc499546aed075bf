"""What a workflow test does to a desk, in one line each: orders, openings, faults, and what the books say."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from domain.orders import Order, OrderLine
from domain.refunds import RefundRow, refund_key
from sandbox.client import SandboxClient
from sandbox.messages import Contact, FaultRule, Scan
from sandbox.payment_messages import Movement
from sandbox.vocabulary import Status
from store.ledger import Ledger
from store.pool import Pool
from tests.workflows.case import LOOK_SECONDS, PATIENCE_SECONDS, Case, patience

# Far ahead of any case's virtual time, so that the carriers show every scan that a test has made.
SANDBOX_AHEAD = timedelta(days=400)


def make_order(merchant: str, order_id: str, **changes: Any) -> Order:
    """Three cups for 100.00, received yesterday."""
    now = datetime.now(UTC).replace(microsecond=0)
    given: dict[str, Any] = {
        "order_id": order_id,
        "merchant": merchant,
        "customer_id": "c1",
        "currency": "CNY",
        "placed_at": now - timedelta(days=3),
        "received_at": now - timedelta(days=1),
        "timezone": "Asia/Shanghai",
        "freight_paid_minor": 800,
        "lines": [line("1", "CUP-01", quantity=3, paid_minor=10000)],
    }
    return Order.model_validate({**given, **changes})


def line(number: str, sku: str, *, quantity: int, paid_minor: int) -> OrderLine:
    """A line of an order."""
    return OrderLine(line=number, sku=sku, title=sku.title(), quantity=quantity, paid_minor=paid_minor)


def wanted(number: str = "1", quantity: int = 1, reason: str = "no_reason") -> dict[str, Any]:
    """A line of an application."""
    return {"line": number, "quantity": quantity, "reason": reason}


FAULTY = [wanted(reason="quality")]
"""One cup with a fault: an agent reviews it, and the platform pays the way back."""


@dataclass
class Desk:
    """The servers and a merchant of the test's own."""

    client: Client
    skipper: TimeSkipper
    sandbox: SandboxClient
    pool: Pool
    merchant: str
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def put_order(self, order_id: str = "SO-1", **changes: Any) -> Order:
        """An order, and a customer who can be reached by all channels."""
        order = make_order(self.merchant, order_id, **changes)
        await self.sandbox.put_order(order)
        contact = Contact(
            name="A. Customer",
            language="en",
            email=f"{order.customer_id}@{self.merchant}.example",
            phone="+8613800000000",
            push_token=f"push-{self.merchant}",
        )
        await self.sandbox.put_contact(self.merchant, order.customer_id, contact)
        return order

    async def start_case(self, number: str | None = None, **application: Any) -> Case:
        """Start a return; does not wait for anything."""
        number = number or f"R-{next(self.numbers)}"
        return await self.start_raw(number, self.start(number, **application))

    async def start_raw(self, number: str, start: Any, after: timedelta | None = None) -> Case:
        """Start a return with any argument, in virtual time so much later than now."""
        client = self.skipper.client if after else self.client
        handle = await client.start_workflow(
            "ReturnCase",
            start,
            id=f"return:{self.merchant}:{number}",
            task_queue="casework",
            start_delay=after,
        )
        return Case(self, self.client.get_workflow_handle(handle.id), number)

    async def open(self, number: str | None = None, **application: Any) -> Case:
        """Start a return and wait for what was decided at once."""
        case = await self.start_case(number, **application)
        case.opened = await case.act("open", **self.start(case.number, **application))
        return case

    def start(self, number: str, **application: Any) -> dict[str, Any]:
        """The start argument: one cup of the order for no reason, unless said otherwise."""
        kind = application.pop("kind", "return")
        lines = application.pop("lines", [wanted()])
        given = {
            "order_id": "SO-1",
            "customer_id": "c1",
            "language": "en",
            "policy": "awake",
            "request": {"kind": kind, "proof_of_purchase": True, "lines": lines},
        }
        return {"merchant": self.merchant, "number": number, "application": {**given, **application}}

    def reopening(self, number: str, reason: str, by: str = "ops") -> dict[str, Any]:
        """The start argument that lets a closed case go on."""
        return {"merchant": self.merchant, "number": number, "reopen": {"reason": reason, "by": by}}

    async def reopen(self, case: Case, reason: str, after: timedelta | None = None) -> dict[str, Any]:
        """Let a closed case go on in a new run; gives the answer, raises the refusal."""
        start = self.reopening(case.number, reason)
        await self.start_raw(case.number, start, after)
        try:
            return await case.act("open", **start)
        except RPCError:  # it came after the refusal
            await case.fails()
            raise

    async def gateway(self, *kinds: str, operation: str | None = "refund", **rule: Any) -> None:
        """Let the payment gateway fail for this merchant's refunds; without kinds it is well again."""
        rules = [{"kind": kind, "operation": operation, **rule} for kind in kinds]
        await self.sandbox.set_faults("payments", *map(FaultRule.model_validate, rules))

    def key(self, case: Case, seq: int = 1) -> str:
        """The refund's key at the gateway."""
        return refund_key(self.merchant, case.number, seq)

    async def scan(self, carrier: str, tracking_no: str, *scans: tuple[Status, datetime]) -> None:
        """Let a carrier know a parcel and scan it at those times."""
        made = [Scan(status=status, at=at) for status, at in scans]
        await self.sandbox.register_parcel(carrier, tracking_no, *made)

    async def movements(self) -> list[Movement]:
        """What the gateway's journal says that this merchant's customers were paid."""
        return [each for each in await self.sandbox.journal() if each.merchant == self.merchant]

    async def ledger(self, case: Case) -> list[RefundRow]:
        """The case's refunds in our ledger."""
        return await Ledger(self.pool).for_case(case.handle.id)

    async def books_agree(self) -> int:
        """Check that ledger and journal say the same of this merchant's refunds; gives what was paid."""
        query = "SELECT key, amount_minor FROM refunds WHERE merchant = $1 AND state = 'settled' ORDER BY key"
        ours = [(row["key"], row["amount_minor"]) for row in await self.pool.fetch(query, self.merchant)]
        theirs = sorted((move.key, move.amount_minor) for move in await self.movements())
        assert ours == theirs
        return sum(amount for _, amount in ours)

    async def until(self, query: str, *args: Any, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Wait until the store answers with a row."""
        async with patience(f"{query} {args}", seconds):
            while True:
                row = await self.pool.fetchrow(query, *args)
                if row is not None:
                    return dict(row)
                await asyncio.sleep(LOOK_SECONDS)
