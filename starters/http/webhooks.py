"""`POST /webhooks/payments/<rail>/<merchant>`: news from payment gateways, verified and kept."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import WebhookTooLarge
from domain.provider_news import DisputeNews, RefundNews
from providers.webhooks import PaymentWebhooks
from store.disputes import Disputes
from store.provider_refunds import ProviderRefunds

BODY_MAX_BYTES = 256 * 1024
TAKEN = "success"
"""What Alipay wants to read; Stripe and WeChat Pay look at the status alone."""


class WebhookDoors:
    """Takes webhooks in: answered with 200 once they are committed.

    `tell` is called after news of a refund, `look` for each refund that waits for the end of a dispute.
    """

    def __init__(
        self,
        webhooks: PaymentWebhooks,
        refunds: ProviderRefunds,
        disputes: Disputes,
        *,
        tell: Callable[[], None],
        look: Callable[[str], Awaitable[None]],
    ) -> None:
        self._webhooks = webhooks
        self._refunds = refunds
        self._disputes = disputes
        self._tell = tell
        self._look = look

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("/webhooks/payments/{rail}/{merchant}", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        rail, merchant = request.path_params["rail"], request.path_params["merchant"]
        body, now = await read_body(request), datetime.now(UTC)
        news = self._webhooks.read(rail, merchant, dict(request.headers), body, now)
        match news:
            case RefundNews():
                await self._keep(merchant, news, now)
            case DisputeNews():
                await self._note(merchant, news)
            case None:
                pass
        return PlainTextResponse(TAKEN)

    async def _keep(self, merchant: str, news: RefundNews, now: datetime) -> None:
        verdict = await self._refunds.record(merchant, news, now)
        if verdict == "contradiction":
            structlog.get_logger().error(
                "a gateway says that a failed refund is settled",
                provider=news.provider,
                merchant=merchant,
                provider_ref=news.provider_ref,
            )
        if verdict != "old":
            self._tell()

    async def _note(self, merchant: str, news: DisputeNews) -> None:
        """Where a refund that waits cannot be told, the gateway is to send it again: it is an error then."""
        payment_id = await self._disputes.payment_of(merchant, news.payments)
        for refund_id in await self._disputes.note(news.dispute(merchant, payment_id)):
            await self._look(refund_id)


async def read_body(request: Request, max_bytes: int = BODY_MAX_BYTES) -> bytes:
    """The raw body. Raises `WebhookTooLarge` as soon as it is too long, whatever length it claims."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise WebhookTooLarge
    return bytes(body)
