"""`POST /webhooks/{carriers/<carrier>,shop,warehouse}/<merchant>`: verified by its bytes, and kept."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import CaseworkError, InvalidRequest, NotFound
from domain.inbox import Told
from providers.sources import Source, Sources, read
from starters.http.webhooks import TAKEN, read_body
from store.inbox import Envelope, Inbox

CARRIERS = "carriers"


class SourceDoors:
    """Takes webhooks in: answered with 200 once they are committed. `tell` is called after each new one."""

    def __init__(self, sources: Sources, inbox: Inbox, tell: Callable[[], None]) -> None:
        self._sources = sources
        self._inbox = inbox
        self._tell = tell

    def routes(self) -> list[Route]:
        """One for carriers, one for shops, one for warehouses."""
        return [
            Route(f"/webhooks/{CARRIERS}/{{carrier}}/{{merchant}}", self._of_carrier, methods=["POST"]),
            Route("/webhooks/shop/{merchant}", self._of_shop, methods=["POST"]),
            Route("/webhooks/warehouse/{merchant}", self._of_warehouse, methods=["POST"]),
        ]

    async def _of_carrier(self, request: Request) -> Response:
        return await self._take(request, f"{CARRIERS}/{request.path_params['carrier']}")

    async def _of_shop(self, request: Request) -> Response:
        return await self._take(request, "shop")

    async def _of_warehouse(self, request: Request) -> Response:
        return await self._take(request, "warehouse")

    async def _take(self, request: Request, at: str) -> Response:
        merchant, body, now = request.path_params["merchant"], await read_body(request), datetime.now(UTC)
        source, signed = self._sources.verify(at, merchant, dict(request.headers), body, now)
        envelope = Envelope(
            source=source, merchant=merchant, webhook_id=signed.webhook_id, sent_at=signed.sent_at
        )
        if await self._inbox.keep(envelope, _told(source, merchant, body), body, now):
            self._tell()
        return PlainTextResponse(TAKEN)


def _told(source: Source, merchant: str, body: bytes) -> Told | CaseworkError:
    """What it says; sent again it would say the same, so what cannot be read is for a person of ours."""
    try:
        return read(source, merchant, body)
    except (InvalidRequest, NotFound) as error:
        structlog.get_logger().error("a webhook is a dead letter", source=source, code=error.code)
        return error
