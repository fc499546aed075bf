"""What befalls the machines: SIGKILL for each part, by the dice; lines cut or held, a store locked."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2

from domain.errors import CaseworkError
from sandbox.client import SandboxClient
from sandbox.messages import FaultRule
from sandbox.payment_messages import Delivery, WebhookSettings
from store.ledger import Ledger
from storm.locked_store import hold_store
from storm.proxy import Proxy
from storm.recovery import Recovery
from workers.engine import Engine, RunningPart

T = TypeVar("T")

SHARES = {"worker": 0.6, "postgres": 0.4 / 3, "temporal": 0.4 / 3, "sandbox": 0.4 / 3}
"""Of the kills."""
MOMENTS = ("any", "intent", "sent", "unknown", "settled")
"""When a part dies: at any time, or while the ledger has a refund so."""
TRIES = 5
MOMENT_SECONDS, LOOK_SECONDS = 5.0, 0.02
LOST_SHARE, BROKEN_SHARE, DAWDLES_SHARE = 0.25, 0.05, 0.3
SETTLES_AFTER_SECONDS = (0.0, 0.0, 1.0)
REPEATS, SHUFFLED_WITHIN_SECONDS, FORGED_SHARE, OTHER_BAD_SHARE = 3, 3.0, 0.1, 0.05
"""Of the webhooks: each is sent so often, within so long; to a tenth somebody adds a forged one, to others
one without a signature, or an old one."""
STALL_SECONDS = (0.5, 8.0)
STORE = "temporal store"
STORE_SECONDS = (0.5, 4.0)
CUTS_PER_KILL = 0.5
CLIENT_ERROR, SERVER_ERROR = 400, 500


def gateway_faults(dice: random.Random) -> list[FaultRule]:
    """A quarter of the replies is lost after the money moved; some come as a 500 after it, some late."""
    seeds = [dice.randrange(1, 10**6) for _ in range(3)]
    return [
        FaultRule(kind="lost_after", operation="refund", probability=LOST_SHARE, seed=seeds[0]),
        FaultRule(kind="error_after", operation="refund", probability=BROKEN_SHARE, seed=seeds[1]),
        FaultRule(
            kind="slow", operation="refund", probability=DAWDLES_SHARE, seed=seeds[2], delay_seconds=0.3
        ),
    ]


def webhook_rules(url: str, dice: random.Random) -> WebhookSettings:
    """Webhooks in any order, again and again, with lies among them."""
    return WebhookSettings(
        url=url,
        repeat=REPEATS,
        shuffle=True,
        delay_seconds=SHUFFLED_WITHIN_SECONDS,
        forge=FORGED_SHARE,
        unsigned=OTHER_BAD_SHARE,
        stale=OTHER_BAD_SHARE,
        seed=dice.randrange(1, 10**6),
    )


def victims(kills: int, dice: random.Random) -> list[str]:
    """Who is killed, in turn: each part its share, the workers what is left of it."""
    others = [name for name, share in SHARES.items() if name != "worker" for _ in range(round(kills * share))]
    chosen = (others + ["worker"] * kills)[:kills]
    dice.shuffle(chosen)
    return chosen


def became_of(sent: Delivery) -> str:
    """`taken` and `refused` are as they should be, `bad taken` and `good refused` never."""
    if sent.status is None or sent.status >= SERVER_ERROR:
        return "unanswered"
    is_taken, is_good = sent.status < CLIENT_ERROR, sent.kind == "genuine"
    if is_taken == is_good:
        return "taken" if is_taken else "refused"
    return "bad taken" if is_taken else "good refused"


async def _until_heard(tell: Callable[[], Awaitable[T]]) -> T:
    """Tell the gateway; a connection from before its death may break first."""
    for _ in range(TRIES):
        with suppress(httpx2.TransportError):
            return await tell()
    return await tell()


@dataclass
class Strikes:
    """Who kills and cuts, and what came of it."""

    room: Engine
    sandbox: SandboxClient
    ledger: Ledger
    proxies: dict[str, Proxy]
    recovery: Recovery
    dice: random.Random
    start_worker: Callable[[], Awaitable[None]]
    webhooks_url: str
    temporal_store: Path
    kills: Counter[str] = field(default_factory=Counter[str])
    moments: Counter[str] = field(default_factory=Counter[str])
    cuts: Counter[str] = field(default_factory=Counter[str])
    lost_replies: int = 0
    webhooks: Counter[str] = field(default_factory=Counter[str])
    """By what became of them."""
    back_after: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """Seconds from the kill until the part answered again."""
    deciding: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue[str](maxsize=1))

    def decides(self, case_id: str) -> None:
        """A case's money is about to be paid: the youngest such is what moments look at."""
        with suppress(asyncio.QueueEmpty):
            self.deciding.get_nowait()
        self.deciding.put_nowait(case_id)

    async def set_gateway(self) -> None:
        """Faults live in the gateway's memory: after its death they are ordered anew."""
        faults, settles_after = gateway_faults(self.dice), self.dice.choice(SETTLES_AFTER_SECONDS)
        await _until_heard(lambda: self.sandbox.set_faults("payments", *faults))
        await _until_heard(lambda: self.sandbox.set_gateway(settle_after_seconds=settles_after))
        rules = webhook_rules(self.webhooks_url, self.dice)
        await _until_heard(lambda: self.sandbox.set_webhooks(rules))

    async def count_lost(self) -> None:
        """Keep what the gateway's faults and webhooks did before it is forgotten."""
        for sent in await _until_heard(self.sandbox.webhooks):
            self.webhooks[became_of(sent)] += 1
        rules = await _until_heard(lambda: self.sandbox.faults("payments"))
        self.lost_replies += sum(rule.fired for rule in rules if rule.kind in ("lost_after", "error_after"))

    async def kill(self, victim: str) -> None:
        """Kill it at a moment that the dice choose, and start it again on the same state and ports."""
        moment = await self._moment()
        part = await self._living(victim)
        if victim == "sandbox":
            await self.count_lost()
        loop = asyncio.get_running_loop()
        struck_at = loop.time()
        self.recovery.struck()
        await part.kill()
        self.kills[victim] += 1
        self.moments[moment] += 1
        if victim == "worker":
            await self.start_worker()
        else:
            await self._bring_up(part)
        if victim == "sandbox":
            await self.set_gateway()
        self.back_after.setdefault(victim, []).append(loop.time() - struck_at)

    async def _bring_up(self, part: RunningPart) -> None:
        """As a supervisor does: what does not come up is ended and started again."""
        for _ in range(TRIES):
            with suppress(CaseworkError):
                await self.room.bring_up_again(part)
                return
            for half_up in [each for each in self.room.parts if each.name == part.name]:
                await half_up.kill()
        await self.room.bring_up_again(part)

    async def _living(self, victim: str) -> RunningPart:
        while True:
            if found := [part for part in self.room.parts if part.name.startswith(victim) and part.address]:
                return self.dice.choice(found)
            await asyncio.sleep(LOOK_SECONDS)

    async def _moment(self) -> str:
        """Wait for a refund in the state that the dice name; `any` where none comes to it in time."""
        moment = self.dice.choice(MOMENTS)
        if moment != "any":
            try:
                async with asyncio.timeout(MOMENT_SECONDS):
                    case_id = await self.deciding.get()
                    await self._until(case_id, moment)
            except TimeoutError:
                moment = "any"
        await asyncio.sleep(self.dice.uniform(0, 0.3))  # any moment of it
        return moment

    async def _until(self, case_id: str, moment: str) -> None:
        while True:
            with suppress(CaseworkError):
                if any(row.state == moment for row in await self.ledger.for_case(case_id)):
                    return
            await asyncio.sleep(LOOK_SECONDS)

    async def strike_line(self) -> None:
        """Cut or stall the workers' connections to PostgreSQL or to Temporal, or lock Temporal's store."""
        name = self.dice.choice([*sorted(self.proxies), STORE])
        if name == STORE:
            if await hold_store(self.temporal_store, self.dice.uniform(*STORE_SECONDS)):
                self.cuts[f"{name} locked"] += 1
        elif self.dice.random() < 0.5:
            self.recovery.struck()
            self.proxies[name].cut()
            self.cuts[f"{name} cut"] += 1
        else:
            self.cuts[f"{name} held"] += 1
            await self.proxies[name].stall(self.dice.uniform(*STALL_SECONDS))
