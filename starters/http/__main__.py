"""`python -m starters.http`: settings → secrets → store → doors, until told to stop."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2

from providers.settings import build_webhooks
from providers.sources import read_sources
from starters import log
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.customer_links import build_link_desk
from starters.hints import Hints
from starters.http.app import build_app
from starters.http.callers import Callers
from starters.http.hinting import Hinting
from starters.http.rate_limits import Quota, RateLimits
from starters.http.sources import SourceDoors
from starters.http.streaming import Streams
from starters.http.webhooks import WebhookDoors
from starters.inbox import ANSWER_PATIENCE_SECONDS, Applying, patience_of
from starters.intake import LATER_PATIENCE_SECONDS, Intaking
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
from store.inbox import Inbox
from store.intakes import Intakes
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
    webhooks, sources = build_webhooks(**given), read_sources(settings.webhook_sources_file)
    people_by = oidc_settings(settings)
    client = await connect(settings, lazy=True)
    pool = await create_pool(settings.required_database_url(), application_name="casework-http")
    try:
        links = build_link_desk(settings, pool)
        await check_store(pool)
        refunds = ProviderRefunds(pool)
        hinting = Hinting(refunds, RefundOrders(pool), RefundHints(client, settings.task_queue))
        records, inbox = CaseRecords(pool, settings.http_read_wait_seconds), Inbox(pool)
        cases = partial(Cases, client, records, task_queue=settings.task_queue)
        patient = cases(patience_seconds=ANSWER_PATIENCE_SECONDS)
        applying = Applying(inbox, patient, Hints(client), patience_of(settings))
        intaking = Intaking(
            Intakes(pool),
            now=cases(patience_seconds=settings.intake_patience_seconds),
            later=cases(patience_seconds=LATER_PATIENCE_SECONDS),
        )
        async with _running(hinting.run(), applying.run(), intaking.run()), httpx2.AsyncClient() as http:
            provider = OidcProvider(people_by, http) if people_by else None
            doors = WebhookDoors(webhooks, refunds, Disputes(pool), tell=hinting.wake, look=hinting.look)
            app = build_app([*doors.routes(), *SourceDoors(sources, inbox, applying.wake).routes()])
            app.state.records = records
            app.state.witness = Witness(AuditLog(pool), "http")
            app.state.callers = Callers(ApiKeys(pool), People(Staff(pool)), provider)
            app.state.inbox, app.state.applying = inbox, applying
            app.state.cases, app.state.intaking, app.state.links = cases(), intaking, links
            app.state.streams = streams = Streams()
            app.state.rate_limits = _limits(settings)
            await serve(app, settings.http_host, settings.http_port, on_stop=streams.leave)
    finally:
        await pool.close()


def _limits(settings: Settings) -> RateLimits | None:
    if not settings.http_rate_requests:
        return None
    return RateLimits(Quota(settings.http_rate_requests, settings.http_rate_window_seconds))


@asynccontextmanager
async def _running(*work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    run_until_told(main)
