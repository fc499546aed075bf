"""The reconciler, wired from the settings: for one cycle by command, and for the process that goes on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from providers.settings import build_providers, load_provider_settings
from starters.reconciling import Bounds, Cycle, Reconciler
from starters.refund_runs import RefundRuns
from starters.settings import Settings
from store.boot_checks import check_store
from store.pool import create_pool

SPARE_CONNECTIONS = 2
"""One is held for the whole cycle."""


def bounds_of(settings: Settings) -> Bounds:
    """How much a cycle looks at, by the settings."""
    return Bounds(
        grace=timedelta(seconds=settings.reconcile_grace_seconds),
        patience=timedelta(seconds=settings.reconcile_patience_seconds),
        window=timedelta(days=settings.reconcile_window_days),
        every=timedelta(hours=settings.reconcile_again_hours),
        begun=timedelta(seconds=settings.reconcile_every_seconds),
        overdue=timedelta(hours=settings.reconcile_overdue_hours),
        most=settings.reconcile_most,
        at_once=settings.reconcile_at_once,
    )


@asynccontextmanager
async def reconciler(settings: Settings) -> AsyncGenerator[Reconciler]:
    """A reconciler over the configured servers. Temporal may be away, now and later. Raises `NotReady`."""
    pool = await create_pool(
        settings.required_database_url(),
        application_name="casework-reconciler",
        max_size=settings.reconcile_at_once + SPARE_CONNECTIONS,
    )
    providers = build_providers(load_provider_settings(**settings.providers()))
    try:
        await check_store(pool)
        yield Reconciler(pool, providers.payments, RefundRuns(settings, pool), bounds_of(settings))
    finally:
        await providers.close()
        await pool.close()


async def one_cycle(settings: Settings, merchant: str | None = None) -> Cycle:
    """Compare now what is on its way and what ended lately, also what had its turn already."""
    async with reconciler(settings.model_copy(update={"reconcile_again_hours": 0})) as desk:
        return await desk.cycle(datetime.now(UTC), merchant)
