"""A world in memory for the seeded simulation: dice, a clock, and whatever can go wrong, all by one seed."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from domain.refunds import PayRefund, RefundOutcome

R = TypeVar("R")

EPOCH = datetime(2026, 11, 11, tzinfo=UTC)
NEVER = (EPOCH, EPOCH)
HEARTBEAT_TIMEOUT = timedelta(seconds=6)
SLOW_SECONDS_MAX = 25
"""The longest that one step takes: by then its worker was believed dead, and another is at it."""


SLOW_WHEN_STRAGGLING = 0.4

straggles: ContextVar[bool] = ContextVar("straggles", default=False)
"""Whether this attempt is believed dead, and goes on nevertheless."""


class Killed(BaseException):
    """The worker dies here: no handler of the program sees it."""


@dataclass
class Odds:
    """How often things go wrong, per step or per call."""

    killed: float
    straggles: float
    """An attempt that is believed dead, and goes on nevertheless."""
    slow: float
    store_down: float
    lost_before: float
    lost_after: float
    refused: float
    pending: float
    fails_late: float
    comes_back: float
    """Of what had settled."""

    @classmethod
    def drawn(cls, dice: Random) -> "Odds":
        """Some worlds are calm, some are not."""
        return cls(*(dice.choice((0, 0.02, 0.1, 0.4)) for _ in fields(cls)))

    @classmethod
    def calm(cls) -> "Odds":
        """Nothing goes wrong."""
        return cls(*(0 for _ in fields(cls)))


@dataclass
class World:
    """The dice, the clock, and the chance to stop at every await."""

    dice: Random
    odds: Odds
    outage: tuple[datetime, datetime] = NEVER
    blind: tuple[datetime, datetime] = NEVER
    """When the gateways find nothing of what they paid in it, as where a search lags or loses."""

    @classmethod
    def of(cls, seed: int) -> "World":
        """The world of a seed; some have an outage of up to thirty hours, or find nothing for as long."""
        dice = Random(seed)
        world = cls(dice, Odds.drawn(dice))
        world.outage, world.blind = world._stretch(), world._stretch()
        return world

    def _stretch(self) -> tuple[datetime, datetime]:
        if self.dice.random() < 0.7:
            return NEVER
        start = EPOCH + timedelta(minutes=self.dice.randrange(0, 120))
        return start, start + timedelta(hours=self.dice.randrange(1, 31))

    def happens(self, odds: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < odds

    @property
    def now(self) -> datetime:
        """By the loop's clock."""
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())

    @property
    def is_out(self) -> bool:
        """Whether the gateways are away."""
        start, end = self.outage
        return start <= self.now < end

    @property
    def is_blind(self) -> bool:
        """Whether they find nothing."""
        start, end = self.blind
        return start <= self.now < end

    async def sleep(self, minutes_max: int) -> None:
        """Let some time go by."""
        await asyncio.sleep(60 * self.dice.randrange(minutes_max))

    async def step(self, do: Callable[[], R]) -> R:
        """One await: others may go first, and the worker may die before or after what is done."""
        if self.happens(SLOW_WHEN_STRAGGLING if straggles.get() else self.odds.slow):
            await asyncio.sleep(self.dice.randrange(1, SLOW_SECONDS_MAX + 1))
        for _ in range(self.dice.choice((0, 1, 2, 12))):
            await asyncio.sleep(0)
        if self.happens(self.odds.killed / 2):
            raise Killed
        done = do()
        if self.happens(self.odds.killed / 2):
            raise Killed
        return done


class Cases:
    """The cases that are told; a worker may die before or after."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.told: dict[str, list[RefundOutcome]] = {}

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Remember it."""
        await self._world.step(lambda: self.told.setdefault(order.key, []).append(outcome))

    def last(self, order: PayRefund) -> str | None:
        """What it heard last of a refund."""
        return told[-1].state if (told := self.told.get(order.key)) else None
