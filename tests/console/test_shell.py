"""The shell around all pages: headers, choices of the reader, files, and what is said when all fails."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from console.app import build_app
from console.pages import show
from domain.errors import Forbidden, StoreUnavailable

broken = APIRouter()


@broken.get("/broken/{how}")
async def fail(how: str) -> Response:
    if how == "away":
        raise StoreUnavailable("the event store at db.internal did not answer")
    if how == "no":
        raise Forbidden("front line may not <b>assign</b>", action="assign")
    raise ZeroDivisionError("a secret")


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(build_app(broken), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://console.example") as client:
        yield client


async def test_pages_may_load_only_our_own_files(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/nowhere")
    assert answer.status_code == 404
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_language_is_negotiated_and_a_choice_is_kept(http: httpx2.AsyncClient) -> None:
    said = await http.get("/nowhere", headers={"accept-language": "en"})
    assert "There is nothing here" in said.text
    assert 'lang="en"' in said.text
    chosen = await http.get("/language/zh-CN?back=/work%3Fkind%3Dreturn")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/work?kind=return")
    kept = {"cookie": chosen.headers["set-cookie"].partition(";")[0], "accept-language": "en"}
    assert "这里没有内容" in (await http.get("/nowhere", headers=kept)).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb"])
async def test_no_choice_leads_to_another_site(http: httpx2.AsyncClient, back: str) -> None:
    answer = await http.get("/theme/dark", params={"back": back})
    assert answer.headers["location"] == "/"


async def test_a_choice_that_there_is_not_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/language/tlh")).status_code == 404
    assert (await http.get("/theme/pink")).status_code == 404


async def test_the_theme_and_the_zone_come_from_cookies_and_nothing_made_up(
    http: httpx2.AsyncClient,
) -> None:
    kept = {"cookie": "casework-theme=dark; casework-zone=Europe/London"}
    assert 'data-theme="dark" data-zone="Europe/London"' in (await http.get("/nowhere", headers=kept)).text
    made_up = {"cookie": 'casework-theme="x"; casework-zone=<b>'}
    assert 'data-theme="auto" data-zone="Asia/Shanghai"' in (await http.get("/x", headers=made_up)).text


async def test_files_are_kept_under_their_contents_address(http: httpx2.AsyncClient) -> None:
    page = (await http.get("/nowhere")).text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await http.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert (await http.get("/static/tokens.css")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("how", "status", "title"),
    [("away", 503, "away"), ("no", 403, "refused"), ("ours", 500, "broke")],
)
async def test_a_failure_says_what_happened_and_leaks_nothing(
    http: httpx2.AsyncClient, how: str, status: int, title: str
) -> None:
    answer = await http.get(f"/broken/{how}", headers={"accept-language": "en"})
    assert answer.status_code == status
    assert title in answer.text
    assert "db.internal" not in answer.text
    assert "secret" not in answer.text
    assert "<b>" not in answer.text


async def test_a_fragment_is_told_of_a_failure_without_a_page_around_it(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/broken/away", headers={"hx-request": "true"})
    assert answer.headers["retry-after"]
    assert "<html" not in answer.text
    assert "store_unavailable" in answer.text


async def test_what_is_shown_is_escaped() -> None:
    scope: dict[str, Any] = {
        "type": "http",
        "app": build_app(),
        "path": "/x",
        "query_string": b"a=<b>",
        "headers": [],
        "method": "GET",
        "server": ("console.example", 80),
        "scheme": "http",
        "root_path": "",
    }
    answer = show(Request(scope), "error.html", kind="refused", code="forbidden", detail="<script>alert(1)")
    body = bytes(answer.body)
    assert b"&lt;script&gt;" in body
    assert b"<script>alert" not in body
    assert b"a=<b>" not in body
