"""The worker, wired: which workflows and activities it runs, and how it behaves when it stops."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.fulfilment import FulfilmentActivities
from activities.notices import NoticeActivities
from activities.opening import OpeningActivities
from activities.parcels import ParcelActivities
from activities.recording import RecordingActivities
from activities.refund_reports import RefundReports
from activities.refunds import RefundActivities
from providers.ports import Contact
from providers.settings import Providers
from store.appender import Appender
from store.case_archive import CaseArchive
from store.claims import Claims
from store.ledger import Ledger
from store.notices import NoticeLog
from store.policy_library import PolicyLibrary
from store.pool import Pool
from workers.build import code_id
from workers.heartbeats import Heartbeats
from workflows.refund import Refund
from workflows.return_case import ReturnCase

WORKFLOWS = [ReturnCase, Refund]

# What a dead worker's cases wait for at most before another one takes them (the server's default is 10 s).
STICKY_TIMEOUT = timedelta(seconds=1)
# What a stopping worker gives its activities to end; a pod's grace period must be longer.
GRACE = timedelta(seconds=30)
# Our own rooms are the same in every run, so the sandbox need not load them anew for each case.
PASSED_THROUGH = ("domain", "activities", "store", "providers")

RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
)


@asynccontextmanager
async def case_worker(
    client: Client,
    pool: Pool,
    providers: Providers,
    library: PolicyLibrary,
    *,
    task_queue: str,
    build_id: str | None = None,
    staff: Mapping[str, Contact] | None = None,
) -> AsyncGenerator[Worker]:
    """A worker over one store and one outside world; leaving the block stops it gracefully.

    With `build_id` it takes part in a versioned deployment: a case stays on the version it started on, and
    takes the new one when it continues as new.
    """
    async with Appender(pool) as appender:
        ledger, claims = Ledger(pool), Claims(pool)
        opening = OpeningActivities(providers.shop, library, CaseArchive(pool), claims, ledger)
        fulfilment = FulfilmentActivities(providers.shop, providers.carriers, providers.warehouse)
        parcels = ParcelActivities(providers.carriers, providers.warehouse)
        refunds = RefundActivities(ledger, providers.payments, RefundReports(client, task_queue))
        notices = NoticeActivities(providers.shop, providers.messages, NoticeLog(pool), staff=staff)
        worker = Worker(
            client,
            task_queue=task_queue,
            workflows=WORKFLOWS,
            activities=[
                RecordingActivities(appender).append_events,
                opening.prepare_return,
                opening.restore_return,
                fulfilment.make_label,
                fulfilment.send_back,
                fulfilment.place_exchange,
                parcels.follow_parcel,
                refunds.reserve_refund,
                refunds.pay_refund,
                refunds.refund_outcome,
                refunds.resolve_refund,
                refunds.report_refund,
                notices.send_notice,
            ],
            interceptors=[Heartbeats()],
            workflow_runner=RUNNER,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=GRACE,
            build_id=None if build_id else code_id(),
            deployment_config=_deployment(build_id),
        )
        async with worker:
            yield worker


def _deployment(build_id: str | None) -> WorkerDeploymentConfig | None:
    if build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name="casework", build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
