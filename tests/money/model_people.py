"""The people of a world: whose word a large refund needs, and who asks a gateway about one that is held."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from domain.approvals import Approval
from domain.refunds import DecideRefund, PayRefund, ResolveRefund
from domain.staff.directory import Directory
from store.policy_library import PolicyLibrary
from store.staff import Staff
from tests.money.model_gateway import ModelRails
from tests.money.model_merchant import STAFF, Merchant
from tests.money.world import World

LIBRARY = cast("PolicyLibrary", SimpleNamespace(snapshots={}))


class _Staff:
    async def directory(self, snapshots: Any, at: datetime) -> Directory:
        """As the store's."""
        del snapshots, at
        return STAFF


EVERYBODY = cast("Staff", _Staff())


@dataclass(frozen=True)
class Said:
    """A word on a refund, and the page that whoever said it had before their eyes."""

    order: PayRefund
    word: DecideRefund
    seen: Approval


class People:
    """They may look at an old page or be the wrong ones; of what a gateway tells them they say the truth."""

    def __init__(self, world: World, merchant: Merchant, rails: ModelRails) -> None:
        self._world, self._merchant, self._rails = world, merchant, rails
        self._pages: list[Approval] = []

    def word_on(self, order: PayRefund, asked: Approval) -> Said:
        """What somebody says by the page that they have open."""
        self._pages.append(asked)
        seen = self._world.dice.choice(self._pages) if self._world.happens(0.4) else asked
        return Said(order, self._merchant.word(seen), seen)

    def word_on_held(self, order: PayRefund, part: int) -> ResolveRefund | None:
        """What the gateway says on the phone; None as long as it is not certain."""
        found = self._rails.of_key(order.key_of(part))
        if any(each.state == "pending" for each in found):
            return None
        paid = [each.ref for each in found if each.state == "settled"]
        ref = paid[0] if paid else None
        return ResolveRefund(by="ops1", paid=bool(paid), provider_ref=ref, reason="asked them")
