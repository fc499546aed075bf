"""Signing in to the console with the sandbox's provider, and what keeps others out of a session."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Form

from console.app import build_app
from console.sign_in import Person, build_sign_in, install
from domain.errors import NotReady
from domain.staff.roster import Roster
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.oidc_messages import OidcPerson
from starters.settings import Settings
from store.pool import Pool
from store.staff import Staff
from tests.domain.staff.desk import content
from tests.sandbox_fixtures import sandbox as sandbox
from tests.sandbox_fixtures import sandbox_process as sandbox_process

AT = "http://127.0.0.1:8490"
pages = APIRouter()
acted: list[str] = []


@pages.get("/whoami")
async def whoami(who: Person) -> dict[str, Any]:
    return who.model_dump()


@pages.api_route("/act", methods=["POST", "PUT", "PATCH", "DELETE"])
async def act(who: Person) -> dict[str, str]:
    acted.append(who.subject)
    return {"by": who.subject}


@pages.post("/form")
async def form(who: Person, reason: str = Form()) -> dict[str, str]:
    return {"by": who.subject, "reason": reason}


@dataclass
class Console:
    """A console, a browser on it, and the provider."""

    app: FastAPI
    browser: httpx2.AsyncClient
    outside: httpx2.AsyncClient

    async def choose(self, sub: str, address: str) -> str:
        """Choose somebody on the provider's page; where it sends the browser."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = await self.outside.post(address.partition("?")[0], data=asked | {"sub": sub})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def begin(self, wanted: str = "/whoami") -> str:
        """Ask for a page; the provider's page that the browser ends at."""
        sent = await self.browser.get(wanted)
        assert (sent.status_code, urlsplit(sent.headers["location"]).path) == (303, "/sign-in")
        return (await self.browser.get(sent.headers["location"])).headers["location"]

    async def sign_in(self, sub: str = "lead-1", wanted: str = "/whoami") -> httpx2.Response:
        """The whole way; the answer that brings the session."""
        return await self.browser.get(await self.choose(sub, await self.begin(wanted)))

    async def who(self) -> dict[str, Any]:
        answer = await self.browser.get("/whoami")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def browser_of_another(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url=AT)


def settings_of(process: SandboxProcess, **more: Any) -> Settings:
    named = ((name.removeprefix("CASEWORK_").lower(), value) for name, value in process.env.items())
    given: dict[str, Any] = {name: value for name, value in named if name.startswith("oidc_")}
    return Settings(**(given | more))


@pytest.fixture
async def outside(
    sandbox: SandboxClient, sandbox_process: SandboxProcess
) -> AsyncGenerator[httpx2.AsyncClient]:
    for sub in ("lead-1", "a", "nobody"):
        await sandbox.put_person(OidcPerson(sub=sub, name=f"At the provider {sub}"))
    async with httpx2.AsyncClient(base_url=sandbox_process.url) as http:
        yield http


async def console_of(pool: Pool, outside: httpx2.AsyncClient, settings: Settings) -> Console:
    await Staff(pool).seed(Roster.model_validate(content()))
    app = build_app(pages)
    install(app, build_sign_in(settings, pool, outside))
    browser = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AT)
    return Console(app, browser, outside)


@pytest.fixture
async def console(pool: Pool, outside: httpx2.AsyncClient, sandbox_process: SandboxProcess) -> Console:
    acted.clear()
    return await console_of(pool, outside, settings_of(sandbox_process))


async def test_a_member_signs_in_and_comes_to_the_page_they_wanted(console: Console) -> None:
    back = await console.sign_in(wanted="/whoami?x=1&y=%C3%A9")
    assert (back.status_code, back.headers["location"]) == (303, "/whoami?x=1&y=%C3%A9")
    who = await console.who()
    assert (who["subject"], who["role"], who["team"]) == ("lead-1", "lead", "quality")
    assert who["name"] == "lead-1"  # the staff's word, not the provider's


async def test_the_cookie_tells_nothing_and_no_script_reads_it(console: Console, pool: Pool) -> None:
    set_cookies = (await console.sign_in()).headers.get_list("set-cookie")
    [session] = [each for each in set_cookies if each.startswith("casework_session=")]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in session.split(";")[1:]}
    secret = session.partition("=")[2].partition(";")[0]
    row = await pool.fetchrow("SELECT * FROM sessions")
    assert row is not None
    assert not [value for value in row.values() if secret in str(value) or secret.encode() in _bytes(value)]
    assert secret not in (await console.browser.get("/whoami")).text


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


async def test_with_tls_the_cookie_is_of_this_host_alone(
    pool: Pool, outside: httpx2.AsyncClient, sandbox_process: SandboxProcess
) -> None:
    """A proxy has the TLS: the public address says so, not the request."""
    settings = settings_of(sandbox_process, console_public_url="https://localhost/")
    console = await console_of(pool, outside, settings)
    sent = await console.browser.get("/sign-in")
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("__Host-casework_sign_in=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://localhost/sign-in/done"]


async def test_who_is_nobody_here_is_refused_and_gets_no_session(console: Console, pool: Pool) -> None:
    refused = await console.sign_in("nobody")
    assert refused.status_code == 403
    assert "casework_session" not in str(refused.headers)
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_who_leaves_the_staff_is_out_at_once_and_a_new_role_holds_at_once(
    console: Console, pool: Pool
) -> None:
    await console.sign_in()
    without = content()
    without["members"]["lead-1"]["roles"] = ["front_line"]
    without["teams"]["quality"]["leads"] = ["lead-2"]
    await Staff(pool).seed(Roster.model_validate(without))
    assert (await console.who())["role"] == "agent"
    del without["members"]["lead-1"]
    await Staff(pool).seed(Roster.model_validate(without))
    assert (await console.browser.get("/whoami")).status_code == 403


async def test_a_session_ends_when_it_lies_idle_and_in_any_case_after_a_while(
    console: Console, pool: Pool
) -> None:
    await console.sign_in()
    await pool.execute("UPDATE sessions SET seen_at = now() - interval '59 minutes'")
    await console.who()
    await pool.execute("UPDATE sessions SET seen_at = seen_at - interval '59 minutes'")
    await console.who()  # being used it was kept alive
    await pool.execute("UPDATE sessions SET seen_at = now() - interval '61 minutes'")
    assert (await console.browser.get("/whoami")).status_code == 303
    await console.sign_in()
    ends = await pool.fetchval("SELECT max(ends_at) - max(created_at) FROM sessions")
    assert ends == timedelta(hours=12)
    await pool.execute("UPDATE sessions SET ends_at = now()")
    assert (await console.browser.get("/whoami")).status_code == 303


async def test_signing_out_ends_the_session_itself_not_only_its_cookie(console: Console, pool: Pool) -> None:
    await console.sign_in()
    stolen = dict(console.browser.cookies)
    csrf = (await console.who())["csrf"]
    left = await console.browser.post("/sign-out", data={"csrf": csrf})
    assert (left.status_code, left.headers["location"]) == (303, "/signed-out")
    page = await console.browser.get("/signed-out", headers={"accept-language": "en"})
    assert "You are signed out" in page.text
    console.browser.cookies.update(stolen)
    assert (await console.browser.get("/whoami")).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_a_session_that_was_there_before_signing_in_ends(console: Console, pool: Pool) -> None:
    """Session fixation: what somebody else may know of the browser is worth nothing afterwards."""
    planted = "planted-by-somebody-else"
    console.browser.cookies.set("casework_session", planted, domain="127.0.0.1")
    await console.sign_in("a")
    first = console.browser.cookies["casework_session"]
    assert first != planted
    await console.browser.get(await console.choose("lead-1", await _again(console)))
    second = console.browser.cookies["casework_session"]
    assert second != first
    async with console.browser_of_another() as other:
        other.cookies.set("casework_session", first, domain="127.0.0.1")
        assert (await other.get("/whoami")).status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1


async def _again(console: Console) -> str:
    return (await console.browser.get("/sign-in")).headers["location"]


async def test_a_sign_in_that_another_browser_began_is_not_finished_here(console: Console) -> None:
    """Login CSRF: nobody is made to work under the attacker's name."""
    async with console.browser_of_another() as attacker:
        there = (await attacker.get("/sign-in")).headers["location"]
        link = await console.choose("a", there)
    assert (await console.browser.get(link)).status_code == 401
    await console.begin()
    assert (await console.browser.get(link)).status_code == 401
    assert (await console.browser.get("/whoami")).status_code == 303


async def test_a_code_of_another_sign_in_is_not_taken(console: Console) -> None:
    """The code belongs to the verifier, the ID token to the nonce: both only this browser can work out."""
    async with console.browser_of_another() as attacker:
        there = (await attacker.get("/sign-in")).headers["location"]
        stolen = parse_qs(urlsplit(await console.choose("a", there)).query)["code"][0]
    ours = parse_qs(urlsplit(await console.begin()).query)
    injected = await console.browser.get("/sign-in/done", params={"code": stolen, "state": ours["state"][0]})
    assert injected.status_code == 401
    assert {ours[name][0] for name in ("state", "nonce", "code_challenge")}.isdisjoint(
        parse_qs(urlsplit(there).query)[name][0] for name in ("state", "nonce", "code_challenge")
    )


async def test_a_code_is_good_once(console: Console) -> None:
    link = await console.choose("a", await console.begin())
    kept = dict(console.browser.cookies)
    assert (await console.browser.get(link)).status_code == 303
    console.browser.cookies.update(kept)
    assert (await console.browser.get(link)).status_code == 401


@pytest.mark.parametrize("query", ["", "?error=access_denied&state=x", "?code=c", "?code=c&state=%C3%A9"])
async def test_coming_back_without_what_it_takes_is_refused(console: Console, query: str) -> None:
    await console.begin()
    assert (await console.browser.get(f"/sign-in/done{query}")).status_code == 401


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"])
async def test_nobody_is_sent_elsewhere_after_signing_in(console: Console, elsewhere: str) -> None:
    sent = await console.browser.get("/sign-in", params={"next": elsewhere})
    back = await console.browser.get(await console.choose("a", sent.headers["location"]))
    assert (back.status_code, back.headers["location"]) == (303, "/")


async def test_parts_of_pages_and_what_acts_are_told_rather_than_sent(console: Console) -> None:
    there = "http://console.example/cases?kind=return"
    part = await console.browser.get("/whoami", headers={"HX-Request": "true", "HX-Current-URL": there})
    assert part.status_code == 401
    assert part.headers["hx-redirect"] == "/sign-in?next=%2Fcases%3Fkind%3Dreturn"
    stream = await console.browser.get("/whoami", headers={"Accept": "text/event-stream"})
    assert stream.status_code == 401
    assert (await console.browser.post("/act")).status_code == 401
    assert acted == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_acts_needs_the_sessions_token(console: Console, method: str) -> None:
    await console.sign_in("a")
    csrf = (await console.who())["csrf"]
    async with console.browser_of_another() as other:
        await Console(console.app, other, console.outside).sign_in()
        of_another = (await other.get("/whoami")).json()["csrf"]
    for wrong in (None, "", "x", "é", of_another, csrf + "x"):
        headers = {} if wrong is None else {b"X-CSRF-Token": str(wrong).encode()}
        refused = await console.browser.request(method, "/act", headers=headers)
        assert refused.status_code == 403, wrong
        assert "request_forged" in refused.text
    in_query = await console.browser.request(method, "/act", params={"csrf": csrf})
    assert in_query.status_code == 403
    assert acted == []
    assert (await console.browser.request(method, "/act", headers={"X-CSRF-Token": csrf})).is_success
    assert acted == ["a"]


async def test_a_form_carries_the_token_as_a_field(console: Console) -> None:
    await console.sign_in("a")
    csrf = (await console.who())["csrf"]
    said = await console.browser.post("/form", data={"csrf": csrf, "reason": "数量"})
    assert said.json() == {"by": "a", "reason": "数量"}
    uploaded = await console.browser.post("/form", files={"csrf": (None, csrf), "reason": (None, "x")})
    assert uploaded.is_success
    as_file = {"csrf": ("csrf.txt", csrf.encode()), "reason": (None, "x")}
    assert (await console.browser.post("/form", files=as_file)).status_code == 403
    assert (await console.browser.post("/form", data={"reason": "x"})).status_code == 403


async def test_sign_out_needs_the_token_too(console: Console) -> None:
    await console.sign_in("a")
    assert (await console.browser.post("/sign-out")).status_code == 403
    assert (await console.who())["subject"] == "a"


async def test_without_a_provider_there_is_no_console(pool: Pool) -> None:
    async with httpx2.AsyncClient() as http:
        with pytest.raises(NotReady, match="CASEWORK_OIDC_ISSUER"):
            build_sign_in(Settings(), pool, http)


async def test_long_over_sessions_are_swept_out(console: Console, pool: Pool) -> None:
    old = datetime.now(UTC) - timedelta(days=1)
    await pool.execute("INSERT INTO sessions VALUES ($1, 'x', 'X', NULL, NULL, $2, $2, $2)", b"old", old)
    await console.sign_in("a")
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1
