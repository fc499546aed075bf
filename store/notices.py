"""What was done for each notice, so that nothing is sent twice."""

from domain.notices import NoticeRecord
from store.pool import Pool, connection


class NoticeLog:
    """The `notices` table. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, notice_id: str) -> NoticeRecord | None:
        """The notice's record; None when nothing was tried yet."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(
                "SELECT notice_id, case_id, kind, state, channel, provider_ref, attempts::text FROM notices WHERE notice_id=$1",
                notice_id,
            )
        import json

        return (
            NoticeRecord.model_validate({**dict(row), "attempts": json.loads(row["attempts"])})
            if row
            else None
        )

    async def record(self, record: NoticeRecord) -> None:
        """Keep the record as it is now; a settled one never becomes pending again."""
        import json

        async with connection(self._pool) as conn:
            await conn.execute(
                "INSERT INTO notices (notice_id, case_id, kind, state, channel, provider_ref, attempts, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7::jsonb,now(),now()) ON CONFLICT (notice_id) DO UPDATE SET state=excluded.state, channel=excluded.channel, provider_ref=excluded.provider_ref, attempts=excluded.attempts, updated_at=now() WHERE notices.state='pending'",
                record.notice_id,
                record.case_id,
                record.kind,
                record.state,
                record.channel,
                record.provider_ref,
                json.dumps([a.model_dump() for a in record.attempts]),
            )
