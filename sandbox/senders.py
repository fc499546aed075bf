"""Carriers, the shop and the warehouse tell the desk by webhook, each signed in its own way."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import signing
from sandbox.couriers import Couriers
from sandbox.http import answer, answer_all, read
from sandbox.messages import Scan, SourceEvent, SourceSent
from sandbox.payment_messages import WebhookKind, WebhookSettings
from sandbox.signing import Webhook, secret_of
from sandbox.vocabulary import CARRIERS

SECRETS_FILE = "webhook_sources.yaml"
STALE_BY = timedelta(days=7)
COUNTED = "warehouse"
"""The warehouse says which of its words on a case each is."""


class Senders:
    """Sends, and remembers what left; without an address, as after a restart, nothing is sent."""

    def __init__(self) -> None:
        self._couriers = Couriers[SourceSent]()
        self._numbers = 0
        self._words: Counter[tuple[str, str]] = Counter()

    def routes(self) -> list[Route]:
        """The knobs, and what was sent."""
        return [
            Route("/", self._set, methods=["PUT"]),
            Route("/", self._sent, methods=["GET"]),
        ]

    def teller(self, source: str) -> Route:
        """A door at which the shop or the warehouse is made to tell something."""

        async def tell(request: Request) -> Response:
            told = await read(request, SourceEvent)
            self.tell(source, request.path_params["merchant"], told)
            return Response(status_code=204)

        return Route("/merchants/{merchant}/webhooks", tell, methods=["POST"])

    def tell(self, source: str, merchant: str, told: SourceEvent) -> None:
        """The shop or the warehouse tells of an event, by Standard Webhooks."""
        webhook_id, data = told.id or self._next_id(source), told.data
        if source == COUNTED and "case_id" in data and told.counted:
            self._words[merchant, data["case_id"]] += 1
            data = {"sequence": self._words[merchant, data["case_id"]], **data}
        at = told.at or datetime.now(UTC)
        body = json.dumps({"type": told.type, "timestamp": at.isoformat(), "data": data}).encode()

        def write(kind: WebhookKind) -> Webhook:
            sent_at = _sent_at(kind)
            return _as_sent(kind, signing.standard(webhook_id, body, _secret(kind, source), sent_at))

        self._send(source, merchant, webhook_id, told.type, write)

    def tell_scan(self, carrier: str, tracking_no: str, scan: Scan) -> None:
        """A carrier tells the merchant whom the scan names that it has news of a parcel."""
        if scan.tells is None or carrier not in CARRIERS:
            return
        source, webhook_id = f"carriers/{carrier}", self._next_id(carrier)

        def write(kind: WebhookKind) -> Webhook:
            secret, sent_at = _secret(kind, source), _sent_at(kind)
            if carrier == "swift":
                return _as_sent(kind, signing.swift(_swift(tracking_no, webhook_id, sent_at), secret))
            return _as_sent(kind, signing.harbour(_harbour(tracking_no, webhook_id), secret, sent_at))

        self._send(source, scan.tells, webhook_id, "scan", write)

    def _send(self, source: str, merchant: str, webhook_id: str, type_: str, write: Any) -> None:
        url = self._couriers.url_of(merchant)
        if url is None:
            return
        self._couriers.send(
            f"{url}/{source}/{merchant}",
            write,
            lambda kind: SourceSent(
                kind=kind, merchant=merchant, source=source, webhook_id=webhook_id, type=type_
            ),
        )

    def _next_id(self, source: str) -> str:
        self._numbers += 1
        return f"msg-{source}-{datetime.now(UTC):%Y%m%d%H%M%S%f}-{self._numbers}"

    async def _set(self, request: Request) -> Response:
        settings = await read(request, WebhookSettings)
        self._couriers.follow(settings)
        return answer(settings)

    async def _sent(self, _: Request) -> Response:
        return answer_all("webhooks", self._couriers.sent)


def write_secrets(folder: Path) -> Path:
    """The file by which the desk believes these senders, whatever merchant they tell something."""
    carriers = {carrier: secret_of(f"carriers/{carrier}") for carrier in sorted(CARRIERS)}
    everybody: Mapping[str, Any] = {
        "shop": secret_of("shop"),
        "warehouse": secret_of("warehouse"),
        "carriers": carriers,
    }
    file = folder / SECRETS_FILE
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump({"*": everybody}), encoding="utf-8")
    return file


def _sent_at(kind: WebhookKind) -> datetime:
    """By the real clock, whatever the sandbox's says."""
    return datetime.now(UTC) - (STALE_BY if kind == "stale" else timedelta())


def _secret(kind: WebhookKind, source: str) -> str:
    return secret_of("forger" if kind == "forge" else source)


def _as_sent(kind: WebhookKind, webhook: Webhook) -> Webhook:
    return signing.without_signature(webhook) if kind == "unsigned" else webhook


def _swift(tracking_no: str, event_id: str, at: datetime) -> bytes:
    parcel = {"tracking_number": tracking_no, "slug": "swift"}
    event = {"event": "tracking_update", "event_id": event_id, "ts": int(at.timestamp()), "msg": parcel}
    return json.dumps(event).encode()


def _harbour(tracking_no: str, event_id: str) -> bytes:
    told = {"number": tracking_no, "tag": event_id}
    return json.dumps({"event": "TRACKING_UPDATED", "data": told}).encode()
