"""The gateway of the simulation. It has no cap of its own, so that only ours can keep one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from domain.errors import IdempotencyConflict, ProviderRefused, ProviderUnavailable
from providers.ports import PaymentOrder, PaymentPort, PaymentReply
from tests.money.world import World

R = TypeVar("R")

KEY_WINDOWS = (timedelta(hours=24), None)
"""How long gateways remember a key: Stripe, and the others."""


@dataclass
class Paid:
    """A refund at the gateway."""

    ref: str
    order: PaymentOrder
    at: datetime
    state: str
    ends: str
    ends_at: datetime


class ModelGateway(PaymentPort):
    """Pays once per key while it remembers it, and again after that; every call may fail on the way."""

    name = "model"
    pays_beyond = False

    def __init__(self, world: World, key_window: timedelta | None) -> None:
        self._world = world
        self.key_window = key_window
        self.paid: list[Paid] = []
        self.calls: list[tuple[str, datetime]] = []
        """Every refund that was sent: the key, and when it left."""

    def of(self, merchant: str, name: str | None = None) -> PaymentPort:
        """As `PaymentRails`: there is one gateway."""
        del merchant, name
        return self

    def check(self, amount_minor: int, currency: str) -> None:
        """It pays any amount."""

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Take a refund on."""
        self.calls.append((order.key, self._world.now))
        return await self._call(lambda: self._take(order))

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """Look for one; also one whose key is forgotten."""
        return await self._call(lambda: self._known(order.key))

    def live(self, key: str) -> list[Paid]:
        """The refunds of a key that took money or will."""
        self._settle()
        return [each for each in self.paid if each.order.key == key and each.state != "failed"]

    def _take(self, order: PaymentOrder) -> PaymentReply:
        world = self._world
        remembered = [
            each
            for each in self.paid
            if each.order.key == order.key
            and (self.key_window is None or world.now < each.at + self.key_window)
        ]
        if remembered:
            if remembered[0].order.amount_minor != order.amount_minor:
                raise ProviderRefused("other content", reason=IdempotencyConflict.code)
            return self._reply(remembered[0])
        if world.happens(world.odds.refused):
            raise ProviderRefused("not this one", reason="frozen")
        pends = world.happens(world.odds.pending)
        ends = "failed" if world.happens(world.odds.fails_late) else "settled"
        delay = timedelta(hours=world.dice.randrange(1, 40)) if pends else timedelta(0)
        state = "pending" if pends else ends
        paid = Paid(f"re_{len(self.paid)}", order, world.now, state, ends, world.now + delay)
        self.paid.append(paid)
        return self._reply(paid)

    def _known(self, key: str) -> PaymentReply | None:
        if self._world.is_blind:
            return None
        known = self.live(key) or [each for each in self.paid if each.order.key == key]
        return self._reply(known[0]) if known else None

    def _reply(self, paid: Paid) -> PaymentReply:
        self._settle()
        return PaymentReply.model_validate({"state": paid.state, "provider_ref": paid.ref})

    def _settle(self) -> None:
        for each in self.paid:
            if each.state == "pending" and each.ends_at <= self._world.now:
                each.state = each.ends

    async def _call(self, do: Callable[[], R]) -> R:
        world = self._world
        if world.is_out or world.happens(world.odds.lost_before):
            await asyncio.sleep(0)
            raise ProviderUnavailable("no answer")
        done = await world.step(do)
        if world.happens(world.odds.lost_after):
            raise ProviderUnavailable("the answer got lost")
        return done
