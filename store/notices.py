"""What was done for each notice, so that nothing is sent twice."""

from pydantic import TypeAdapter

from domain.notices import Attempt, NoticeRecord
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("notices")
_attempts = TypeAdapter(list[Attempt])


class NoticeLog:
    """One record per notice. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, notice_id: str) -> NoticeRecord | None:
        """The notice's record; None when nothing was tried yet."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["notice"], notice_id)
        return _record(row) if row else None

    async def record(self, record: NoticeRecord) -> None:
        """Keep the record as it is now; a settled one never becomes pending again."""
        async with connection(self._pool) as conn:
            await conn.execute(
                Q["put_notice"],
                record.notice_id,
                record.case_id,
                record.kind,
                record.state,
                record.channel,
                record.provider_ref,
                _attempts.dump_json(record.attempts).decode(),
            )

    async def for_case(self, case_id: str) -> list[NoticeRecord]:
        """The records of a case's notices, in the order in which they were begun."""
        async with connection(self._pool) as conn:
            return [_record(row) for row in await conn.fetch(Q["notices_of_case"], case_id)]


def _record(row: Row) -> NoticeRecord:
    return NoticeRecord.model_validate({**dict(row), "attempts": _attempts.validate_json(row["attempts"])})
