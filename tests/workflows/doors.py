"""The HTTP API with everybody who may stand before it: six identities of one merchant, and nobody."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from domain.access import AccessRole, Identity
from domain.staff.roster import Roster
from sandbox.oidc_messages import OidcPerson, TokenOrder
from store.api_keys import ApiKeys
from store.staff import Staff
from tests.domain.staff.desk import content
from tests.http_program import running_http
from tests.workflows.desk import Desk
from tests.workflows.test_webhook_hints import env_of
from workers.engine import Engine

PEOPLE: dict[AccessRole, str] = {
    "agent": "c",
    "lead": "lead-1",
    "ops": "ops-7",
    "auditor": "au-7",
    "finance": "fi-7",
}
"""`c` and `lead-1` are of the staff, in the team `quality`; the others are beside it."""


@dataclass(frozen=True)
class Callers:
    """The API, and a header for each identity."""

    http: httpx2.AsyncClient
    headers: dict[str, dict[str, str]]

    async def ask(self, who: str, method: str, address: str, **more: Any) -> httpx2.Response:
        """A request by one of them; it never asks for the same thing twice."""
        key = {"Idempotency-Key": f"{who}-{method}-{address}"[:200]} if method == "POST" else {}
        return await self.http.request(method, address, headers=self.headers[who] | key, **more)


@asynccontextmanager
async def api_of(room: Engine) -> AsyncGenerator[httpx2.AsyncClient]:
    """The program of the HTTP API, and a client that has the patience of a busy machine."""
    async with (
        running_http(env_of(room)) as program,
        httpx2.AsyncClient(base_url=program.url, timeout=60) as http,
    ):
        yield http


async def callers_of(desk: Desk, http: httpx2.AsyncClient) -> Callers:
    """Everybody, each seeing this test's merchant alone."""
    await Staff(desk.pool).seed(Roster.model_validate(content()))
    system = Identity(subject="shop-backend", role="backend", merchant=desk.merchant)
    made = await ApiKeys(desk.pool).make(system, datetime.now(UTC))
    headers = {"none": dict[str, str](), "backend": {"Authorization": f"Bearer {made.text}"}}
    for role, sub in PEOPLE.items():
        claim: Any = role if role in ("ops", "auditor", "finance") else None
        await desk.sandbox.put_person(OidcPerson(sub=sub, name=sub, role=claim, merchant=desk.merchant))
        token = await desk.sandbox.token(TokenOrder(sub=sub))
        headers[role] = {"Authorization": f"Bearer {token}"}
    return Callers(http, headers)
