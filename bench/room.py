"""Where the bench works: the real parts, a worker process of its own settings, and a shop with orders."""

import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from temporalio.client import Client

from bench.drive import CARRIER, Subject
from domain.orders import Order, OrderLine, RequestedLine, ReturnRequest
from domain.returns.messages import Application, OpenReturn
from sandbox.client import SandboxClient
from sandbox.messages import Contact, Scan
from starters.opening import start_operation
from starters.settings import ENV_PREFIX, Settings
from workers.engine import Engine, RunningPart, engine
from workflows.names import TASK_QUEUE
from workflows.wire import data_converter

MERCHANT = "bench"
POLICY = "bench"
ABOVE_AUTOMATIC_REVIEW_MINOR = 400_000


@dataclass
class Room:
    """The parts, a client that speaks as our own do, and the outside world's knobs."""

    engine: Engine
    worker: RunningPart
    client: Client
    sandbox: SandboxClient
    policies_dir: Path
    _numbers: "count[int]"

    async def plain_return(self, *, delivered: bool = True) -> Subject:
        """A cup to send back, dear enough for an agent to look at; its parcel has arrived, or not."""
        number = f"R-{next(self._numbers):04}"
        order = _order(f"SO-{number}")
        tracking_no = f"SW12{number.removeprefix('R-')}"
        await self.sandbox.put_order(order)
        await self.sandbox.put_contact(MERCHANT, order.customer_id, _contact(number))
        scans = [Scan(status="delivered")] if delivered else []
        await self.sandbox.register_parcel(CARRIER, tracking_no, *scans)
        application = Application(
            order_id=order.order_id,
            customer_id=order.customer_id,
            language="en",
            policy=POLICY,
            request=ReturnRequest(
                kind="return",
                proof_of_purchase=True,
                lines=[RequestedLine(line="1", quantity=1, reason="no_reason")],
            ),
        )
        opened = OpenReturn(merchant=MERCHANT, number=number, application=application)
        return Subject(
            start=start_operation(opened, TASK_QUEUE),
            workflow_id=opened.case_id,
            refund_id=f"refund:{MERCHANT}:{number}:1",
            opening=opened,
            tracking_no=tracking_no,
        )


@asynccontextmanager
async def bench_room() -> AsyncGenerator[Room]:
    """Run the parts while the block runs."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as folder:
        policies_dir = Path(folder)
        for source in (Settings().policies_dir / "standard.yaml", *_own_policies()):
            shutil.copy(source, policies_dir)
        async with engine(("postgres", "temporal", "sandbox")) as parts:
            worker = await parts.start_worker(env={f"{ENV_PREFIX}POLICIES_DIR": str(policies_dir)})
            address, sandbox_url = parts.addresses.running_temporal, parts.addresses.sandbox_url
            assert address is not None
            assert sandbox_url is not None
            client = await Client.connect(address, data_converter=data_converter)
            async with SandboxClient(sandbox_url) as sandbox:
                yield Room(parts, worker, client, sandbox, policies_dir, count(1))


def _own_policies() -> list[Path]:
    return sorted((Path(__file__).parent / "policies").glob("*.yaml"))


def _order(order_id: str) -> Order:
    now = datetime.now(UTC).replace(microsecond=0)
    cup = OrderLine(line="1", sku="CUP-01", title="Cup", quantity=3, paid_minor=ABOVE_AUTOMATIC_REVIEW_MINOR)
    return Order(
        order_id=order_id,
        merchant=MERCHANT,
        customer_id=order_id.replace("SO", "C"),
        currency="CNY",
        placed_at=now - timedelta(days=3),
        received_at=now - timedelta(days=1),
        timezone="Asia/Shanghai",
        freight_paid_minor=800,
        lines=[cup],
    )


def _contact(number: str) -> Contact:
    return Contact(
        name="A. Customer",
        language="en",
        email=f"{number}@{MERCHANT}.example",
        phone="+8613800000000",
        push_token=f"push-{number}",
    )
