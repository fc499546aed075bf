"""The gateways of the simulation. They have no cap and know of no dispute, so that only we can keep both."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from domain.errors import IdempotencyConflict, ProviderRefused, ProviderUnavailable
from providers.ports import VOUCHERS, PaymentOrder, PaymentPort, PaymentReply
from tests.money.world import World

R = TypeVar("R")

KEY_WINDOWS = (timedelta(hours=24), None)
"""How long gateways remember a key: Stripe, and the others."""


@dataclass
class Paid:
    """A refund at a gateway."""

    ref: str
    rail: str
    order: PaymentOrder
    at: datetime
    state: str
    ends: str
    ends_at: datetime
    back_at: datetime | None
    """When the money that had settled comes back."""


Watch = Callable[[Paid], None]


class ModelGateway(PaymentPort):
    """Pays once per key while it remembers it, and again after that; every call may fail on the way."""

    def __init__(
        self,
        world: World,
        name: str = "model",
        key_window: timedelta | None = None,
        *,
        pays_beyond: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self._world, self._watch = world, watch
        self.name, self.key_window, self.pays_beyond = name, key_window, pays_beyond
        self.paid: list[Paid] = []
        self.calls: list[tuple[str, datetime]] = []
        """Every refund that was sent: the key, and when it left."""

    def check(self, amount_minor: int, currency: str) -> None:
        """It pays any amount."""

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Take a refund on."""
        self.calls.append((order.key, self._world.now))
        return await self._call(lambda: self._take(order))

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """Look for one; also one whose key is forgotten."""
        return await self._call(lambda: self._known(order.key))

    def of_key(self, key: str) -> list[Paid]:
        """The refunds of a key, as they are by now."""
        self._move_on()
        return [each for each in self.paid if each.order.key == key]

    def live(self) -> list[Paid]:
        """All refunds that took money or will."""
        self._move_on()
        return [each for each in self.paid if each.state != "failed"]

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
        paid = self._new(order)
        self.paid.append(paid)
        if self._watch is not None:
            self._watch(paid)
        return self._reply(paid)

    def _new(self, order: PaymentOrder) -> Paid:
        world = self._world
        pends = world.happens(world.odds.pending)
        ends = "failed" if world.happens(world.odds.fails_late) else "settled"
        delay = timedelta(hours=world.dice.randrange(1, 40)) if pends else timedelta(0)
        comes_back = ends == "settled" and world.happens(world.odds.comes_back)
        after = delay + timedelta(hours=world.dice.randrange(1, 100))
        return Paid(
            ref=f"{self.name}_{len(self.paid)}",
            rail=self.name,
            order=order,
            at=world.now,
            state="pending" if pends else ends,
            ends=ends,
            ends_at=world.now + delay,
            back_at=world.now + after if comes_back else None,
        )

    def _known(self, key: str) -> PaymentReply | None:
        if self._world.is_blind:
            return None
        known = sorted(self.of_key(key), key=lambda each: each.state == "failed")
        return self._reply(known[0]) if known else None

    def _reply(self, paid: Paid) -> PaymentReply:
        self._move_on()
        return PaymentReply.model_validate({"state": paid.state, "provider_ref": paid.ref})

    def _move_on(self) -> None:
        now = self._world.now
        for each in self.paid:
            if each.state == "pending" and each.ends_at <= now:
                each.state = each.ends
            if each.state == "settled" and each.back_at is not None and each.back_at <= now:
                each.state = "failed"

    async def _call(self, do: Callable[[], R]) -> R:
        world = self._world
        if world.is_out or world.happens(world.odds.lost_before):
            await asyncio.sleep(0)
            raise ProviderUnavailable("no answer")
        done = await world.step(do)
        if world.happens(world.odds.lost_after):
            raise ProviderUnavailable("the answer got lost")
        return done


class ModelRails:
    """As `PaymentRails`: the merchant's gateways, the first for new refunds, and the one for vouchers."""

    def __init__(self, gateways: Sequence[ModelGateway]) -> None:
        self.gateways = {each.name: each for each in gateways}

    @classmethod
    def drawn(cls, world: World, watch: Watch) -> "ModelRails":
        """Two gateways, each with a promise of its own, and the shop for vouchers."""
        dice = world.dice
        beyond = world.happens(0.5)
        return cls(
            [
                ModelGateway(world, "first", dice.choice(KEY_WINDOWS), pays_beyond=beyond, watch=watch),
                ModelGateway(world, "second", dice.choice(KEY_WINDOWS), watch=watch),
                ModelGateway(world, VOUCHERS, pays_beyond=True, watch=watch),
            ]
        )

    def of(self, merchant: str, name: str | None = None) -> PaymentPort:
        """The one of that name, or the first."""
        del merchant
        return next(iter(self.gateways.values())) if name is None else self.gateways[name]

    def of_key(self, key: str) -> list[Paid]:
        """The refunds of a key at any of them."""
        return [paid for each in self.gateways.values() for paid in each.of_key(key)]

    def live(self) -> list[Paid]:
        """All refunds at any of them that took money or will, the first first."""
        return sorted((paid for each in self.gateways.values() for paid in each.live()), key=lambda p: p.at)
