"""The id of an HTTP request: taken from who asks, else made; told with the answer, and in every log line."""

import re
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.request_headers import caused_by

REQUEST_ID_HEADER = "X-Request-Id"
READING, REFUSED = ("GET", "HEAD"), 400
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{1,64}")
"""Of others it is taken only so: it goes into logs and into Temporal's histories."""


class RequestIds:
    """Works on each HTTP request on account of its id, and tells the id with the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take or make the id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).get(REQUEST_ID_HEADER))

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
                if scope["method"] not in READING and message["status"] < REFUSED:
                    path, status = scope["path"], message["status"]
                    structlog.get_logger().info("request answered", path=path, http_status=status)
            await send(message)

        with caused_by(request_id):
            await self._app(scope, receive, with_id)


def request_id_of(given: str | None) -> str:
    """The id that was given, where it is well formed, else a new one."""
    return given if given is not None and _WELL_FORMED.fullmatch(given) else uuid4().hex
