"""The gateway tells of refunds by itself, and all that befalls webhooks: twice, late, lost, forged."""

import asyncio
import random
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.webhooks import (
    DisputeEvent,
    Event,
    Webhook,
    forged_keys,
    keys_of,
    without_signature,
    write,
    write_dispute,
)
from sandbox.http import answer, answer_all, read
from sandbox.payment_messages import Capture, Delivery, Dispute, Refund, WebhookSettings
from sandbox.payments_state import Payments

Kind = Literal["genuine", "forge", "unsigned", "stale"]
TICK_SECONDS = 0.1
PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 10.0
STALE_BY = timedelta(days=7)
OPPOSITE = {"settled": "failed", "failed": "settled", "pending": "settled"}


class Webhooks:
    """Sends what `Payments` tells; while a URL is set, refunds also settle without being asked about."""

    def __init__(self, payments: Payments, accounts: Accounts, clock: Clock) -> None:
        self.deliveries: list[Delivery] = []
        self._settings = WebhookSettings()
        self._dice = random.Random(0)
        self._payments = payments
        self._accounts = accounts
        self._clock = clock
        self._numbers = 0
        self._http: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        payments.told = self._told
        payments.told_dispute = self._told_dispute

    def routes(self) -> list[Route]:
        """The knobs, and what was sent."""
        return [
            Route("/webhooks", self._set, methods=["PUT"]),
            Route("/webhooks", self._sent, methods=["GET"]),
        ]

    async def _set(self, request: Request) -> Response:
        self._settings = await read(request, WebhookSettings)
        self._dice = random.Random(self._settings.seed)
        if self._http is None:
            # plain HTTP on the loopback: loading certificates would take longer than most tests
            transport = httpx2.AsyncHTTPTransport(verify=False)
            self._http = httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, transport=transport)
            self._start(self._tick())
        return answer(self._settings)

    async def _sent(self, _: Request) -> Response:
        return answer_all("webhooks", self.deliveries)

    async def _tick(self) -> None:
        while True:
            self._payments.settle_due(self._clock.now())
            await asyncio.sleep(TICK_SECONDS)

    def _told(self, refund: Refund, at: datetime) -> None:
        """A refund has ended."""
        rules = self._settings
        url = rules.urls.get(refund.merchant, rules.url)
        if url is None or self._http is None:
            return
        self._numbers += 1
        event = Event(f"evt-{refund.ref}-{refund.state}-{self._numbers}", refund, at, datetime.now(UTC))
        where = f"{url}/{refund.dialect}/{refund.merchant}"
        for kind in self._kinds(rules):
            pause = rules.delay_seconds * (self._dice.random() if rules.shuffle else 1.0)
            self._start(self._deliver(where, event, kind, pause))

    def _told_dispute(self, payment: Capture, dispute: Dispute) -> None:
        """A dispute was opened, or has ended: told once, whatever befalls the refunds' webhooks."""
        url = self._settings.urls.get(payment.merchant, self._settings.url)
        if url is not None and self._http is not None:
            self._numbers += 1
            now = datetime.now(UTC)
            event = DisputeEvent(f"evt-{dispute.state}-{self._numbers}", payment, dispute, now, now)
            keys = keys_of(self._accounts, payment.merchant, dispute.dialect)
            if webhook := write_dispute(event, keys):
                where = f"{url}/{dispute.dialect}/{payment.merchant}"
                self._start(self._until_taken(where, webhook))

    async def _until_taken(self, where: str, webhook: Webhook) -> None:
        for number in range(self._settings.tries):
            status, _ = await self._post(where, webhook)
            if status is not None and 200 <= status < 300:
                return
            await asyncio.sleep(PAUSE_SECONDS * 2**number)

    def _kinds(self, rules: WebhookSettings) -> Iterable[Kind]:
        for _ in range(rules.repeat):
            if self._dice.random() >= rules.drop:
                yield "genuine"
        bad: list[tuple[Kind, float]] = [
            ("forge", rules.forge),
            ("unsigned", rules.unsigned),
            ("stale", rules.stale),
        ]
        for kind, share in bad:
            if self._dice.random() < share:
                yield kind

    def _written(self, event: Event, kind: Kind) -> Webhook | None:
        """As the gateway writes it; whoever lies tells what is not so."""
        refund = event.refund
        genuine = keys_of(self._accounts, refund.merchant, refund.dialect)
        told = {"state": OPPOSITE[refund.state]}
        if refund.dialect == "alipay":  # which tells of what was paid only: here of another refund
            told = {"key": f"{refund.key}0"}
        lie = event._replace(refund=refund.model_copy(update=told))
        match kind:
            case "genuine":
                return write(event._replace(signed_at=datetime.now(UTC)), genuine)
            case "stale":
                return write(event._replace(signed_at=event.signed_at - STALE_BY), genuine)
            case "forge":
                return write(lie, forged_keys(self._accounts))
            case "unsigned":
                written = write(lie, genuine)
                return written and without_signature(written)

    async def _deliver(self, where: str, event: Event, kind: Kind, pause: float) -> None:
        await asyncio.sleep(pause)
        refund = event.refund
        if self._written(event, kind) is None:
            return
        told = Delivery(
            kind=kind,
            dialect=refund.dialect,
            merchant=refund.merchant,
            key=refund.key,
            ref=refund.ref,
            state=refund.state,
        )
        place = len(self.deliveries)
        self.deliveries.append(told)
        tries = self._settings.tries if kind == "genuine" else 1
        for number in range(1, tries + 1):
            webhook = self._written(event, kind)
            assert webhook is not None
            status, text = await self._post(where, webhook)
            told = told.model_copy(update={"tries": number, "status": status, "answer": text})
            self.deliveries[place] = told
            if status is not None and 200 <= status < 300:
                return
            if number < tries:
                await asyncio.sleep(PAUSE_SECONDS * 2 ** (number - 1))

    async def _post(self, where: str, webhook: Webhook) -> tuple[int | None, str]:
        assert self._http is not None
        try:
            response = await self._http.post(where, content=webhook.body, headers=webhook.headers)
        except httpx2.HTTPError:
            return None, ""
        return response.status_code, response.text

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
