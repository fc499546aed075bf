"""What the fixtures and the recorder of histories build alike: policies, outside world, workers."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import yaml
from temporalio.client import Client
from temporalio.worker import Worker

from providers.settings import Providers, build_providers, load_provider_settings
from starters.settings import Settings
from store.policy_library import PolicyLibrary
from store.pool import Pool
from workers.engine import Engine
from workers.worker import case_worker
from workflows.wire import data_converter

MakeWorker = Callable[[Client], AbstractAsyncContextManager[Worker]]

# The standard policy without quiet hours, so that a test's notices don't depend on when it runs; and the same
# with look-ups so rare that weeks pass in seconds, and a carrier that
# gives two hours to claim.
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
deliveries: {stock: {ask_every: 1d}}
carrier_claims: {carriers: {harbour: {file_within: 2h}}}
"""

# The same, under which a parcel that stalls is watched on and becomes no case.
WATCHFUL = """
name: watchful
extends: awake
deliveries: {opens_for: [late, lost, loss, damage]}
"""
# The same, under which a second person looks: above 30.00, above 60.00 of an order, above 50.00 of a day.
WARY = """
name: wary
extends: awake
refunds:
  approval:
    per_refund_minor: {CNY: 3000}
    per_order_minor: {CNY: 6000}
    per_day_minor: {CNY: 5000}
"""
# Other promises, to hold open cases to.
HURRIED = """
name: hurried
extends: awake
metrics:
  return:
    review: {targets: [{target: 1h}], calendar: always}
    resolution: {targets: [{target: 240h}]}
  complaint:
    solution: {targets: [{priority: [P1], target: 1h}, {target: 3h}], calendar: always}
  delivery:
    resolution: {targets: [{target: 3h}], calendar: always}
  claim:
    answer: {targets: [{target: 3h}], calendar: always}
  improvement:
    acceptance: {targets: [{target: 3h}], calendar: always}
"""

# A base of its own for the shipped surge, which is then in force whatever today's date is. Its desk never
# rests, so deadlines come in the same order by day and by night.
EVERYDAY = """
name: everyday
extends: standard
notices: {quiet_hours: null}
calendars:
  desk:
    holidays: none
    week: {all: &always ["00:00-24:00"], sat: *always, sun: *always}
"""
ALWAYS_IN_FORCE = {"since": "2020-01-01T00:00:00+08:00", "until": "2100-01-01T00:00:00+08:00"}

# A new run is suggested after a few dozen events.
FORGETFUL = ("limit.historyCount.suggestContinueAsNew=30",)


def write_policies(folder: Path) -> Path:
    """The shipped policies, and those for tests; the surge stands in for `everyday`, and is called `peak`."""
    for name in ("standard", "demo"):
        shutil.copy(Settings().policies_dir / f"{name}.yaml", folder)
    (folder / "attentive.yaml").write_text(ATTENTIVE, encoding="utf-8")
    (folder / "watchful.yaml").write_text(WATCHFUL, encoding="utf-8")
    (folder / "awake.yaml").write_text(AWAKE, encoding="utf-8")
    (folder / "wary.yaml").write_text(WARY, encoding="utf-8")
    (folder / "hurried.yaml").write_text(HURRIED, encoding="utf-8")
    (folder / "everyday.yaml").write_text(EVERYDAY, encoding="utf-8")
    surge = yaml.safe_load((Settings().policies_dir / "surge.yaml").read_text(encoding="utf-8"))
    peak = surge | {"name": "peak", "extends": "everyday", "in_force": ALWAYS_IN_FORCE}
    (folder / "peak.yaml").write_text(yaml.safe_dump(peak, allow_unicode=True), encoding="utf-8")
    return folder


async def connect(room: Engine) -> Client:
    """A client that speaks as our own do."""
    assert room.addresses.running_temporal is not None
    return await Client.connect(room.addresses.running_temporal, data_converter=data_converter)


@asynccontextmanager
async def worker_factory(
    room: Engine,
    pool: Pool,
    policies: Path,
    calendars: Path | None = None,
    task_queue: str = "casework",
) -> AsyncGenerator[MakeWorker]:
    """Makes workers in this process, over the room's store and outside world."""
    library = PolicyLibrary(policies, calendars or Settings().calendars_dir)
    async with outside_world(room) as providers:
        yield lambda client: case_worker(client, pool, providers, library, task_queue=task_queue)


@asynccontextmanager
async def outside_world(room: Engine) -> AsyncGenerator[Providers]:
    """All ports, wired to the room's sandbox."""
    env = room.addresses.model_dump(exclude_none=True)
    fields = ("shop_url", "payments_url", "carriers_url", "warehouse_url", "sms_url", "push_url")
    given = {name: env[name] for name in (*fields, "smtp_host", "smtp_port")}
    providers = build_providers(load_provider_settings(**given))
    try:
        yield providers
    finally:
        await providers.close()
