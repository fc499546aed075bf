"""The doors put together: what is refused is answered with its code, and nothing else is told."""

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from domain.errors import (
    CaseworkError,
    InvalidRequest,
    NotFound,
    Refused,
    StoreUnavailable,
    WebhookRefused,
    WebhookTooLarge,
)

# The first class that fits.
STATUS: Sequence[tuple[type[CaseworkError], int]] = (
    (WebhookTooLarge, 413),
    (WebhookRefused, 401),
    (InvalidRequest, 400),
    (NotFound, 404),
    (Refused, 409),
    (StoreUnavailable, 503),
    (CaseworkError, 500),
)


def build_app(routes: Sequence[BaseRoute]) -> Starlette:
    """The program's routes with one way of saying no."""
    return Starlette(
        routes=routes,
        exception_handlers={CaseworkError: _refuse, 404: _not_here, 405: _not_here, Exception: _broken},
    )


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, CaseworkError)
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    # The path names a merchant, never a person; nothing of body or headers is logged or told.
    structlog.get_logger().warning(
        "request refused", path=request.url.path, code=error.code, http_status=status
    )
    # An outage's message may name hosts: who asks is told only that there is one.
    message = error.message if status < 500 else (type(error).__doc__ or "").strip()
    return JSONResponse({"code": error.code, "message": message}, status)


async def _not_here(request: Request, error: Exception) -> Response:
    del error
    return await _refuse(request, NotFound())


async def _broken(request: Request, error: Exception) -> Response:
    """Something that nobody thought of: the server's log has it, who asks gets a code."""
    del error
    return await _refuse(request, CaseworkError())
