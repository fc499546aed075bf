"""Applies the webhooks of carriers, shops and warehouses that the inbox keeps, each once and in its order."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog

from domain.errors import CaseworkError, NoAnswer
from domain.inbox import AskReturn, LookAtParcel, Patience, WatchParcel, judge
from providers.sources import Source, read
from starters.client import Cases
from starters.draining import Draining
from starters.hints import Hints
from starters.settings import Settings
from store.inbox import Due, Inbox

LOOK_SECONDS = 1.0
BATCH, AT_ONCE = 16, 8
PUT_OFF = timedelta(minutes=1)
"""Longer than a batch takes: if who took it dies, others have it after that."""
FORGET_EVERY = timedelta(hours=1)
ANSWER_PATIENCE_SECONDS = 5.0


class Applying:
    """Drains the inbox while `run` runs; Temporal may be away meanwhile.

    Applying twice does no harm: a watch is known by its number, a request to a case by its webhook's id.
    """

    def __init__(
        self,
        inbox: Inbox,
        cases: Cases,
        hints: Hints,
        patience: Patience,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox = inbox
        self._cases = cases
        self._hints = hints
        self._patience = patience
        self._now = now
        self._draining = Draining(LOOK_SECONDS, waits="the inbox waits", failed="the inbox failed")
        self._temporal_answers = True
        self._forgotten_at: datetime | None = None

    def wake(self) -> None:
        """Something has come: look now."""
        self._draining.wake()

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._draining.run(self._drain_all)

    async def _drain_all(self) -> None:
        while await self.drain():
            pass
        await self._forget()

    async def drain(self) -> bool:
        """Apply some of what is due; whether there may be more that can be applied now.

        While Temporal does not answer, one at a time finds out whether it does again.
        """
        now = self._now()
        limit = BATCH if self._temporal_answers else 1
        taken = await self._inbox.take(now, now + PUT_OFF, limit, now - self._patience.gap_for)
        free = asyncio.Semaphore(AT_ONCE)

        async def one(due: Due) -> bool:
            async with free:
                return await self._try(due)

        if taken:
            self._temporal_answers = all(await asyncio.gather(*map(one, taken)))
        return bool(taken) and self._temporal_answers

    async def _try(self, due: Due) -> bool:
        """Whether Temporal answered."""
        try:
            await self._apply(due)
        except CaseworkError as error:
            await self._put_off(due, error)
            return not isinstance(error, NoAnswer)
        except Exception as error:  # noqa: BLE001 - one that cannot be applied must not hold up the others
            structlog.get_logger().error("a webhook failed", entry=due.entry, exc_info=error)
            await self._put_off(due, CaseworkError())
        return True

    async def _apply(self, due: Due) -> None:
        wish = read(cast("Source", due.source), due.merchant, due.body).wish
        match wish:
            case LookAtParcel():
                await self._look(due, wish)
            case WatchParcel():
                await self._cases.open(wish.start)
                await self._inbox.applied(due, self._now())
            case AskReturn():
                await self._cases.act(wish.case_id, wish.request, f"{due.source}:{due.webhook_id}")
                await self._inbox.applied(due, self._now())
            case None:  # a program before this one had a use for it
                await self._inbox.applied(due, self._now())

    async def _look(self, due: Due, wish: LookAtParcel) -> None:
        since, parcel = self._now(), (wish.merchant, wish.carrier, wish.tracking_no)
        rest_seconds = self._hints.rest_seconds(*parcel)
        if rest_seconds > 0:
            await self._inbox.rest(due, since + timedelta(seconds=rest_seconds))
            return
        await self._hints.take(*parcel)
        await self._inbox.looked(due, since)

    async def _put_off(self, due: Due, error: CaseworkError) -> None:
        is_hint = due.source.startswith("carriers/")
        now, tries = self._now(), due.tries
        verdict = judge(
            error, is_hint=is_hint, tries=tries, since=due.since, now=now, patience=self._patience
        )
        said = {"entry": due.entry, "type": due.type, "tries": tries, "code": error.code}
        if verdict.try_at is not None:
            structlog.get_logger().warning("a webhook waits", **said)
            await self._inbox.again(due, verdict.try_at, error)
            return
        if verdict.state == "dead":
            structlog.get_logger().error("a webhook is a dead letter", **said)
        await self._inbox.given_up(due, verdict.state, error, now)

    async def _forget(self) -> None:
        now = self._now()
        if self._forgotten_at is None or now - self._forgotten_at >= FORGET_EVERY:
            await self._inbox.forget(now - self._patience.kept_for)
            self._forgotten_at = now


def patience_of(settings: Settings) -> Patience:
    """The figures of the settings."""
    return Patience(
        tries_max=settings.inbox_tries_max,
        pause=timedelta(seconds=settings.inbox_pause_seconds),
        pause_max=timedelta(seconds=settings.inbox_pause_max_seconds),
        unknown_for=timedelta(hours=settings.inbox_unknown_hours),
        gap_for=timedelta(minutes=settings.inbox_gap_minutes),
        kept_for=timedelta(days=settings.inbox_kept_days),
    )
