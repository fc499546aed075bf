"""The doors put together: routes of all kinds, one way of saying no, and one limit for what comes in."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import CaseworkError, NotFound
from starters.http.acting import all_routers
from starters.http.door_errors import BodyTooLarge
from starters.http.examples import add_examples
from starters.http.feed import router as feed
from starters.http.inbox import router as inbox
from starters.http.intake import router as intake
from starters.http.links import router as links
from starters.http.problems import (
    RESPONSES,
    TYPES,
    broken,
    codes,
    not_offered,
    refuse,
    refuse_malformed,
    refuse_unread,
    status_of,
    title_of,
)
from starters.http.rate_limits import RateLimitHeaders
from starters.http.reading import router as reading
from starters.safety_headers import SafeApp

API = "/v1"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""An answer is data: a browser has nothing to load or to run because of it."""
BODY_MAX_BYTES = 256 * 1024
DESCRIPTION = (
    "After-sales cases as durable workflows: open them, act on them, read them. "
    "Errors are problem+json; each `type` can be looked up at its address."
)


class BodyLimit:
    """Ends a request whose body is too long as soon as that is known, whatever length it claims."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in; gateways' webhooks have their own limit and their own word for it."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > BODY_MAX_BYTES:
                raise BodyTooLarge(f"the body has more than {BODY_MAX_BYTES} bytes")
            return message

        await self._app(scope, counted, send)


class Api(SafeApp):
    """The app, whose description has examples."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            add_examples(super().openapi())
        return super().openapi()


def build_app(routes: Sequence[BaseRoute] = ()) -> FastAPI:
    """An app with these routes beside those that are included later."""
    app = Api(
        HEADERS,
        title="Casework",
        version="1",
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=list(routes),
        responses=RESPONSES,
        exception_handlers={
            CaseworkError: refuse,
            RequestValidationError: refuse_malformed,
            400: refuse_unread,
            404: not_offered,
            405: not_offered,
            Exception: broken,
        },
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimitHeaders)
    app.state.rate_limits = None
    for router in (reading, intake, feed, inbox, links, *all_routers()):
        app.include_router(router)
    app.add_api_route(f"{TYPES}/{{code}}", look_up, tags=["problems"], summary="What a code stands for")
    return app


async def look_up(code: str) -> dict[str, Any]:
    """An error's code, its status and what it means."""
    found = codes().get(code)
    if found is None:
        raise NotFound(f"there is no error {code}")
    return {"code": code, "status": status_of(found), "title": title_of(found)}
