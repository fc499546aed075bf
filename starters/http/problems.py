"""How the doors say no: `application/problem+json` (RFC 9457) with the codes of `docs/errors.md`."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from activities.request_headers import REQUEST_ID
from domain import errors
from domain.access import LinkInvalid, RequestForged, Unauthenticated
from domain.base import Model
from domain.errors import CaseworkError
from starters.http import door_errors as doors
from starters.witness import witness_of

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems"

# The first class that fits.
STATUS: Sequence[tuple[type[CaseworkError], int]] = (
    (errors.WebhookTooLarge, 413),
    (errors.WebhookRefused, 401),
    (Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.IdempotencyConflict, 422),
    (errors.CaseChanged, 412),
    (doors.BodyTooLarge, 413),
    (doors.UnsupportedMediaType, 415),
    (doors.RateLimited, 429),
    (doors.MethodNotAllowed, 405),
    (errors.InvalidRequest, 400),
    (errors.NotFound, 404),
    (errors.Refused, 409),
    (errors.NoAnswer, 503),
    (errors.NotReady, 503),
    (errors.StoreUnavailable, 503),
    (errors.ProviderUnavailable, 503),
    (CaseworkError, 500),
)
RETRY_AFTER_SECONDS = 2
WAIT = (429, 503)
"""The same request may be answered a little later."""


class Problem(Model):
    """What every refusal and failure is told as; `type` can be looked up at its address."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str | None = None
    field: str | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for status, words in (
        ("4XX", "Refused; nothing was done"),
        ("5XX", "Failed; ask again with the same key"),
    )
}
SERVER_ERROR, METHOD_NOT_ALLOWED = 500, 405


def status_of(error: type[CaseworkError]) -> int:
    """The HTTP status that goes with an error."""
    return next(status for kind, status in STATUS if issubclass(error, kind))


@cache
def codes() -> dict[str, type[CaseworkError]]:
    """Every code, and what it stands for."""
    tree = [Unauthenticated, LinkInvalid, RequestForged, *vars(errors).values(), *vars(doors).values()]
    return {each.code: each for each in tree if isinstance(each, type) and issubclass(each, CaseworkError)}


def title_of(error: type[CaseworkError]) -> str:
    """What it says of itself, on one line."""
    return " ".join((error.__doc__ or error.code).split())


def problem_of(error: CaseworkError, path: str) -> Problem:
    """The document. An outage's message may name hosts: who asks is told only that there is one."""
    # By its code alone: of one code's errors none tells more than another.
    known = codes().get(error.code, type(error))
    status, title = status_of(known), title_of(known)
    is_ours = status >= SERVER_ERROR
    return Problem(
        type=f"{TYPES}/{error.code}",
        title=title,
        status=status,
        detail=title if is_ours else error.message,
        code=error.code,
        instance=path,
        request_id=REQUEST_ID.get(),
        field=None if is_ours else error.detail.get("field"),
    )


async def refuse(request: Request, error: Exception) -> Response:
    """Handler of everything that has a code."""
    assert isinstance(error, CaseworkError)
    body = problem_of(error, request.url.path)
    status = body.status
    # The path names a merchant and a case, never a person; nothing of body or headers is logged or told.
    structlog.get_logger().warning(
        "request refused", path=request.url.path, code=error.code, http_status=status
    )
    await witness_of(request).refusal(request, error, status)
    headers: dict[str, str] = {}
    if status in WAIT:
        headers["Retry-After"] = str(error.detail.get("retry_after_seconds", RETRY_AFTER_SECONDS))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE)


async def refuse_malformed(request: Request, error: Exception) -> Response:
    """Handler of what does not fit its model: the first place that is wrong, without the value given."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["loc"][0] == "body" and not _is_json(request):
        return await refuse(request, doors.UnsupportedMediaType("send the body as application/json"))
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    if first["loc"] == ("header", "Idempotency-Key") and first["type"] == "missing":
        return await refuse(request, doors.KeyMissing("send a header Idempotency-Key of your own"))
    why = str(first["msg"]).removeprefix("Value error, ").replace("\n", " ")
    if why.startswith("unsupported_schema"):
        return await refuse(request, errors.UnsupportedSchema(f"{where}: {why}", field=where))
    return await refuse(request, errors.InvalidRequest(f"{where}: {why}", field=where))


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


async def refuse_unread(request: Request, error: Exception) -> Response:
    """Handler of a body that could not be read: too long, or cut off."""
    cause = error.__cause__
    known = cause if isinstance(cause, CaseworkError) else errors.InvalidRequest("the body cannot be read")
    return await refuse(request, known)


async def not_offered(request: Request, error: Exception) -> Response:
    """Handler of 404 and 405 by the router."""
    assert isinstance(error, HTTPException)
    if error.status_code != METHOD_NOT_ALLOWED:
        return await refuse(request, errors.NotFound())
    answer = await refuse(request, doors.MethodNotAllowed())
    answer.headers.update(error.headers or {})  # `Allow`
    return answer


async def broken(request: Request, error: Exception) -> Response:
    """Something that nobody thought of: the server's log has it, who asks gets a code."""
    del error
    return await refuse(request, CaseworkError())
