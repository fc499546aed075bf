"""`python -m starters.http`: settings → secrets → store → doors, until told to stop."""

import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from domain.errors import CaseworkError, NotReady
from providers.settings import build_webhooks
from starters import log
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.http.app import build_app
from starters.http.hinting import Hinting
from starters.http.webhooks import WebhookDoors
from starters.leaving import run_and_leave
from starters.refund_hints import RefundHints
from starters.settings import Settings
from starters.temporal_client import connect
from store.api_keys import ApiKeys
from store.boot_checks import check_store
from store.disputes import Disputes
from store.pool import create_pool
from store.provider_refunds import ProviderRefunds
from store.refund_orders import RefundOrders

GRACE_SECONDS = 10
PAYMENT_FIELDS = ("payments_url", "payment_accounts_file", "payments_webhook_secret")


class Server(uvicorn.Server):
    """A uvicorn for which a signal is a wish to stop and no failure: the exit status is 0."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT without raising them again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


async def main() -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    # First of all, so that an empty secret is found before anything listens.
    given = {name: value for name, value in settings.providers().items() if name in PAYMENT_FIELDS}
    webhooks = build_webhooks(**given)
    client = await connect(settings, lazy=True)
    pool = await create_pool(settings.required_database_url(), application_name="casework-http")
    try:
        await check_store(pool)
        refunds = ProviderRefunds(pool)
        hinting = Hinting(refunds, RefundOrders(pool), RefundHints(client, settings.task_queue))
        async with _running(hinting):
            doors = WebhookDoors(webhooks, refunds, Disputes(pool), tell=hinting.wake, look=hinting.look)
            app = build_app(doors.routes())
            records = CaseRecords(pool)
            app.state.keys, app.state.records = ApiKeys(pool), records
            app.state.cases = Cases(client, records, task_queue=settings.task_queue)
            await _serve(app, settings)
    finally:
        await pool.close()


@asynccontextmanager
async def _running(hinting: Hinting) -> AsyncGenerator[None]:
    task = asyncio.create_task(hinting.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _serve(app: FastAPI, settings: Settings) -> None:
    listener = _listen(settings.http_host, settings.http_port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    # The supervisor reads this line: in one write, so that no other thread's log gets into it.
    sys.stdout.write(json.dumps({"ready": True, "url": f"http://{host}:{port}"}) + "\n")
    sys.stdout.flush()
    await Server(config).serve([listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        # A family that a name or an address asks for, IPv6 too.
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise NotReady(f"{host}:{port} cannot be listened on: {error.strerror}") from None


def run() -> None:
    """Run until told to stop; a reason not to start is one line and status 1."""
    try:
        asyncio.run(main())
    except CaseworkError as error:
        sys.exit(f"casework: {error.code}: {error.message}")


if __name__ == "__main__":
    run_and_leave(run)
