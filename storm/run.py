"""A storm from its seed to its evidence: servers up, cases driven, parts killed, both books on disk."""

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from temporalio.exceptions import TemporalError

from domain.errors import CaseworkError
from sandbox.client import SandboxClient
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.settings import ENV_PREFIX, Settings
from starters.temporal_client import connect
from store import cases as store_cases
from store.ledger import Ledger
from store.pool import create_pool
from storm.books import CallersBook, write_journal
from storm.callers import PATIENCE_SECONDS, Callers
from storm.ops import Ops
from storm.plays import Play, own_policies, plays
from storm.poison import Poison
from storm.proxy import proxy
from storm.recovery import Recovery
from storm.strikes import CUTS_PER_KILL, Strikes, victims
from storm.visible import Seen, look
from storm.watch import Watch
from workers.engine import Engine, PartFailed
from workers.engine.parts import TEMPORAL_STORE, WEBHOOKS

WORKERS, WORKER_TRIES = 2, 5
AT_ONCE = 24
PREPARED_AT_ONCE = 8
POISON_EVERY = 50
LOOK_SECONDS = 0.05
RECONCILED = {
    f"{ENV_PREFIX}RECONCILE_EVERY_SECONDS": "5",
    f"{ENV_PREFIX}RECONCILE_GRACE_SECONDS": "5",
}
"""As often as refunds are asked about here, so that a cycle is a few seconds."""


@dataclass(frozen=True)
class Size:
    """How large a storm is."""

    seed: int
    cases: int
    kills: int


@dataclass
class Storm:
    """A storm while it blows. What the screen shows is looked up, not counted here."""

    size: Size
    room: Engine
    out: Path
    cases: Cases
    book: CallersBook
    recovery: Recovery
    strikes: Strikes
    callers: Callers
    ops: Ops
    poison: Poison
    watch: Watch
    dice: random.Random
    wrong: list[str] = field(default_factory=list[str])
    """What callers and supervisor saw go wrong."""
    driven: int = 0
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)
    took_seconds: float = 0.0
    phase: str = "preparing"

    async def blow(self) -> Seen:
        """Drive all cases while everything is struck; then look at what an outsider can see."""
        drawn = plays(self.size.cases, self.dice)
        await _each(drawn, PREPARED_AT_ONCE, lambda play: self.callers.prepare(play, self.began_at))
        await self.strikes.set_gateway()
        self.phase, self.began = "blowing", time.monotonic()
        background = [asyncio.ensure_future(each) for each in (self.watch.run(), self._mourn())]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_each(drawn, AT_ONCE, self._drive))
                group.create_task(self._kill_all())
                group.create_task(self._cut_lines())
            self.took_seconds = time.monotonic() - self.began
            await self.strikes.count_lost()
            self.phase = "looking at every case"
            late = {play.case_id for play in drawn if play.kind == "late_review"}
            seen = await look(self.cases, self.book.accepted, late & self.book.accepted.keys(), self._env())
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
        self.book.close()
        write_journal(self.room.state_dir / "sandbox" / "payments.jsonl", self.out, self.began_at)
        nobody = {play.order_id for play in drawn if play.kind == "race"} - self.callers.won
        self.wrong += [f"nobody won the race for {order_id}" for order_id in sorted(nobody)]
        self.wrong += [*self.callers.found, *self.poison.taken]
        bad = ("bad taken", "good refused")
        self.wrong += [f"{count} webhooks: {name}" for name in bad if (count := self.strikes.webhooks[name])]
        return seen

    async def _drive(self, play: Play) -> None:
        number, rest = divmod(int(play.number.removeprefix("S-")), POISON_EVERY)
        beside = [] if rest else [self.poison.start(number), self._poison(play, number)]
        try:
            await asyncio.gather(self.callers.drive(play), *beside)
        except (CaseworkError, TemporalError) as error:
            self.wrong.append(f"{play.case_id} ({play.kind}): {type(error).__name__}: {error}")
        self.driven += 1

    async def _poison(self, play: Play, number: int) -> None:
        """Once the case runs."""
        while True:
            if play.case_id in self.book.accepted:
                return await self.poison.update(play.case_id, number)
            await asyncio.sleep(LOOK_SECONDS)

    async def _kill_all(self) -> None:
        """Kill in turn, evenly over the cases."""
        for number, victim in enumerate(victims(self.size.kills, self.dice), start=1):
            await self._until_driven(number / (self.size.kills + 1))
            await self.strikes.kill(victim)

    async def _cut_lines(self) -> None:
        times = round(self.size.kills * CUTS_PER_KILL)
        for number in range(times):
            await self._until_driven((number + 0.5) / (times + 1))
            await self.strikes.strike_line()

    async def _until_driven(self, share: float) -> None:
        while True:
            if self.driven >= share * self.size.cases:
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _mourn(self) -> None:
        """A part that dies by itself is a violation; it is started again, so that the rest can be judged."""
        while True:
            dead = await self.room.next_death()
            if not dead.address:
                continue  # it never came up, and who started it tries again
            self.wrong.append(f"died by itself: {dead.failed()}")
            with suppress(PartFailed):
                await self.room.bring_up_again(dead)

    def _env(self) -> dict[str, str]:
        """For the public commands: straight to the servers."""
        return {**self.room.environment(), f"{ENV_PREFIX}POLICIES_DIR": str(self.room.state_dir / "policies")}


async def _each(drawn: list[Play], at_once: int, act: Callable[[Play], Coroutine[Any, Any, None]]) -> None:
    """Do it for every play, so many at once, in their order."""
    waiting = iter(drawn)

    async def one_after_the_other() -> None:
        for play in waiting:
            await act(play)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(one_after_the_other())


@asynccontextmanager
async def storm(size: Size, room: Engine, out: Path) -> AsyncGenerator[Storm]:
    """A storm over these servers, with workers of its own behind proxies."""
    dice, addresses = random.Random(size.seed), room.addresses
    assert addresses.database_url is not None
    assert addresses.running_temporal is not None
    assert addresses.sandbox_url is not None
    assert addresses.http_url is not None
    async with AsyncExitStack() as stack:
        database = urlsplit(addresses.database_url)
        temporal_port = int(addresses.running_temporal.rpartition(":")[2])
        lines = {
            "postgres": await stack.enter_async_context(proxy(database.port or 5432)),
            "temporal": await stack.enter_async_context(proxy(temporal_port)),
        }
        here = database._replace(netloc=f"{database.username}@127.0.0.1:{lines['postgres'].port}")
        env = {
            f"{ENV_PREFIX}DATABASE_URL": here.geturl(),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{lines['temporal'].port}",
            f"{ENV_PREFIX}POLICIES_DIR": str(own_policies(room.state_dir / "policies")),
            f"{ENV_PREFIX}LOG_LEVEL": "error",
        }
        sandbox = await stack.enter_async_context(SandboxClient(addresses.sandbox_url))
        client = await connect(Settings(), address=addresses.running_temporal)
        pool = await create_pool(addresses.database_url, application_name="casework-storm")
        stack.callback(pool.terminate)
        book, recovery, ops = CallersBook(out), Recovery(), Ops(client)
        watch = Watch(store_cases.Cases(pool))

        async def start_worker() -> None:
            """As a supervisor does: one that finds no server, in a storm, is started again."""
            for _ in range(WORKER_TRIES):
                with suppress(PartFailed):
                    await room.start_worker(env=env)
                    return
            await room.start_worker(env=env)

        webhooks = f"{addresses.http_url}{WEBHOOKS}"
        strikes = Strikes(
            room=room,
            sandbox=sandbox,
            ledger=Ledger(pool),
            proxies=lines,
            recovery=recovery,
            dice=dice,
            start_worker=start_worker,
            webhooks_url=webhooks,
            temporal_store=room.state_dir / TEMPORAL_STORE,
        )
        await asyncio.gather(*(start_worker() for _ in range(WORKERS)))
        await room.start_reconciler(env=RECONCILED)
        cases = Cases(client, CaseRecords(pool), patience_seconds=PATIENCE_SECONDS)
        callers = Callers(cases, sandbox, book, watch, ops, recovery, strikes.decides)
        poison = Poison(client)
        yield Storm(
            size=size,
            room=room,
            out=out,
            cases=cases,
            book=book,
            recovery=recovery,
            strikes=strikes,
            callers=callers,
            ops=ops,
            poison=poison,
            watch=watch,
            dice=dice,
        )


def a_seed() -> int:
    """A seed that nobody chose."""
    return int.from_bytes(os.urandom(3), "big") or 1
