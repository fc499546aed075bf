"""A parcel in real time, with the demo's seconds: it stalls, becomes a case, and comes after all."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from temporalio.testing import TimeSkipper

from sandbox.client import SandboxClient
from store.pool import create_pool
from tests.workflows.delivery_desk import beside
from tests.workflows.desk import Desk
from tests.workflows.shipment_desk import open_shipment, scan
from tests.workflows.wiring import connect
from workers.engine import Engine, engine


@pytest.fixture
async def room() -> AsyncGenerator[Engine]:
    """All parts, in real time."""
    async with engine() as room:
        yield room


@pytest.fixture
async def desk(room: Engine) -> AsyncGenerator[Desk]:
    """A desk of a merchant's own on these parts."""
    assert room.addresses.sandbox_url is not None
    assert room.addresses.database_url is not None
    client = await connect(room)
    pool = await create_pool(room.addresses.database_url, application_name="casework-test")
    async with SandboxClient(room.addresses.sandbox_url) as sandbox:
        yield Desk(client, TimeSkipper(client), sandbox, pool, "m1")
    pool.terminate()


async def test_l4_l5_a_stalled_parcel_becomes_a_case_and_a_scan_clears_both(desk: Desk) -> None:
    shipment = await open_shipment(desk, policy="demo", destination=None)
    await scan(shipment, "picked_up", await desk.sandbox.now())
    await shipment.until_event("shipment.case_opened")
    case = beside(shipment, f"delivery:m1:{shipment.number}-1")
    assert "delivery_exception" in await case.told(1)
    await scan(shipment, "delivered", await desk.sandbox.now() - timedelta(milliseconds=1))
    assert (await shipment.result())["outcome"] == "delivered"
    assert (await case.result())["outcome"] == "cleared"
    assert "delivery_cleared" in await case.told(2)
