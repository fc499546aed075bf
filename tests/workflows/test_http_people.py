"""People at the HTTP API: a token of the sign-in provider opens what their role in the desk's staff may."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from domain.access import Identity
from domain.staff.roster import Roster
from sandbox.client import SandboxClient
from sandbox.oidc_messages import OidcPerson, TokenOrder
from store.api_keys import ApiKeys
from store.staff import Staff
from tests.domain.staff.desk import content
from tests.http_program import running_http
from tests.workflows.desk import Desk
from tests.workflows.doors import api_of
from tests.workflows.test_webhook_hints import env_of
from workers.engine import Engine


@pytest.fixture
async def http(desk: Desk, room: Engine) -> AsyncGenerator[httpx2.AsyncClient]:
    await Staff(desk.pool).seed(Roster.model_validate(content()))
    async with api_of(room) as http:
        yield http


async def header(sandbox: SandboxClient, sub: str, **order: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {await sandbox.token(TokenOrder(sub=sub, **order))}"}


async def test_people_may_what_their_role_may(desk: Desk, http: httpx2.AsyncClient) -> None:
    of_one = OidcPerson(sub="au-of-one", name="Auditor", role="auditor", merchant=desk.merchant)
    for person in (OidcPerson(sub="a", name="A"), OidcPerson(sub="lead-1", name="L"), of_one):
        await desk.sandbox.put_person(person)
    await desk.put_order()
    agent, lead = [await header(desk.sandbox, sub) for sub in ("a", "lead-1")]
    auditor = await header(desk.sandbox, "au-of-one", alg="ES256")
    opening = desk.start("R-1")
    refused = await http.post("/v1/returns", json=opening, headers=auditor)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    opened = await http.post("/v1/returns", json=opening, headers=agent)
    assert opened.status_code == 201, opened.text
    for who in (agent, lead, auditor):
        assert (await http.get(opened.headers["location"], headers=who)).status_code == 200
    other = await http.get("/v1/cases/return:another:R-1", headers=auditor)
    assert (other.status_code, other.json()["code"]) == (404, "case_not_found")


async def test_who_has_nothing_to_do_here_is_refused(desk: Desk, http: httpx2.AsyncClient) -> None:
    await desk.sandbox.put_person(OidcPerson(sub="stranger", name="S"))
    refused = await http.get("/v1/cases", headers=await header(desk.sandbox, "stranger"))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("order", [{"kind": "id"}, {"lives_seconds": -900}, {"audience": "x"}], ids=str)
async def test_a_token_that_is_not_for_us_opens_nothing(
    desk: Desk, http: httpx2.AsyncClient, order: dict[str, Any]
) -> None:
    refused = await http.get("/v1/cases", headers=await header(desk.sandbox, "au-01", **order))
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_answers_are_not_kept_and_the_log_tells_no_secret(desk: Desk, room: Engine) -> None:
    await Staff(desk.pool).seed(Roster.model_validate(content()))
    await desk.sandbox.put_person(OidcPerson(sub="a", name="A"))
    made = await ApiKeys(desk.pool).make(Identity(subject="shop", role="backend"), datetime.now(UTC))
    token = await desk.sandbox.token(TokenOrder(sub="a"))
    secrets = [made.text, token, "li.na@mail.example", "+8613800138000", "hunter2secret"]
    words = " ".join(secrets)
    async with (
        running_http(env_of(room)) as program,
        httpx2.AsyncClient(base_url=program.url, timeout=60) as http,
    ):
        for credential in (made.text, token, token[:-4] + "AAAA", made.text[:-1] + "_", "hunter2secret"):
            bearer = {"Authorization": f"Bearer {credential}", "Idempotency-Key": "hunter2secret"}
            listed = await http.get("/v1/cases", headers=bearer, params={"customer_id": words})
            sent = {"agent": "b", "approve": True, "reason": words}
            refused = await http.post("/v1/returns/nobodys/R-1/review", headers=bearer, json=sent)
            for answer in (listed, refused):
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
                assert answer.headers["referrer-policy"] == "no-referrer"
    assert "request refused" in program.log
    assert [secret for secret in secrets if secret in program.log] == []
