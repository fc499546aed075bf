"""Who calls: a system with an API key, or somebody with a token of the sign-in provider, as `Bearer`."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.access import Identity, Unauthenticated
from domain.errors import Forbidden
from starters.http.rate_limits import RateLimits
from starters.oidc import OidcProvider
from starters.people import People
from store.api_keys import KEY_PREFIX, ApiKeys

bearer = HTTPBearer(
    auto_error=False,
    description="An API key (`casework key make`), or an access token of the sign-in provider.",
)


class Callers:
    """Tells who sent a request. Without a provider only systems are known."""

    def __init__(self, keys: ApiKeys, people: People, provider: OidcProvider | None) -> None:
        self._keys = keys
        self._people = people
        self._provider = provider

    async def identify(self, credential: str, now: datetime) -> Identity:
        """Whose credential this is. Raises `Unauthenticated`, `Forbidden`, `ProviderUnavailable`."""
        if credential.startswith(KEY_PREFIX) or self._provider is None:
            return await self._keys.identity(credential, now)
        return await self._people.identify(await self._provider.claims(credential, now), now)


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Identity:
    """The caller of a request, which counts against their quota.

    Raises `RateLimited`, and as `Callers.identify`.
    """
    if credentials is None:
        raise Unauthenticated("send an API key or an access token: `Authorization: Bearer …`")
    callers: Callers = request.app.state.callers
    who = await callers.identify(credentials.credentials, datetime.now(UTC))
    request.state.who = who
    limits: RateLimits | None = request.app.state.rate_limits
    if limits is not None:
        request.state.standing = limits.spend(who.subject)
    structlog.contextvars.bind_contextvars(subject=who.subject)
    return who


async def is_still(request: Request, who: Identity) -> bool:
    """Whether the request's credential is still that caller's, for answers that go on for long."""
    callers: Callers = request.app.state.callers
    credential = request.headers["Authorization"].partition(" ")[2]
    try:
        return await callers.identify(credential, datetime.now(UTC)) == who
    except (Unauthenticated, Forbidden):
        return False


Caller = Annotated[Identity, Depends(caller)]
