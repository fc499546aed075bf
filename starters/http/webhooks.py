"""`POST /webhooks/payments/<rail>/<merchant>`: news of refunds from payment gateways, verified and kept."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import WebhookTooLarge
from providers.webhooks import PaymentWebhooks
from store.provider_refunds import ProviderRefunds

BODY_MAX_BYTES = 256 * 1024
TAKEN = "success"
"""What Alipay wants to read; Stripe and WeChat Pay look at the status alone."""


class WebhookDoors:
    """Takes webhooks in: answered with 200 once they are committed. `tell` is called after news."""

    def __init__(self, webhooks: PaymentWebhooks, refunds: ProviderRefunds, tell: Callable[[], None]) -> None:
        self._webhooks = webhooks
        self._refunds = refunds
        self._tell = tell

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("/webhooks/payments/{rail}/{merchant}", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        rail, merchant = request.path_params["rail"], request.path_params["merchant"]
        body, now = await read_body(request), datetime.now(UTC)
        news = self._webhooks.read(rail, merchant, dict(request.headers), body, now)
        if news is not None:
            verdict = await self._refunds.record(merchant, news, now)
            if verdict == "contradiction":
                structlog.get_logger().error(
                    "a gateway says that a failed refund is settled",
                    provider=rail,
                    merchant=merchant,
                    provider_ref=news.provider_ref,
                )
            if verdict != "old":
                self._tell()
        return PlainTextResponse(TAKEN)


async def read_body(request: Request, max_bytes: int = BODY_MAX_BYTES) -> bytes:
    """The raw body. Raises `WebhookTooLarge` as soon as it is too long, whatever length it claims."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise WebhookTooLarge
    return bytes(body)
