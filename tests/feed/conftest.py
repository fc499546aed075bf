"""The HTTP API over a store with events; Temporal is not wanted for reading them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from domain.access import AccessRole, Identity
from store.api_keys import ApiKeys
from store.append import append_one
from store.pool import Pool, transaction
from tests.http_program import HttpProgram, running_http
from tests.store.streams import make_batch


@dataclass(frozen=True)
class Doors:
    """The program, a client, and the store behind it."""

    program: HttpProgram
    http: httpx2.AsyncClient
    pool: Pool

    async def key(self, role: AccessRole = "backend", merchant: str | None = "m1") -> dict[str, str]:
        """The header of a new key."""
        who = Identity(subject=f"{role}-system", role=role, merchant=merchant)
        made = await ApiKeys(self.pool).make(who, datetime.now(UTC))
        return {"Authorization": f"Bearer {made.text}"}

    async def page(self, key: dict[str, str], **query: Any) -> dict[str, Any]:
        """A page of the feed."""
        answer = await self.http.get("/v1/events", headers=key, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def follow(self, key: dict[str, str], count: int, **query: Any) -> list[dict[str, Any]]:
        """So many events, however many pages they take, and however late the store lets them be read."""
        events: list[dict[str, Any]] = []
        while len(events) < count:
            page = await self.page(key, **query)
            events += page["events"]
            query["after"] = page["next"]
        return events


async def append(pool: Pool, case_id: str, first: int, last: int, words: str = "told", **more: Any) -> None:
    """Events of a stream, in a transaction of their own."""
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(first, last, words, case_id=case_id, **more))


def places(events: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Which they are."""
    return [(event["subject"], int(event["sequence"])) for event in events]


@pytest.fixture
async def doors(database_dsn: str, pool: Pool) -> AsyncGenerator[Doors]:
    """The API on a store of the test's own."""
    async with (
        running_http({"CASEWORK_DATABASE_URL": database_dsn}) as program,
        httpx2.AsyncClient(base_url=program.url, timeout=60) as http,
    ):
        yield Doors(program, http, pool)
