"""Every answer of both programs has the headers of safety, also one of a mistake of ours."""

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console import app as console
from starters.http import app as api
from starters.witness import Witness
from store.audit import AuditLog
from store.pool import Pool


async def breaks(request: Request) -> Response:
    raise ZeroDivisionError("a mistake")


broken = APIRouter(routes=[Route("/broken", breaks)])
APPS: dict[str, FastAPI] = {
    "api": api.build_app([Route("/broken", breaks)]),
    "console": console.build_app(broken),
}


@pytest.mark.parametrize(
    ("name", "method", "path", "status"),
    [(name, "GET", path, status) for name in APPS for path, status in (("/broken", 500), ("/nowhere", 404))]
    # A program is told what it did wrong; a person is led back.
    + [("api", "PUT", "/broken", 405), ("console", "PUT", "/broken", 404)],
)
async def test_no_answer_is_kept_framed_or_guessed_at(
    pool: Pool, name: str, method: str, path: str, status: int
) -> None:
    APPS[name].state.witness = Witness(AuditLog(pool), "http")
    transport = httpx2.ASGITransport(APPS[name], raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://casework.example") as http:
        answer = await http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
