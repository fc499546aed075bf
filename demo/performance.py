"""The day, played: everybody at once, mishaps on the way, until every case has ended; then the evidence."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from demo.day import MERCHANT
from demo.evidence import gather
from demo.mishaps import Assassin, Kill
from demo.people import People, Play
from demo.script import POLICY
from demo.setting import plays, set_scene
from demo.summary import Summary, summarise
from demo.tasks import beside, together
from demo.watch import Watch
from domain.errors import CaseworkError
from domain.records import CaseSummary
from sandbox.client import SandboxClient
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.settings import Settings
from starters.temporal_client import connect
from store import cases as store_cases
from store.ledger import Ledger
from store.policy_library import PolicyLibrary
from store.pool import Pool, create_pool
from workers.engine import Engine, RunningPart

OPENED_WITHIN_SECONDS = 12.0
"""The five hours in which the returns were booked."""
PATIENCE_SECONDS = 150.0
"""What has not ended by then is named in the summary."""
WORKERS = 2


@dataclass
class Performance:
    """The day while it is played. What the screen shows is looked up, not counted here."""

    room: Engine
    client: Client
    pool: Pool
    sandbox: SandboxClient
    plays: Sequence[Play]
    workers: Sequence[RunningPart]
    orders: int
    watch: Watch
    remarks: list[str] = field(default_factory=list[str])
    kills: list[Kill] = field(default_factory=list[Kill])
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def elapsed(self) -> timedelta:
        """Since the first return was opened."""
        return datetime.now(UTC) - self.started_at

    async def run(self) -> Summary:
        """Play the day and ask everybody what came of it. Raises `PartFailed` if a part dies by itself."""
        self.started_at = datetime.now(UTC)
        await beside(self._play(), self.watch.run(), self._notice_deaths())
        evidence = await gather([play.case_id for play in self.plays], self.pool, self.watch, self.sandbox)
        return summarise(
            evidence, orders=self.orders, took=self.elapsed, kills=self.kills, remarks=self.remarks
        )

    async def _play(self) -> None:
        people = People(Cases(self.client, CaseRecords(self.pool)), self.sandbox, self.watch)
        acts = [
            self._act(people, play, wait) for play, wait in zip(self.plays, waits(self.plays), strict=True)
        ]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await together(*acts, self._mishap(), self.watch.until_all(self._have_ended))
        except TimeoutError:
            self.remarks.append(f"not everything had ended after {PATIENCE_SECONDS:.0f} s")

    async def _act(self, people: People, play: Play, wait: float) -> None:
        await asyncio.sleep(wait)
        try:
            await people.play(play)
        except CaseworkError as error:
            self.remarks.append(f"{play.asked.return_id}: {error.code}: {error.message}")

    async def _mishap(self) -> None:
        assassin = Assassin(self.room, self.workers, self.client, Ledger(self.pool), self.watch)
        self.kills.append(await assassin.kill_one())
        self.kills[-1] = await assassin.revive(self.kills[-1])

    def _have_ended(self, rows: Mapping[str, CaseSummary]) -> bool:
        """Whether every return was opened and has ended."""
        return len(rows) == len(self.plays) and not any(row.open for row in rows.values())

    async def _notice_deaths(self) -> None:
        dead = await self.room.next_death()
        raise dead.failed()


def waits(plays: Sequence[Play]) -> list[float]:
    """Seconds until each return is opened: as far apart as they were, the whole day in a few seconds."""
    times = [play.asked.requested_at for play in plays]
    length = (max(times) - min(times)) / timedelta(seconds=OPENED_WITHIN_SECONDS)
    return [(at - min(times)).total_seconds() / length for at in times]


@asynccontextmanager
async def performance(room: Engine) -> AsyncGenerator[Performance]:
    """A performance on these servers, with two workers of its own and the scene set."""
    settings, addresses = Settings(), room.addresses
    assert addresses.database_url is not None
    assert addresses.sandbox_url is not None
    policy = PolicyLibrary(settings.policies_dir, settings.calendars_dir).load(POLICY)
    client = await connect(settings, address=addresses.running_temporal)
    pool = await create_pool(addresses.database_url, application_name="casework-demo")
    try:
        async with SandboxClient(addresses.sandbox_url) as sandbox:
            day = plays(policy.returns.window.days)
            setting = asyncio.ensure_future(set_scene(sandbox, day, datetime.now(UTC)))
            workers = await together(*(room.start_worker() for _ in range(WORKERS)))
            watch = Watch(store_cases.Cases(pool), MERCHANT)
            yield Performance(room, client, pool, sandbox, day, workers, await setting, watch)
    finally:
        await pool.close()
