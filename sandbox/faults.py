"""Faults that tests and the demo order: which requests they hit, and what happens to those."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.http import Refusal, say_refusal
from sandbox.messages import ActiveFault, FaultRule

Handler = Callable[[Request], Awaitable[Response]]

PARTS = ("shop", "payments", "carriers", "warehouse", "sms", "push", "email", "oidc")
GATEWAY_ONLY = ("key_pruned", "fails_later")
EMAIL_KINDS = ("down", "slow", "lost_after")


class Rule:
    """A fault rule with its memory."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.matched = 0
        self.fired = 0
        self._random = random.Random(rule.seed)

    def hits(self, operation: str, carried: set[str]) -> bool:
        """Whether this request fails; counts it."""
        rule = self.rule
        if rule.operation not in (None, operation) or not (rule.key is None or rule.key in carried):
            return False
        self.matched += 1
        hit = (
            (rule.every is None or self.matched % rule.every == 0)
            and (rule.first is None or self.fired < rule.first)
            and (rule.probability is None or self._random.random() < rule.probability)
        )
        self.fired += hit
        return hit

    def report(self) -> ActiveFault:
        """The rule and its counters."""
        return ActiveFault(**self.rule.model_dump(), matched=self.matched, fired=self.fired)


class Faults:
    """Every part's faults. They live in memory: a restarted sandbox is a healthy one."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = {part: [] for part in PARTS}

    def put(self, part: str, rules: list[FaultRule]) -> None:
        """These are the part's faults from now on."""
        self._rules[part] = [Rule(rule) for rule in rules]

    def report(self, part: str) -> list[ActiveFault]:
        """The part's faults and what they did."""
        return [rule.report() for rule in self._rules[part]]

    def pick(self, part: str, operation: str, carried: set[str]) -> FaultRule | None:
        """What goes wrong with this request; every rule sees it, the first that hits wins."""
        hits = [rule.rule for rule in self._rules[part] if rule.hits(operation, carried)]
        return hits[0] if hits else None

    def guard(self, part: str, operation: str, handler: Handler) -> Handler:
        """The handler behind the part's faults."""

        async def guarded(request: Request) -> Response:
            fault = self.pick(part, operation, await _carried(request))
            request.state.fault = fault
            return await handler(request) if fault is None else await _fail(fault, handler, request)

        return guarded


class _Named(BaseModel):
    """What a body may be singled out by; the rest of it is none of the faults' business."""

    key: Annotated[str | None, Field(validation_alias=AliasChoices("key", "out_refund_no"))] = None
    notice_id: str | None = None


async def _carried(request: Request) -> set[str]:
    """The values by which a rule can single a request out."""
    values = {str(value) for value in request.path_params.values()}
    if key := request.headers.get("Idempotency-Key"):
        values.add(key)
    if request.method == "POST":
        try:
            named = _Named.model_validate_json(await request.body())
        except ValidationError:
            return values  # the handler says what is wrong with it
        values |= {value for value in (named.key, named.notice_id) if value is not None}
    return values


async def _fail(fault: FaultRule, handler: Handler, request: Request) -> Response:
    """Let the request fail as ordered, before or after its effect."""
    if fault.kind == "down":
        return JSONResponse({"code": "down", "message": "out of service"}, 503)
    if fault.kind == "error_before":
        return _server_error()
    if fault.kind == "lost_before":
        return await _hang_up(request)
    try:
        response = await handler(request)
    except Refusal as refusal:
        response = say_refusal(refusal)  # a no can be lost or late as well
    if fault.kind == "slow":
        await asyncio.sleep(fault.delay_seconds)
    elif fault.kind == "error_after":
        return _server_error()
    elif fault.kind == "lost_after":
        return await _hang_up(request)
    return response


def _server_error() -> Response:
    return JSONResponse({"code": "server_error", "message": "something broke"}, 500)


async def _hang_up(request: Request) -> Response:
    """Close the connection without a word; the response returned here goes nowhere."""
    transport: asyncio.Transport = request.state.transport
    transport.abort()
    await asyncio.sleep(0)
    return Response(status_code=500)
