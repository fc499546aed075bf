"""What gateways told of refunds by themselves: one row per refund of theirs, which only moves forward."""

from datetime import datetime

from domain.base import UtcInstant
from domain.errors import NotFound
from domain.provider_news import RefundNews, Verdict, judge
from store.pool import Pool, Row, connection, transaction
from store.sql import load

Q = load("provider_refunds")


class ProviderRefund(RefundNews):
    """What is believed of a refund by its gateway's events, and when its workflow was told to look."""

    merchant: str
    received_at: UtcInstant
    contradicted_at: UtcInstant | None
    contradicted_by: str | None
    hinted_at: UtcInstant | None
    hint_at: UtcInstant | None


class ProviderRefunds:
    """The table `provider_refunds`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, merchant: str, news: RefundNews, at: datetime) -> Verdict:
        """Take news in, in one transaction; what is not new changes nothing."""
        where = (news.provider, merchant, news.provider_ref)
        async with transaction(self._pool) as conn:
            first = (news.key, news.state, news.amount_minor, news.currency, news.event_id, news.occurred_at)
            if await conn.fetchval(Q["insert"], *where, *first, at):
                return "new"
            row = await conn.fetchrow(Q["lock"], *where)
            assert row is not None
            verdict = judge(row["state"], row["occurred_at"], news)
            if verdict == "new":
                said = (news.key, news.state, news.amount_minor, news.event_id, news.occurred_at)
                await conn.execute(Q["move"], *where, *said, at)
            elif verdict == "contradiction":
                await conn.execute(Q["contradict"], *where, news.occurred_at, news.event_id, at)
        return verdict

    async def get(self, provider: str, merchant: str, provider_ref: str) -> ProviderRefund:
        """What is believed of one refund. Raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], provider, merchant, provider_ref)
        if row is None:
            raise NotFound(f"{provider} has told nothing of {provider_ref}")
        return _refund(row)

    async def to_hint(self, now: datetime, limit: int) -> list[ProviderRefund]:
        """Whose workflows are to be told to look by now."""
        async with connection(self._pool) as conn:
            return [_refund(row) for row in await conn.fetch(Q["due"], now, limit)]

    async def is_known(self, refund: ProviderRefund) -> bool:
        """Whether our ledger says the same already, so that nobody need look."""
        async with connection(self._pool) as conn:
            return await conn.fetchval(Q["is_known"], refund.merchant, refund.key, refund.state)

    async def hinted(self, refund: ProviderRefund, at: datetime) -> None:
        """Its workflow was told."""
        await self._note(Q["hinted"], refund, at)

    async def hint_again(self, refund: ProviderRefund, at: datetime | None) -> None:
        """Its workflow could not be told: try at this time, or with None never."""
        await self._note(Q["hint_again"], refund, at)

    async def _note(self, query: str, refund: ProviderRefund, at: datetime | None) -> None:
        where = (refund.provider, refund.merchant, refund.provider_ref, refund.event_id)
        async with connection(self._pool) as conn:
            await conn.execute(query, *where, at)


def _refund(row: Row) -> ProviderRefund:
    return ProviderRefund.model_validate(dict(row))
