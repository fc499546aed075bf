"""Has refunds look at their provider after its news: at once where that can be, and later where it cannot."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from domain.errors import CaseworkError, NotFound
from starters.draining import Draining
from starters.refund_hints import RefundHints
from store.provider_refunds import ProviderRefund, ProviderRefunds
from store.refund_orders import RefundOrders

LOOK_SECONDS = 5.0
BATCH = 100
PAUSE_MIN, PAUSE_MAX = timedelta(seconds=5), timedelta(hours=1)
UNKNOWN_FOR = timedelta(days=1)
"""After this a key that no refund of ours has is a refund that somebody made by hand."""


class Hinting:
    """Drains the table's hints while `run` runs; Temporal may be away meanwhile."""

    def __init__(
        self,
        refunds: ProviderRefunds,
        orders: RefundOrders,
        hints: RefundHints,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._refunds = refunds
        self._orders = orders
        self._hints = hints
        self._now = now
        self._draining = Draining(LOOK_SECONDS, waits="hints wait", failed="a hint failed")

    def wake(self) -> None:
        """There is news: look now."""
        self._draining.wake()

    async def look(self, refund_id: str) -> None:
        """Tell one refund now, unless no case has recorded it. Raises what keeps it from being told."""
        with suppress(NotFound):
            await self._hints.look(await self._orders.order(refund_id))

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._draining.run(self._drain_all)

    async def _drain_all(self) -> None:
        while await self.drain() == BATCH:
            pass

    async def drain(self) -> int:
        """Hint at what is due now, and say how many those were. Raises what keeps it from going on."""
        due = await self._refunds.to_hint(self._now(), BATCH)
        for refund in due:
            await self._hint(refund)
        return len(due)

    async def _hint(self, refund: ProviderRefund) -> None:
        now = self._now()
        age = now - refund.received_at
        again = now + min(max(age, PAUSE_MIN), PAUSE_MAX)  # so the pauses double
        assert refund.key is not None
        if await self._refunds.is_known(refund):
            await self._refunds.hinted(refund, now)
            return
        try:
            order = await self._orders.by_key(refund.key)
            if order.merchant != refund.merchant:
                raise NotFound
            await self._hints.look(order)
        except NotFound:
            await self._refunds.hint_again(refund, again if age < UNKNOWN_FOR else None)
        except CaseworkError:
            await self._refunds.hint_again(refund, again)
            raise
        else:
            await self._refunds.hinted(refund, now)
