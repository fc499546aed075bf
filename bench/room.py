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

from activities.names import TASK_QUEUE
from activities.starting import start_operation
from bench.drive import CARRIER, Subject
from domain.orders import Order, OrderLine, RequestedLine, ReturnRequest
from domain.returns.messages import Application, OpenReturn
from sandbox.client import SandboxClient
from sandbox.messages import Contact, Scan
from starters.settings import ENV_PREFIX, Settings
from store.staff_file import read_roster
from workers.engine import Engine, RunningPart, engine
from workflows.wire import data_converter

MERCHANT = "bench"
POLICY = "bench"
ABOVE_AUTOMATIC_REVIEW_MINOR = 400_000
BELOW_AUTOMATIC_REMEDY_MINOR = 10_000


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
        order = order_of(f"SO-{number}")
        tracking_no = f"SW12{number.removeprefix('R-')}"
        await self.sandbox.put_order(order)
        await self.sandbox.put_contact(MERCHANT, order.customer_id, contact_of(number))
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

    async def lost_parcel(self) -> tuple[str, str, str]:
        """An order whose parcel its carrier has lost: the case's number, the order's, the parcel's."""
        number = f"D-{next(self._numbers):04}"
        order = order_of(f"SO-{number}", paid_minor=BELOW_AUTOMATIC_REMEDY_MINOR)
        tracking_no = f"SW77{number.removeprefix('D-')}"
        await self.sandbox.put_order(order)
        await self.sandbox.put_contact(MERCHANT, order.customer_id, contact_of(number))
        await self.sandbox.register_parcel(CARRIER, tracking_no, Scan(status="picked_up"))
        return number, order.order_id, tracking_no

    async def sent_parcel(self) -> tuple[str, str]:
        """An order that is on its way, no scan yet: its id, and its parcel's number."""
        number = f"P-{next(self._numbers):04}"
        order = order_of(f"SO-{number}").model_copy(update={"received_at": None})
        tracking_no = f"SW99{number.removeprefix('P-')}"
        await self.sandbox.put_order(order)
        await self.sandbox.put_contact(MERCHANT, order.customer_id, contact_of(number))
        await self.sandbox.register_parcel(CARRIER, tracking_no)
        return order.order_id, tracking_no


@asynccontextmanager
async def bench_room() -> AsyncGenerator[Room]:
    """Run the parts while the block runs."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as folder:
        policies_dir = Path(folder)
        for source in (Settings().policies_dir / "standard.yaml", *_own_policies()):
            shutil.copy(source, policies_dir)
        staff = read_roster(Path(__file__).with_name("staff.yaml"), {})
        async with engine(("postgres", "temporal", "sandbox"), staff=staff) as parts:
            worker = await parts.start_worker(env={f"{ENV_PREFIX}POLICIES_DIR": str(policies_dir)})
            address, sandbox_url = parts.addresses.running_temporal, parts.addresses.sandbox_url
            assert address is not None
            assert sandbox_url is not None
            client = await Client.connect(address, data_converter=data_converter)
            async with SandboxClient(sandbox_url) as sandbox:
                yield Room(parts, worker, client, sandbox, policies_dir, count(1))


def _own_policies() -> list[Path]:
    return sorted((Path(__file__).parent / "policies").glob("*.yaml"))


def order_of(order_id: str, paid_minor: int = ABOVE_AUTOMATIC_REVIEW_MINOR) -> Order:
    """Three cups, received yesterday, dear unless said otherwise."""
    now = datetime.now(UTC).replace(microsecond=0)
    cup = OrderLine(line="1", sku="CUP-01", title="Cup", quantity=3, paid_minor=paid_minor)
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


def contact_of(number: str) -> Contact:
    """How the bench customer is reached."""
    return Contact(
        name="A. Customer",
        language="en",
        email=f"{number}@{MERCHANT}.example",
        phone="+8613800000000",
        push_token=f"push-{number}",
    )
