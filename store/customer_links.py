"""Links that show a customer one case: who made them, until when they open, whether they were revoked."""

import secrets
from datetime import datetime

from domain.base import Model, Slug, UtcInstant
from domain.cases.messages import CaseName
from domain.errors import IdempotencyConflict, NotFound
from store.pool import Pool, connection
from store.sql import load

Q = load("customer_links")
ID_BYTES = 9


class CustomerLink(Model):
    """What is known of a link; its token is in nobody's books."""

    link_id: str
    case_id: CaseName
    created_by: Slug
    created_at: UtcInstant
    expires_at: UtcInstant
    revoked_at: UtcInstant | None = None

    def opens(self, at: datetime) -> bool:
        """Whether it shows its case at this moment."""
        return self.revoked_at is None and at < self.expires_at


class CustomerLinks:
    """The table `customer_links`. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def make(
        self, case_id: str, by: str, now: datetime, expires_at: datetime, request_key: str | None = None
    ) -> CustomerLink:
        """A new link, or the one that the same request made.

        Raises `IdempotencyConflict` where that was to another case, or for another time.
        """
        link_id = secrets.token_urlsafe(ID_BYTES)
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["insert"], link_id, case_id, by, request_key, now, expires_at)
            row = row or await conn.fetchrow(Q["by_request"], by, request_key)
        assert row is not None
        link = CustomerLink.model_validate(dict(row))
        if (link.case_id, link.expires_at - link.created_at) != (case_id, expires_at - now):
            raise IdempotencyConflict("this key made another link", case_id=case_id)
        return link

    async def get(self, link_id: str) -> CustomerLink | None:
        """The link with this id."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["get"], link_id)
        return CustomerLink.model_validate(dict(row)) if row is not None else None

    async def of_case(self, case_id: str) -> list[CustomerLink]:
        """All links to a case, the newest first; those that have ended, too."""
        async with connection(self._pool) as conn:
            return [CustomerLink.model_validate(dict(row)) for row in await conn.fetch(Q["of_case"], case_id)]

    async def revoke(self, link_id: str, now: datetime) -> CustomerLink:
        """End a link at once; one that has ended stays as it is. Raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["revoke"], link_id, now)
        if row is None:
            raise NotFound(f"there is no link {link_id}")
        return CustomerLink.model_validate(dict(row))
