"""Quotas of callers: spent at once or steadily, refilled by time alone, each for themselves."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from starters.http import rate_limits
from starters.http.door_errors import RateLimited
from starters.http.rate_limits import Quota, RateLimitHeaders, RateLimits, Standing


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> RateLimits:
    return RateLimits(Quota(4, 60), clock)


def test_a_quota_can_be_spent_at_once_and_refills_steadily(limits: RateLimits, clock: Clock) -> None:
    assert [limits.spend("a").left for _ in range(4)] == [3, 2, 1, 0]
    with pytest.raises(RateLimited, match="send it again in 15 s") as refused:
        limits.spend("a")
    assert refused.value.detail["retry_after_seconds"] == 15
    clock.now += 14
    with pytest.raises(RateLimited, match="in 1 s"):
        limits.spend("a")  # and being refused costs nothing
    clock.now += 1
    assert limits.spend("a").left == 0
    clock.now += 60
    assert limits.spend("a").left == 3


def test_one_caller_is_not_counted_against_another(limits: RateLimits) -> None:
    for _ in range(4):
        limits.spend("a")
    assert limits.spend("b").left == 3


def test_who_has_their_whole_quota_again_is_forgotten(
    limits: RateLimits, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "FORGET_ABOVE", 2)
    for name in ("a", "b", "c"):
        limits.spend(name)
    clock.now += 10
    for _ in range(3):
        limits.spend("c")
    clock.now += 10
    limits.spend("d")
    assert limits.spend("c").left < 2  # of who has not, nothing is


def test_a_standing_is_told_with_the_answer_where_the_caller_is_known() -> None:
    async def answer(request: Request) -> PlainTextResponse:
        if "who" in request.query_params:
            request.state.standing = Standing(Quota(600, 60), 599, 1)
        return PlainTextResponse("ok")

    client = TestClient(RateLimitHeaders(Starlette(routes=[Route("/", answer)])))
    known = client.get("/?who=a").headers
    assert (known["ratelimit"], known["ratelimit-policy"]) == ('"caller";r=599;t=1', '"caller";q=600;w=60')
    assert "ratelimit" not in client.get("/").headers
