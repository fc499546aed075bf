"""Headers of safety on every answer of a program: what browsers and proxies may do with it."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starters.request_ids import RequestIds

FOR_ALL = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""An answer that says nothing of caching is not kept: it may be about people."""


class SafetyHeaders:
    """Sets them, and those of the program, on what does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = {**FOR_ALL, **headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add to the headers of every HTTP answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class SafeApp(FastAPI):
    """An app with these headers, and the request's id, on all that it answers, also when it breaks.

    No middleware is further out.
    """

    def __init__(self, headers: Mapping[str, str], **more: Any) -> None:
        super().__init__(**more)
        self._safety = headers

    def build_middleware_stack(self) -> ASGIApp:
        """The whole app, and around it the headers and the id."""
        return SafetyHeaders(RequestIds(super().build_middleware_stack()), self._safety)
