"""A whole desk for workflow tests: real servers with time skipping, and a worker in the test process."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from providers.settings import build_providers, load_provider_settings
from sandbox.client import SandboxClient
from sandbox.faults import PARTS
from starters.settings import Settings
from store.policy_library import PolicyLibrary
from store.pool import Pool, create_pool
from tests.workflows.desk import SANDBOX_AHEAD, Desk
from workers.engine import Engine, engine
from workers.worker import case_worker
from workflows.wire import data_converter

_numbers = count(1)
MakeWorker = Callable[[Client], AbstractAsyncContextManager[Worker]]

# The standard policy without quiet hours, so that a test's notices don't depend on when it runs; and the same
# with look-ups so rare that weeks pass in seconds.
ATTENTIVE = """
name: attentive
extends: standard
notices: {quiet_hours: null}
"""
AWAKE = """
name: awake
extends: standard
notices: {quiet_hours: null}
lookups: {before_pickup_every: 2d, in_transit_every: 1d}
returns: {exchange: {ask_stock_every: 1d}}
"""


@pytest.fixture(scope="session")
async def room() -> AsyncGenerator[Engine]:
    """Temporal with time skipping, PostgreSQL and the sandbox, for all workflow tests."""
    async with engine(("postgres", "temporal", "sandbox"), time_skipping=True) as room:
        yield room


@pytest.fixture(scope="session")
async def client(room: Engine) -> Client:
    """A client that speaks as our own do."""
    assert room.addresses.running_temporal is not None
    return await Client.connect(room.addresses.running_temporal, data_converter=data_converter)


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
    """The shipped policies but the surge, which is in force or not by today's date, and one for tests."""
    folder = tmp_path_factory.mktemp("policies")
    for name in ("standard", "demo"):
        shutil.copy(Settings().policies_dir / f"{name}.yaml", folder)
    (folder / "attentive.yaml").write_text(ATTENTIVE, encoding="utf-8")
    (folder / "awake.yaml").write_text(AWAKE, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
async def make_worker(room: Engine, desk_pool: Pool, policies_dir: Path) -> AsyncGenerator[MakeWorker]:
    """Makes workers in this process, over the room's store and outside world."""
    env = room.addresses.model_dump(exclude_none=True, exclude={"database_url", "running_temporal"})
    fields = ("shop_url", "payments_url", "carriers_url", "warehouse_url", "sms_url", "push_url")
    given = {name: env[name] for name in (*fields, "smtp_host", "smtp_port")}
    providers = build_providers(load_provider_settings(**given))
    library = PolicyLibrary(policies_dir, Settings().calendars_dir)
    yield lambda client: case_worker(client, desk_pool, providers, library, task_queue="casework")
    await providers.close()


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
    short = ("limit.historyCount.suggestContinueAsNew=30",)
    async with engine(("temporal",), time_skipping=True, temporal_settings=short) as room:
        assert room.addresses.running_temporal is not None
        yield await Client.connect(room.addresses.running_temporal, data_converter=data_converter)


@pytest.fixture
async def forgetful_desk(
    forgetful_client: Client, make_worker: MakeWorker, desk: Desk
) -> AsyncGenerator[Desk]:
    """A desk whose cases continue as new all the time."""
    async with make_worker(forgetful_client):
        yield replace(desk, client=forgetful_client, skipper=TimeSkipper(forgetful_client))
