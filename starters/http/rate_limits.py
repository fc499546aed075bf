"""How often each caller may ask: a quota that refills steadily, told with every answer (`RateLimit`, 429)."""

import time
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starters.http.door_errors import RateLimited

POLICY = "caller"
FORGET_ABOVE = 10_000
"""So many callers are remembered before those whose quota is whole again are forgotten."""


class Quota(NamedTuple):
    """So many requests within so long; as many at once, if nothing was asked before."""

    requests: int
    window_seconds: float


class Standing(NamedTuple):
    """What a caller has left of their quota, and in how many seconds there is more of it."""

    quota: Quota
    left: int
    more_in_seconds: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has it."""
        return {
            "RateLimit-Policy": f'"{POLICY}";q={self.quota.requests};w={ceil(self.quota.window_seconds)}',
            "RateLimit": f'"{POLICY}";r={self.left};t={self.more_in_seconds}',
        }


class RateLimits:
    """Counts for this process. Each caller is a moment: when what they have spent is whole again (GCRA)."""

    def __init__(self, quota: Quota, now: Callable[[], float] = time.monotonic) -> None:
        self._quota = quota
        self._each_seconds = quota.window_seconds / quota.requests
        self._now = now
        self._whole_at: dict[str, float] = {}

    def spend(self, caller: str) -> Standing:
        """Count a request of theirs. Raises `RateLimited`, which costs nothing, when none is left."""
        now = self._now()
        if len(self._whole_at) > FORGET_ABOVE:
            self._whole_at = {name: at for name, at in self._whole_at.items() if at > now}
        whole_at = max(self._whole_at.get(caller, now), now) + self._each_seconds
        left = int((now + self._quota.window_seconds - whole_at) / self._each_seconds + 1e-9)
        over_by = whole_at - now - self._quota.window_seconds
        if over_by > 1e-9:
            wait = ceil(over_by)
            raise RateLimited(
                f"more than {self._quota.requests} requests in {self._quota.window_seconds:g} s; "
                f"send it again in {wait} s",
                retry_after_seconds=wait,
                standing=Standing(self._quota, 0, wait),
            )
        self._whole_at[caller] = whole_at
        return Standing(self._quota, left, ceil(self._each_seconds))


class RateLimitHeaders:
    """Tells every caller who is known how they stand, whatever they are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add to the headers of the answer."""

        async def with_standing(message: Message) -> None:
            if message["type"] == "http.response.start":
                standing: Standing | None = scope.get("state", {}).get("standing")
                MutableHeaders(scope=message).update(standing.headers() if standing else {})
            await send(message)

        await self._app(scope, receive, with_standing)
