"""The day, played: everybody at once, mishaps on the way, until every case has ended; then the evidence."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from demo.complaint_people import ComplaintPeople
from demo.day import CURRENCY, MERCHANT
from demo.evidence import gather
from demo.lead import Lead
from demo.mishaps import Assassin, Kill
from demo.parcel_people import ParcelPeople
from demo.peak import announce_surge, own_policies, surge_hour
from demo.people import People
from demo.script import POLICY
from demo.setting import Programme, programme, set_scene
from demo.storm import Storm
from demo.summary import Summary, summarise
from demo.tasks import beside, together
from demo.trouble_people import TroublePeople
from demo.watch import Watch
from domain.errors import CaseworkError
from domain.policy.approval_rules import limit_of
from domain.policy.policy import InForce
from domain.records import CaseSummary
from sandbox.client import SandboxClient
from starters.approvals import ApprovalDesk
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.settings import ENV_PREFIX, Settings
from starters.temporal_client import connect
from starters.weather import Weather
from store import cases as store_cases
from store.ledger import Ledger
from store.policy_library import PolicyLibrary
from store.pool import Pool, create_pool
from workers.engine import Engine, RunningPart

PATIENCE_SECONDS = 240.0
"""What has not ended by then, on a very busy machine, is named in the summary."""
WORKERS = 2


@dataclass
class Performance:
    """The day while it is played. What the screen shows is looked up, not counted here."""

    room: Engine
    client: Client
    pool: Pool
    sandbox: SandboxClient
    played: Programme
    workers: Sequence[RunningPart]
    worker_env: Mapping[str, str]
    policies: Path
    orders: int
    watch: Watch
    storm: Storm
    surge: InForce | None = None
    remarks: list[str] = field(default_factory=list[str])
    kills: list[Kill] = field(default_factory=list[Kill])
    unfinished: list[str] = field(default_factory=list[str])
    """What somebody was still at when the patience ended."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def elapsed(self) -> timedelta:
        """Since the first return was opened."""
        return datetime.now(UTC) - self.started_at

    async def run(self) -> Summary:
        """Play the day and ask everybody what came of it. Raises `PartFailed` if a part dies by itself."""
        settings = Settings()
        self.started_at = datetime.now(UTC)
        shipped = PolicyLibrary(settings.policies_dir, settings.calendars_dir)
        self.surge = surge_hour(shipped, self.played.rhythm, self.started_at)
        announce_surge(settings.policies_dir, self.policies, self.surge)
        await beside(self._play(), self.watch.run(), self._notice_deaths())
        took = self.elapsed
        evidence = await gather(
            self.played.expected,
            self.pool,
            self.watch,
            self.sandbox,
            self.client,
            surge=self.surge,
            storm=self.storm,
            limit_minor=self._limit_minor(shipped),
        )
        return summarise(evidence, orders=self.orders, took=took, kills=self.kills, remarks=self.remarks)

    def _limit_minor(self, shipped: PolicyLibrary) -> int:
        """Above which a refund of the day needs a second person."""
        rules = shipped.load(POLICY).refunds.approval
        assert rules is not None
        return limit_of(rules.per_refund_minor, CURRENCY)

    async def _play(self) -> None:
        # On a busy machine an answer takes long; nobody in the demo gives up before it comes.
        cases = Cases(self.client, CaseRecords(self.pool), patience_seconds=PATIENCE_SECONDS)
        troubles = TroublePeople(cases, self.sandbox, self.watch, self.played.parcels, self.remarks.append)
        desk = ApprovalDesk(self.client, self.pool, patience_seconds=PATIENCE_SECONDS)
        acts = self._acts(cases)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await beside(
                    together(*acts, self._mishap(), self.watch.until_all(self._have_ended)),
                    troubles.attend("delivery"),
                    troubles.attend("claim"),
                    Lead(desk, self.remarks.append).attend(),
                )
        except TimeoutError:
            still = ", ".join(sorted(self.unfinished)) or "nobody"
            waited = f"not everything had ended after {PATIENCE_SECONDS:.0f} s"
            self.remarks.append(f"{waited}; still at it: {still}")

    def _acts(self, cases: Cases) -> list[Coroutine[Any, Any, None]]:
        """What everybody does, each at their time."""
        people = People(cases, self.sandbox, self.watch)
        parcels = ParcelPeople(cases, self.sandbox, self.watch)
        complaints = ComplaintPeople(cases, self.sandbox, self.watch)
        seconds = self.played.rhythm.seconds
        struck = {play.case_id for play in self.played.parcels if play.turn == "storm"}
        return [
            *(
                self._act(play.case_id, people.play(play), seconds(play.asked.requested_at))
                for play in self.played.returns
            ),
            *(
                self._act(play.case_id, parcels.send(play, self.storm.over), play.sent_after)
                for play in self.played.parcels
            ),
            *(self._act(play.case_id, complaints.play(play), play.after) for play in self.played.complaints),
            self._act("storm", self.storm.blow(struck), 0),
        ]

    async def _act(self, name: str, act: Coroutine[Any, Any, None], wait: float) -> None:
        try:
            await asyncio.sleep(wait)
            await act
        except CaseworkError as error:
            self.remarks.append(f"{name}: {error.code}: {error.message}")
        except asyncio.CancelledError:
            self.unfinished.append(name)
            raise
        finally:
            act.close()

    async def _mishap(self) -> None:
        assassin = Assassin(
            self.room, self.workers, self.worker_env, self.client, Ledger(self.pool), self.watch
        )
        self.kills.append(await assassin.kill_one())
        self.kills[-1] = await assassin.revive(self.kills[-1])

    def _have_ended(self, rows: Mapping[str, CaseSummary]) -> bool:
        """Whether every case that must come has come, and no case is open."""
        return not self.played.expected.missing(rows) and not any(row.open for row in rows.values())

    async def _notice_deaths(self) -> None:
        dead = await self.room.next_death()
        raise dead.failed()


@asynccontextmanager
async def performance(room: Engine) -> AsyncGenerator[Performance]:
    """A performance on these servers, with two workers of its own and the scene set."""
    settings, addresses = Settings(), room.addresses
    assert addresses.database_url is not None
    assert addresses.sandbox_url is not None
    policies = own_policies(settings.policies_dir, room.state_dir / "policies")
    library = PolicyLibrary(policies, settings.calendars_dir)
    client = await connect(settings, address=addresses.running_temporal)
    pool = await create_pool(addresses.database_url, application_name="casework-demo")
    try:
        async with SandboxClient(addresses.sandbox_url) as sandbox:
            played = programme(library.load(POLICY).returns.window.days)
            setting = asyncio.ensure_future(set_scene(sandbox, played, datetime.now(UTC)))
            env = {f"{ENV_PREFIX}POLICIES_DIR": str(policies)}
            workers = await together(*(room.start_worker(env=env) for _ in range(WORKERS)))
            watch = Watch(store_cases.Cases(pool), MERCHANT)
            yield Performance(
                room=room,
                client=client,
                pool=pool,
                sandbox=sandbox,
                played=played,
                workers=workers,
                worker_env=env,
                policies=policies,
                orders=await setting,
                watch=watch,
                storm=Storm(Weather(client, pool, library), sandbox, watch),
            )
    finally:
        await pool.close()
