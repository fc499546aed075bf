"""What a workflow test does to a return, in one line each."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from domain.orders import Order, OrderLine
from sandbox.client import SandboxClient
from sandbox.messages import Contact
from store.pool import Pool

_keys = count(1)


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
        "lines": [OrderLine(line="1", sku="CUP-01", title="Cup", quantity=3, paid_minor=10000)],
    }
    return Order.model_validate({**given, **changes})


@dataclass
class Case:
    """A running return."""

    desk: "Desk"
    handle: WorkflowHandle[Any, Any]
    opened: dict[str, Any] = field(default_factory=dict[str, Any])

    async def act(self, update: str, key: str | None = None, /, **message: Any) -> dict[str, Any]:
        """Send an update; a refusal is raised as the `ApplicationError` that the workflow made."""
        try:
            return await self.handle.execute_update(
                update, message, id=key or f"key-{next(_keys)}", result_type=dict[str, Any]
            )
        except WorkflowUpdateFailedError as error:
            assert isinstance(error.cause, ApplicationError)
            raise error.cause from None

    async def view(self) -> dict[str, Any]:
        """The whole state."""
        return await self.handle.query("case", result_type=dict[str, Any])

    async def progress(self) -> dict[str, Any]:
        """The customer's view."""
        return await self.handle.query("progress", result_type=dict[str, Any])

    async def pass_time(self, **span: float) -> None:
        """Let virtual time pass."""
        await self.desk.skipper.fast_forward(self.handle, timedelta(**span))

    async def result(self) -> dict[str, Any]:
        """How the case ended."""
        return await self.handle.result()

    async def until_stage(self, stage: str) -> dict[str, Any]:
        """Wait for the fact that the store has the case in a stage, and give its row."""
        return await self.desk.until(
            "SELECT * FROM cases WHERE case_id = $1 AND stage = $2", self.handle.id, stage
        )

    async def types(self) -> list[str]:
        """The stored events' types, in order."""
        rows = await self.desk.pool.fetch(
            "SELECT type FROM events WHERE case_id = $1 AND superseded_at IS NULL ORDER BY seq",
            self.handle.id,
        )
        return [row["type"] for row in rows]

    async def until_event(self, name: str, times: int = 1) -> None:
        """Wait until the store has this event so many times."""
        await self.desk.until(
            "SELECT 1 FROM (SELECT count(*) AS n FROM events WHERE case_id = $1 AND type = $2 "
            "AND superseded_at IS NULL) AS found WHERE n >= $3",
            self.handle.id,
            name,
            times,
        )


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

    async def open(self, number: str | None = None, **application: Any) -> Case:
        """Start a return and wait for what was decided at once."""
        number = number or f"R-{next(self.numbers)}"
        handle = await self.client.start_workflow(
            "ReturnCase",
            self.start(number, **application),
            id=f"return:{self.merchant}:{number}",
            task_queue="casework",
        )
        case = Case(self, handle)
        case.opened = await case.act("open", **self.start(number, **application))
        return case

    def start(self, number: str, **application: Any) -> dict[str, Any]:
        """The start argument: one cup of the order for no reason, unless said otherwise."""
        kind = application.pop("kind", "return")
        lines = application.pop("lines", [{"line": "1", "quantity": 1, "reason": "no_reason"}])
        given = {
            "order_id": "SO-1",
            "customer_id": "c1",
            "language": "en",
            "policy": "awake",
            "request": {"kind": kind, "proof_of_purchase": True, "lines": lines},
        }
        return {"merchant": self.merchant, "number": number, "application": {**given, **application}}

    async def until(self, query: str, *args: Any) -> dict[str, Any]:
        """Wait until the store answers with a row."""
        while True:
            row = await self.pool.fetchrow(query, *args)
            if row is not None:
                return dict(row)
