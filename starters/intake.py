"""The intake: an opening that Temporal does not answer to is kept, and started as soon as it does."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from activities.request_headers import REQUEST_ID, caused_by
from domain.cases.messages import OpenCase, Opened
from domain.digests import digest
from domain.errors import (
    CaseworkError,
    IdempotencyConflict,
    InvalidRequest,
    NoAnswer,
    NotFound,
    ProviderRefused,
    Refused,
)
from domain.kinds import kind_of
from starters.client import Cases
from starters.draining import Draining
from store.intakes import Intake, Intakes

ANSWERS = (Refused, InvalidRequest, NotFound, ProviderRefused)
"""What stays the same however often one asks; whatever else comes is asked again."""

LOOK_SECONDS = 1.0
AT_ONCE = 8
LATER_PATIENCE_SECONDS = 25.0
PUT_OFF = timedelta(seconds=30)
"""Longer than the patience with it: if who took it dies, others have it after that."""
PAUSE_MIN, PAUSE_MAX = timedelta(seconds=1), timedelta(seconds=30)
DOUBLINGS_MAX = 5


class Intaking:
    """Opens cases at once where that can be, and starts what was kept while `run` runs.

    `now` has the patience of who waits for an answer, `later` may have more. Starting twice does no harm: a
    case is known by its number, and the same content gets the first answer.
    """

    def __init__(self, intakes: Intakes, now: Cases, later: Cases) -> None:
        self._intakes = intakes
        self._now = now
        self._later = later
        self._draining = Draining(LOOK_SECONDS, waits="intakes wait", failed="intakes failed")
        self._temporal_answers = True

    async def open(self, start: OpenCase) -> Opened | Intake:
        """Open a new case; what is kept in its place is in the store when this returns.

        Raises `IdempotencyConflict` also for what is kept with other content, and `StoreUnavailable`.
        """
        kept = await self._intakes.get(start.case_id)
        if kept is not None and kept.state == "kept":
            _check_same(kept, start)
        try:
            opened = await self._now.open(start)
        except NoAnswer:
            kept = await self._intakes.keep(start, REQUEST_ID.get(), datetime.now(UTC))
            _check_same(kept, start)
            return kept
        if kept is not None:
            await self._intakes.opened(kept, datetime.now(UTC))
        return opened

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._draining.run(self._drain_all)

    async def _drain_all(self) -> None:
        while await self.drain():
            pass

    async def drain(self) -> bool:
        """Start some of what is due; whether there may be more that can be started now.

        While Temporal does not answer, one at a time finds out whether it does again.
        """
        now = datetime.now(UTC)
        taken = await self._intakes.take(now, now + PUT_OFF, AT_ONCE if self._temporal_answers else 1)
        if not taken:
            return False
        self._temporal_answers = any(await asyncio.gather(*map(self._start, taken)))
        return self._temporal_answers

    async def _start(self, intake: Intake) -> bool:
        """Whether there was an answer."""
        with caused_by(intake.request_id):
            try:
                await self._open(intake)
            except ANSWERS as no:
                structlog.get_logger().warning("intake refused", case_id=intake.case_id, code=no.code)
                await self._intakes.refused(intake, no, datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - one that cannot be started must not hold up the others
                await self._put_off(intake, error)
                return False
            return True

    async def _open(self, intake: Intake) -> None:
        assert intake.start is not None
        await self._later.open(kind_of(intake.case_id).open_message.model_validate_json(intake.start))
        await self._intakes.opened(intake, datetime.now(UTC))
        structlog.get_logger().info("intake started", case_id=intake.case_id, attempts=intake.attempts)

    async def _put_off(self, intake: Intake, error: Exception) -> None:
        pause = min(PAUSE_MIN * 2 ** min(intake.attempts, DOUBLINGS_MAX), PAUSE_MAX)
        said = {"case_id": intake.case_id, "attempts": intake.attempts}
        if isinstance(error, CaseworkError):
            structlog.get_logger().warning("intake waits", code=error.code, **said)
        else:
            structlog.get_logger().error("intake failed", exc_info=error, **said)
        with suppress(CaseworkError):  # it was put off as it was taken
            await self._intakes.again(intake, datetime.now(UTC) + pause)


def _check_same(kept: Intake, start: OpenCase) -> None:
    if kept.request_hash != digest(start.content):
        raise IdempotencyConflict(case_id=start.case_id)
