"""The sandbox's OpenID provider keeps to the protocol, so that who signs in with it could with a real one."""

import base64
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess, running_sandbox
from sandbox.oidc_messages import OidcPerson
from sandbox.oidc_state import CLIENT_ID, CLIENT_SECRET
from starters.settings import CHECKOUT

BACK = "http://127.0.0.1:8490/sign-in/done"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "client_id": CLIENT_ID,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid profile",
    "state": "s1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
async def http(sandbox: SandboxClient, sandbox_process: SandboxProcess) -> AsyncGenerator[httpx2.AsyncClient]:
    await sandbox.put_person(OidcPerson(sub="sv-01", name='Supervisor "01" <b>'))
    async with httpx2.AsyncClient(base_url=f"{sandbox_process.url}/oidc") as http:
        yield http


async def code_of(http: httpx2.AsyncClient) -> str:
    sent = await http.post("/authorize", data=ASKED | {"sub": "sv-01"})
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def redeeming(code: str, /, **changed: Any) -> dict[str, Any]:
    whole = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


async def test_its_description_says_where_everything_is(http: httpx2.AsyncClient) -> None:
    described = (await http.get("/.well-known/openid-configuration")).json()
    assert described["issuer"] == str(http.base_url).rstrip("/")
    keys = (await http.get(described["jwks_uri"])).json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}
    assert not [key for key in keys if "d" in key]


async def test_the_page_lists_people_and_keeps_what_was_asked(http: httpx2.AsyncClient) -> None:
    page = await http.get("/authorize", params=ASKED | {"state": '"><script>'})
    assert page.headers["cache-control"] == "no-store"
    assert 'value="sv-01"' in page.text
    assert "&lt;b&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_what_it_does_not_do_is_told_to_who_asked(
    http: httpx2.AsyncClient, changed: dict[str, str], error: str
) -> None:
    sent = await http.get("/authorize", params=ASKED | changed)
    assert parse_qs(urlsplit(sent.headers["location"]).query) == {"error": [error], "state": ["s1"]}
    assert (await http.post("/authorize", data=ASKED | changed | {"sub": "sv-01"})).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1/#x"},
    ],
)
async def test_nobody_is_sent_where_no_application_is(
    http: httpx2.AsyncClient, changed: dict[str, str]
) -> None:
    assert (await http.get("/authorize", params=ASKED | changed)).status_code == 400
    assert (await http.post("/authorize", data=ASKED | changed | {"sub": "sv-01"})).status_code == 400


async def test_a_code_is_redeemed_once_by_its_client_with_its_verifier(http: httpx2.AsyncClient) -> None:
    code = await code_of(http)
    got = await http.post("/token", data=redeeming(code))
    assert got.status_code == 200
    assert {"id_token", "access_token", "token_type", "expires_in"} == got.json().keys()
    again = await http.post("/token", data=redeeming(code))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_the_client_may_say_who_it_is_in_the_header(http: httpx2.AsyncClient) -> None:
    form = redeeming(await code_of(http), client_id=None, client_secret=None)
    assert (await http.post("/token", data=form, auth=(CLIENT_ID, "wrong"))).status_code == 401
    assert (await http.post("/token", data=form, headers={"authorization": "Basic *"})).status_code == 401
    assert (await http.post("/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, 400, "invalid_grant"),
        ({"code": "made-up"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
    ],
    ids=str,
)
async def test_who_does_not_fit_the_code_gets_nothing(
    http: httpx2.AsyncClient, changed: dict[str, Any], status: int, error: str
) -> None:
    refused = await http.post("/token", data=redeeming(await code_of(http), **changed))
    assert (refused.status_code, refused.json()["error"]) == (status, error)


async def test_a_person_is_put_under_their_own_name(http: httpx2.AsyncClient) -> None:
    person = OidcPerson(sub="x", name="X").model_dump()
    assert (await http.put("/people/y", json=person)).status_code == 400
    assert (await http.post("/tokens", json={"sub": "y"})).status_code == 404


async def test_the_staff_can_sign_in_and_keys_outlive_the_process(tmp_path: Path) -> None:
    options = ("--staff", str(CHECKOUT / "deploy" / "staff.yaml"))
    seen: list[Any] = []
    for _ in range(2):
        async with running_sandbox(tmp_path, *options) as process, SandboxClient(process.url) as client:
            people = (await client.request("GET", "/oidc/people")).json()["people"]
            keys = (await client.request("GET", "/oidc/jwks")).json()["keys"]
            seen.append((people, keys))
    assert seen[0] == seen[1]
    about = {person["sub"]: (person["name"], person["about"]) for person in seen[0][0]}
    assert about["sv-01"] == ("Supervisor 01", "supervisor, returns")
    assert {"ops-01", "au-01", "fi-01"} <= about.keys()
