"""Openings that Temporal could not be told of yet: kept until somebody has told it, once for each case."""

from datetime import datetime
from typing import Literal

from domain.base import Model, UtcInstant
from domain.cases.messages import CaseName, OpenCase
from domain.digests import digest
from domain.errors import CaseworkError
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("intakes")

IntakeState = Literal["kept", "opened", "refused"]


class Intake(Model):
    """An opening that was kept. `start`: its JSON, until it is known what became of it."""

    case_id: CaseName
    request_hash: str
    start: str | None
    state: IntakeState
    request_id: str | None
    received_at: UtcInstant
    attempts: int
    code: str | None
    detail: str | None


class Intakes:
    """The table `intakes`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, start: OpenCase, request_id: str | None, now: datetime) -> Intake:
        """Keep an opening of a new case, and give what is kept under its number, which may be another's."""
        said = start.model_dump_json(exclude_defaults=True)
        async with connection(self._pool) as conn:
            await conn.execute(Q["keep"], start.case_id, digest(start.content), said, request_id, now)
        kept = await self.get(start.case_id)
        assert kept is not None
        return kept

    async def get(self, case_id: str) -> Intake | None:
        """What became of it; None for an opening that was never kept."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], case_id)
        return _intake(row) if row is not None else None

    async def take(self, now: datetime, put_off_until: datetime, limit: int) -> list[Intake]:
        """Those that are due, for the caller to try; nobody else gets them before `put_off_until`."""
        async with connection(self._pool) as conn:
            return [_intake(row) for row in await conn.fetch(Q["take"], now, put_off_until, limit)]

    async def again(self, intake: Intake, at: datetime) -> None:
        """Temporal did not answer: try it again then."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["again"], intake.case_id, intake.request_hash, at)

    async def opened(self, intake: Intake, now: datetime) -> None:
        """The case is there."""
        await self._decide(intake, "opened", now)

    async def refused(self, intake: Intake, error: CaseworkError, now: datetime) -> None:
        """The answer is no, and why."""
        await self._decide(intake, "refused", now, error.code, error.message)

    async def _decide(self, intake: Intake, state: IntakeState, now: datetime, *why: str) -> None:
        code, detail = why or (None, None)
        what = (intake.case_id, intake.request_hash, state, now, code, detail)
        async with connection(self._pool) as conn:
            await conn.execute(Q["decide"], *what)


def _intake(row: Row) -> Intake:
    return Intake.model_validate(dict(row))
