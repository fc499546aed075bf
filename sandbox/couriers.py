"""Brings webhooks to their receivers, and lets befall them what does: twice, late, lost, forged, stale."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

import httpx2

from sandbox.payment_messages import WebhookKind, WebhookSent, WebhookSettings
from sandbox.signing import Webhook

PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 10.0

S = TypeVar("S", bound=WebhookSent)
Write = Callable[[WebhookKind], Webhook | None]
"""The webhook, signed now: genuine, or as somebody who lies would write it. None where none is sent."""


class Couriers(Generic[S]):
    """Sends by its settings, and remembers what left."""

    def __init__(self) -> None:
        self.sent: list[S] = []
        self.settings = WebhookSettings()
        self._dice = random.Random(0)
        self._http: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, settings: WebhookSettings) -> bool:
        """These hold from now on; whether they are the first."""
        self.settings = settings
        self._dice = random.Random(settings.seed)
        is_first = self._http is None
        if is_first:
            # plain HTTP on the loopback: loading certificates would take longer than most tests
            transport = httpx2.AsyncHTTPTransport(verify=False)
            self._http = httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, transport=transport)
        return is_first

    def url_of(self, merchant: str) -> str | None:
        """Where a merchant's webhooks go; None: nowhere."""
        url = self.settings.urls.get(merchant, self.settings.url)
        return url if self._http is not None else None

    def send(self, where: str, write: Write, told: Callable[[WebhookKind], S]) -> None:
        """Let one event be told, so often and so badly as the settings have it."""
        rules = self.settings
        for kind in self._kinds(rules):
            pause = rules.delay_seconds * (self._dice.random() if rules.shuffle else 1.0)
            self.start(self._deliver(where, kind, pause, write, told))

    async def until_taken(self, where: str, webhook: Webhook) -> None:
        """Send the same until it is taken, or as often as the settings have it."""
        for number in range(self.settings.tries):
            status, _ = await self._post(where, webhook)
            if _is_taken(status):
                return
            await asyncio.sleep(PAUSE_SECONDS * 2**number)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _kinds(self, rules: WebhookSettings) -> Iterable[WebhookKind]:
        for _ in range(rules.repeat):
            if self._dice.random() >= rules.drop:
                yield "genuine"
        bad: list[tuple[WebhookKind, float]] = [
            ("forge", rules.forge),
            ("unsigned", rules.unsigned),
            ("stale", rules.stale),
        ]
        for kind, share in bad:
            if self._dice.random() < share:
                yield kind

    async def _deliver(
        self, where: str, kind: WebhookKind, pause: float, write: Write, told: Callable[[WebhookKind], S]
    ) -> None:
        await asyncio.sleep(pause)
        if write(kind) is None:
            return
        place = len(self.sent)
        self.sent.append(told(kind))
        tries = self.settings.tries if kind == "genuine" else 1
        for number in range(1, tries + 1):
            webhook = write(kind)
            assert webhook is not None
            status, text = await self._post(where, webhook)
            became = {"tries": number, "status": status, "answer": text}
            self.sent[place] = self.sent[place].model_copy(update=became)
            if _is_taken(status):
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


def _is_taken(status: int | None) -> bool:
    return status is not None and 200 <= status < 300
