"""The console put together: pages, files, choices of the reader, one way of saying no, headers of safety."""

from collections.abc import Sequence
from typing import cast

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.assets import Assets
from console.headers import HEADERS
from console.languages import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    local_path,
    remember,
)
from console.pages import is_fragment, show
from domain.errors import CaseworkError, NotFound
from starters.http.problems import RETRY_AFTER_SECONDS, status_of
from starters.safety_headers import SafeApp
from starters.witness import Witness

FAILED = 500
SEE_OTHER = 303

choices = APIRouter()


@choices.get("/language/{language}")
async def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Read on in another language; also before signing in."""
    return _chosen(request, LANGUAGE_COOKIE, language, LANGUAGES, back)


@choices.get("/theme/{theme}")
async def choose_theme(request: Request, theme: str, back: str = "/") -> Response:
    """Read on in the dark, in the light, or as the reader's system has it."""
    return _chosen(request, THEME_COOKIE, theme, THEMES, back)


def _chosen(request: Request, cookie: str, value: str, allowed: Sequence[str], back: str) -> Response:
    if value not in allowed:
        raise NotFound(f"there is: {', '.join(allowed)}")
    response = RedirectResponse(local_path(back), SEE_OTHER)
    remember(response, request, cookie, value)
    return response


def build_app(*routers: APIRouter) -> FastAPI:
    """An app with these pages. Each of them asks for a `Person` itself; nothing here is anybody's."""
    app = SafeApp(
        HEADERS,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            CaseworkError: refuse,
            RequestValidationError: refuse_unread,
            400: refuse_unread,
            404: not_there,
            405: not_there,
            Exception: broken,
        },
    )
    for router in (choices, *routers):
        app.include_router(router)
    app.mount("/static", Assets(), "static")
    app.state.paths = frozenset(
        route.path for router in routers for route in router.routes if isinstance(route, Route)
    )
    return app


async def refuse(request: Request, error: Exception) -> Response:
    """Handler of everything that has a code: what happened, whether anything was lost, what to do."""
    error = cast("CaseworkError", error)
    status = status_of(type(error))
    structlog.get_logger().warning(
        "request refused", path=request.url.path, code=error.code, http_status=status
    )
    witness: Witness | None = getattr(request.app.state, "witness", None)
    if witness is not None:
        await witness.refusal(request, error, status)
    # An outage's message may name hosts: who asks is told only that there is one.
    return _failure(request, status, error.code, "" if status >= FAILED else error.message)


async def refuse_unread(request: Request, error: Exception) -> Response:
    """Handler of an address or a form that cannot be read; what was given is not told back."""
    return _failure(request, 400, "invalid_request")


async def not_there(request: Request, error: Exception) -> Response:
    """Handler of addresses and methods that there are not."""
    return _failure(request, 404, "not_found")


async def broken(request: Request, error: Exception) -> Response:
    """Handler of our own mistakes."""
    structlog.get_logger().error("page broke", path=request.url.path, exc_info=error)
    return _failure(request, FAILED, "internal")


def _failure(request: Request, status: int, code: str, detail: str = "") -> Response:
    kind = "away" if status == 503 else "ours" if status >= FAILED else "gone" if status == 404 else "refused"
    template = "error_part.html" if is_fragment(request) else "error.html"
    response = show(request, template, status, kind=kind, code=code, detail=detail)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
