"""The gateway tells of refunds and disputes by itself; its couriers see to what befalls webhooks."""

import asyncio
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.couriers import Couriers
from sandbox.dialects.accounts import Accounts
from sandbox.dialects.webhooks import DisputeEvent, Event, forged_keys, keys_of, write, write_dispute
from sandbox.http import answer, answer_all, read
from sandbox.payment_messages import Capture, Delivery, Dispute, Refund, WebhookKind, WebhookSettings
from sandbox.payments_state import Payments
from sandbox.signing import Webhook, without_signature

TICK_SECONDS = 0.1
STALE_BY = timedelta(days=7)
OPPOSITE = {"settled": "failed", "failed": "settled", "pending": "settled"}


class Webhooks:
    """Sends what `Payments` tells; while a URL is set, refunds also settle without being asked about."""

    def __init__(self, payments: Payments, accounts: Accounts, clock: Clock) -> None:
        self._couriers = Couriers[Delivery]()
        self._payments = payments
        self._accounts = accounts
        self._clock = clock
        self._numbers = 0
        payments.told = self._told
        payments.told_dispute = self._told_dispute

    def routes(self) -> list[Route]:
        """The knobs, and what was sent."""
        return [
            Route("/webhooks", self._set, methods=["PUT"]),
            Route("/webhooks", self._sent, methods=["GET"]),
        ]

    async def _set(self, request: Request) -> Response:
        settings = await read(request, WebhookSettings)
        if self._couriers.follow(settings):
            self._couriers.start(self._tick())
        return answer(settings)

    async def _sent(self, _: Request) -> Response:
        return answer_all("webhooks", self._couriers.sent)

    async def _tick(self) -> None:
        while True:
            self._payments.settle_due(self._clock.now())
            await asyncio.sleep(TICK_SECONDS)

    def _told(self, refund: Refund, at: datetime) -> None:
        """A refund has ended."""
        url = self._couriers.url_of(refund.merchant)
        if url is None:
            return
        self._numbers += 1
        event = Event(f"evt-{refund.ref}-{refund.state}-{self._numbers}", refund, at, datetime.now(UTC))
        self._couriers.send(
            f"{url}/{refund.dialect}/{refund.merchant}",
            lambda kind: self._written(event, kind),
            lambda kind: _delivery(kind, refund),
        )

    def _told_dispute(self, payment: Capture, dispute: Dispute) -> None:
        """A dispute was opened, or has ended: told once, whatever befalls the refunds' webhooks."""
        url = self._couriers.url_of(payment.merchant)
        if url is not None:
            self._numbers += 1
            now = datetime.now(UTC)
            event = DisputeEvent(f"evt-{dispute.state}-{self._numbers}", payment, dispute, now, now)
            keys = keys_of(self._accounts, payment.merchant, dispute.dialect)
            if webhook := write_dispute(event, keys):
                where = f"{url}/{dispute.dialect}/{payment.merchant}"
                self._couriers.start(self._couriers.until_taken(where, webhook))

    def _written(self, event: Event, kind: WebhookKind) -> Webhook | None:
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


def _delivery(kind: WebhookKind, refund: Refund) -> Delivery:
    return Delivery(
        kind=kind,
        dialect=refund.dialect,
        merchant=refund.merchant,
        key=refund.key,
        ref=refund.ref,
        state=refund.state,
    )
