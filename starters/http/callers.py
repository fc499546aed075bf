"""Who calls: a system with an API key, sent as `Authorization: Bearer cw_…`."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.access import Identity, Unauthenticated
from store.api_keys import ApiKeys

bearer = HTTPBearer(auto_error=False, description="An API key: `casework key make`.")


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Identity:
    """The caller of a request. Raises `Unauthenticated`."""
    if credentials is None:
        raise Unauthenticated("send an API key: `Authorization: Bearer cw_…`")
    keys: ApiKeys = request.app.state.keys
    who = await keys.identity(credentials.credentials, datetime.now(UTC))
    structlog.contextvars.bind_contextvars(subject=who.subject)
    return who


Caller = Annotated[Identity, Depends(caller)]
