"""`python -m starters.http`: settings → secrets → store → doors, until told to stop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx2

from providers.settings import build_webhooks
from starters import log
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.http.app import build_app
from starters.http.callers import Callers
from starters.http.hinting import Hinting
from starters.http.streaming import Streams
from starters.http.webhooks import WebhookDoors
from starters.oidc import OidcProvider, oidc_settings
from starters.people import People
from starters.refund_hints import RefundHints
from starters.running import run_until_told
from starters.serving import serve
from starters.settings import Settings
from starters.temporal_client import connect
from starters.witness import Witness
from store.api_keys import ApiKeys
from store.audit import AuditLog
from store.boot_checks import check_store
from store.disputes import Disputes
from store.pool import create_pool
from store.provider_refunds import ProviderRefunds
from store.refund_orders import RefundOrders
from store.staff import Staff

PAYMENT_FIELDS = ("payments_url", "payment_accounts_file", "payments_webhook_secret")


async def main() -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    # First of all, so that an empty secret is found before anything listens.
    given = {name: value for name, value in settings.providers().items() if name in PAYMENT_FIELDS}
    webhooks = build_webhooks(**given)
    people_by = oidc_settings(settings)
    client = await connect(settings, lazy=True)
    pool = await create_pool(settings.required_database_url(), application_name="casework-http")
    try:
        await check_store(pool)
        refunds = ProviderRefunds(pool)
        hinting = Hinting(refunds, RefundOrders(pool), RefundHints(client, settings.task_queue))
        async with _running(hinting), httpx2.AsyncClient() as http:
            provider = OidcProvider(people_by, http) if people_by else None
            doors = WebhookDoors(webhooks, refunds, Disputes(pool), tell=hinting.wake, look=hinting.look)
            app = build_app(doors.routes())
            records = CaseRecords(pool)
            app.state.records = records
            app.state.witness = Witness(AuditLog(pool), "http")
            app.state.callers = Callers(ApiKeys(pool), People(Staff(pool)), provider)
            app.state.cases = Cases(client, records, task_queue=settings.task_queue)
            app.state.streams = streams = Streams()
            await serve(app, settings.http_host, settings.http_port, on_stop=streams.leave)
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


if __name__ == "__main__":
    run_until_told(main)
