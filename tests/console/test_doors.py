"""Every page and action of the console: nobody without a session, nothing done without its token."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount, Route

import console
from console.app import build_app
from console.sign_in import SAFE_METHODS, build_sign_in, install
from domain.staff.roster import Roster
from sandbox.launch import SandboxProcess
from store.pool import Pool
from store.staff import Staff
from tests.console.test_sign_in import AT, Console, settings_of
from tests.console.test_sign_in import outside as outside
from tests.console.test_sign_in import sandbox as sandbox
from tests.console.test_sign_in import sandbox_process as sandbox_process
from tests.domain.staff.desk import content

PUBLIC = {"/language/{language}", "/theme/{theme}", "/sign-in", "/sign-in/done", "/signed-out"}
"""What can be asked for by anybody. Whoever adds to it says why it is nobody's."""


def routers() -> list[APIRouter]:
    """Those of all modules of the room, whether the program serves them already or not."""
    names = [found.name for found in pkgutil.iter_modules(console.__path__)]
    modules = [
        importlib.import_module(f"console.{name}") for name in names if name not in ("__main__", "sign_in")
    ]
    found = [getattr(module, "router", None) for module in modules]
    return [router for router in found if isinstance(router, APIRouter)]


def doors(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of all that is not public."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Mount):
            assert route.path == "/static"
        elif isinstance(route, Route):
            if route.path not in PUBLIC:
                yield from ((method, route.path) for method in (route.methods or set()) - {"HEAD"})
        else:
            waiting.extend(getattr(route, "original_router").routes)  # noqa: B009 - a type of FastAPI's own


@pytest.fixture
async def whole(pool: Pool, outside: httpx2.AsyncClient, sandbox_process: SandboxProcess) -> Console:
    await Staff(pool).seed(Roster.model_validate(content()))
    app = build_app(*routers())
    app.state.desk = None
    install(app, build_sign_in(settings_of(sandbox_process), pool, outside))
    return Console(app, httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AT), outside)


async def test_nobody_gets_anywhere_without_a_session(whole: Console) -> None:
    for method, path in doors(whole.app):
        answer = await whole.browser.request(method, path.replace("{", "").replace("}", ""))
        if method in SAFE_METHODS:
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), (
                path
            )
        else:
            assert answer.status_code == 401, path
        assert answer.headers["cache-control"] == "no-store"


async def test_nothing_is_done_without_the_sessions_token(whole: Console) -> None:
    await whole.browser.get(await whole.choose("lead-1", await again(whole)))
    asked = [(method, path) for method, path in doors(whole.app) if method not in SAFE_METHODS]
    assert ("POST", "/sign-out") in asked
    for method, path in asked:
        address = path.replace("{", "").replace("}", "")
        tries: list[dict[str, Any]] = [
            {},
            {"headers": {"X-CSRF-Token": "made-up"}},
            {"data": {"csrf": "made-up"}},
        ]
        for sent in tries:
            answer = await whole.browser.request(method, address, **sent)
            assert (answer.status_code, "request_forged" in answer.text) == (403, True), (path, sent)


async def again(whole: Console) -> str:
    """The provider's page, as the sign-in sends there."""
    return (await whole.browser.get("/sign-in")).headers["location"]
