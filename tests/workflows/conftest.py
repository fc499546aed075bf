"""A whole desk for workflow tests: real servers with time skipping, and a worker in the test process."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from providers.ports import PaymentRails
from sandbox.client import SandboxClient
from sandbox.faults import PARTS
from store.pool import Pool, create_pool
from tests.workflows.desk import SANDBOX_AHEAD, Desk
from tests.workflows.wiring import (
    FORGETFUL,
    MakeWorker,
    connect,
    outside_world,
    worker_factory,
    write_policies,
)
from workers.engine import Engine, engine

_numbers = count(1)


@pytest.fixture(scope="session")
async def room() -> AsyncGenerator[Engine]:
    """Temporal with time skipping, PostgreSQL and the sandbox, for all workflow tests."""
    async with engine(("postgres", "temporal", "sandbox"), time_skipping=True) as room:
        yield room


@pytest.fixture(scope="session")
async def client(room: Engine) -> Client:
    """A client that speaks as our own do."""
    return await connect(room)


@pytest.fixture(scope="session")
async def desk_pool(room: Engine) -> AsyncGenerator[Pool]:
    """The desk's own database."""
    assert room.addresses.database_url is not None
    pool = await create_pool(room.addresses.database_url, application_name="casework-test")
    yield pool
    pool.terminate()


@pytest.fixture(scope="session")
async def sandbox(room: Engine) -> AsyncGenerator[SandboxClient]:
    """The outside world's knobs."""
    assert room.addresses.sandbox_url is not None
    async with SandboxClient(room.addresses.sandbox_url) as client:
        await client.set_now(datetime.now(UTC) + SANDBOX_AHEAD)
        yield client


@pytest.fixture(scope="session")
def policies_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policies of the tests."""
    return write_policies(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="session")
async def make_worker(room: Engine, desk_pool: Pool, policies_dir: Path) -> AsyncGenerator[MakeWorker]:
    """Makes workers in this process."""
    async with worker_factory(room, desk_pool, policies_dir) as make:
        yield make


@pytest.fixture(scope="session")
async def worker(client: Client, make_worker: MakeWorker) -> AsyncGenerator[Worker]:
    """A worker in this process."""
    async with make_worker(client) as worker:
        yield worker


@pytest.fixture
async def desk(client: Client, sandbox: SandboxClient, desk_pool: Pool, worker: Worker) -> Desk:
    """The servers, well again, with a merchant of the test's own."""
    for part in PARTS:
        await sandbox.set_faults(part)
    await sandbox.set_gateway()
    return Desk(client, TimeSkipper(client), sandbox, desk_pool, f"m{next(_numbers)}")


@pytest.fixture(scope="session")
async def forgetful_client(sandbox: SandboxClient) -> AsyncGenerator[Client]:
    """A Temporal server that suggests a new run after a few dozen events."""
    async with engine(("temporal",), time_skipping=True, temporal_settings=FORGETFUL) as room:
        yield await connect(room)


@pytest.fixture
async def forgetful_desk(
    forgetful_client: Client, make_worker: MakeWorker, desk: Desk
) -> AsyncGenerator[Desk]:
    """A desk whose cases continue as new all the time."""
    async with make_worker(forgetful_client):
        yield replace(desk, client=forgetful_client, skipper=TimeSkipper(forgetful_client))


@pytest.fixture(scope="session")
async def payments(room: Engine) -> AsyncGenerator[PaymentRails]:
    """The gateways, for whoever asks them beside the workers."""
    async with outside_world(room) as providers:
        yield providers.payments
