"""What the fixtures and the recorder of histories build alike: policies, outside world, workers."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from providers.settings import build_providers, load_provider_settings
from starters.settings import Settings
from store.policy_library import PolicyLibrary
from store.pool import Pool
from workers.engine import Engine
from workers.worker import case_worker
from workflows.wire import data_converter

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

# A new run is suggested after a few dozen events.
FORGETFUL = ("limit.historyCount.suggestContinueAsNew=30",)


def write_policies(folder: Path) -> Path:
    """The shipped policies but the surge, which is in force or not by today's date, and two for tests."""
    for name in ("standard", "demo"):
        shutil.copy(Settings().policies_dir / f"{name}.yaml", folder)
    (folder / "attentive.yaml").write_text(ATTENTIVE, encoding="utf-8")
    (folder / "awake.yaml").write_text(AWAKE, encoding="utf-8")
    return folder


async def connect(room: Engine) -> Client:
    """A client that speaks as our own do."""
    assert room.addresses.running_temporal is not None
    return await Client.connect(room.addresses.running_temporal, data_converter=data_converter)


@asynccontextmanager
async def worker_factory(room: Engine, pool: Pool, policies: Path) -> AsyncGenerator[MakeWorker]:
    """Makes workers in this process, over the room's store and outside world."""
    env = room.addresses.model_dump(exclude_none=True)
    fields = ("shop_url", "payments_url", "carriers_url", "warehouse_url", "sms_url", "push_url")
    given = {name: env[name] for name in (*fields, "smtp_host", "smtp_port")}
    providers = build_providers(load_provider_settings(**given))
    library = PolicyLibrary(policies, Settings().calendars_dir)
    try:
        yield lambda client: case_worker(client, pool, providers, library, task_queue="casework")
    finally:
        await providers.close()
