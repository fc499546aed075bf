"""A world in memory for the seeded simulation: dice, a clock, and whatever can go wrong, all by one seed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from domain.refunds import PayRefund, RefundOutcome

R = TypeVar("R")

EPOCH = datetime(2026, 11, 11, tzinfo=UTC)
NEVER = (EPOCH, EPOCH)


class Killed(BaseException):
    """The worker dies here: no handler of the program sees it."""


@dataclass
class Odds:
    """How often things go wrong, per step or per call."""

    killed: float
    store_down: float
    lost_before: float
    lost_after: float
    refused: float
    pending: float
    fails_late: float

    @classmethod
    def drawn(cls, dice: Random) -> "Odds":
        """Some worlds are calm, some are not."""
        return cls(*(dice.choice((0, 0.02, 0.1, 0.3)) for _ in range(7)))


@dataclass
class World:
    """The dice, the clock, and the chance to stop at every await."""

    dice: Random
    odds: Odds
    now: datetime = EPOCH
    outage: tuple[datetime, datetime] = NEVER
    blind: tuple[datetime, datetime] = NEVER
    """When the gateway finds nothing of what it paid in it, as where a search lags or loses."""

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
    def is_out(self) -> bool:
        """Whether the gateway is away."""
        start, end = self.outage
        return start <= self.now < end

    @property
    def is_blind(self) -> bool:
        """Whether it finds nothing."""
        start, end = self.blind
        return start <= self.now < end

    async def step(self, do: Callable[[], R]) -> R:
        """One await: others may go first, and the worker may die before or after what is done."""
        for _ in range(self.dice.choice((0, 1, 2, 40))):
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
