"""The worker, wired: which workflows and activities it runs, and how it behaves when it stops."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from activities.advances import AdvanceActivities
from activities.approvals import ApprovalActivities
from activities.archive import ArchiveActivities
from activities.complaint_opening import ComplaintActivities
from activities.fulfilment import FulfilmentActivities
from activities.improvements import ImprovementActivities
from activities.late_truth import LateTruth
from activities.linking import LinkActivities
from activities.notices import NoticeActivities
from activities.opening import OpeningActivities
from activities.parcels import ParcelActivities
from activities.recording import RecordingActivities
from activities.refund_reports import RefundReports
from activities.refunds import RefundActivities
from activities.retargeting import RetargetActivities
from activities.staff import StaffActivities
from activities.watchdog import WatchdogActivities
from providers.ports import Contact
from providers.settings import Providers
from store.advances import Advances
from store.appender import Appender
from store.approvals import Approvals
from store.case_archive import CaseArchive
from store.case_library import CaseLibrary
from store.cases import Cases
from store.claims import Claims
from store.ledger import Ledger
from store.links import Links
from store.notices import NoticeLog
from store.policy_library import PolicyLibrary
from store.pool import Pool
from store.recurrence import Recurrences
from store.staff import Staff
from workers.build import code_id
from workers.heartbeats import Heartbeats
from workers.parcels import parcel_activities
from workers.request_headers import RequestHeaders
from workflows.carrier_claim import CarrierClaim
from workflows.complaint_case import ComplaintCase
from workflows.delivery_exception import DeliveryException
from workflows.improvement import Improvement
from workflows.refund import Refund
from workflows.return_case import ReturnCase
from workflows.shipment_watch import ShipmentWatch
from workflows.watchdog import Watchdog
from workflows.weather_relief import WeatherRelief

WORKFLOWS = [
    ReturnCase,
    ComplaintCase,
    ShipmentWatch,
    DeliveryException,
    CarrierClaim,
    WeatherRelief,
    Improvement,
    Refund,
    Watchdog,
]

# What a dead worker's cases wait for at most before another one takes them (the server's default is 10 s).
STICKY_TIMEOUT = timedelta(seconds=1)
# What a stopping worker gives its activities to end; a pod's grace period must be longer.
GRACE = timedelta(seconds=30)

# The SDK's sandbox would load our modules anew for each case; CI replays all histories in it (ADR 35).
RUNNER = UnsandboxedWorkflowRunner()


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
        archive = CaseArchive(pool)
        opening = OpeningActivities(providers.shop, library, archive, claims, ledger)
        cases, recording = Cases(pool), RecordingActivities(appender, client)
        linking = LinkActivities(client, task_queue, archive, Links(pool), cases)
        fulfilment = FulfilmentActivities(providers.shop, providers.carriers, providers.warehouse)
        reports, approvals = RefundReports(client, task_queue), Approvals(pool)
        notices = NoticeActivities(
            providers.shop, providers.messages, NoticeLog(pool), staff=staff, members=Staff(pool)
        )
        worker = Worker(
            client,
            task_queue=task_queue,
            workflows=WORKFLOWS,
            activities=[
                recording.append_events,
                recording.record_anew,
                opening.prepare_return,
                opening.restore_return,
                opening.restore_case,
                *_of_complaints(providers, library, archive, pool),
                linking.open_linked,
                linking.reopen_linked,
                linking.check_link,
                linking.ask_linked,
                *parcel_activities(client, pool, providers, library, archive),
                *_of_improvements(library, archive, pool),
                *_of_staff(pool, library),
                RetargetActivities(library, archive).pin_terms,
                WatchdogActivities(client, cases).nudge_overdue,
                ArchiveActivities(CaseLibrary(pool)).archive_case,
                fulfilment.make_label,
                fulfilment.send_back,
                fulfilment.place_exchange,
                ParcelActivities(providers.carriers, providers.warehouse).follow_parcel,
                fulfilment.repair_goods,
                *_of_advances(pool),
                *_of_refunds(ledger, providers, reports),
                ApprovalActivities(approvals, Staff(pool), library, reports).decide_refund,
                notices.send_notice,
            ],
            interceptors=[Heartbeats(), RequestHeaders()],
            workflow_runner=RUNNER,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=GRACE,
            build_id=None if build_id else code_id(),
            deployment_config=_deployment(build_id),
        )
        async with worker:
            yield worker


def _of_complaints(
    providers: Providers, library: PolicyLibrary, archive: CaseArchive, pool: Pool
) -> tuple[Callable[..., Any], ...]:
    complaints = ComplaintActivities(providers.shop, library, archive, Cases(pool), Ledger(pool))
    return complaints.prepare_complaint, complaints.find_alike


def _of_advances(pool: Pool) -> tuple[Callable[..., Any], ...]:
    advances = AdvanceActivities(Advances(pool))
    return advances.grant_advance, advances.end_advance


def _of_refunds(
    ledger: Ledger, providers: Providers, reports: RefundReports
) -> tuple[Callable[..., Any], ...]:
    refunds = RefundActivities(ledger, providers.payments, reports)
    late = LateTruth(ledger, providers.payments, reports)
    return (
        refunds.reserve_refund,
        refunds.pay_refund,
        refunds.refund_outcome,
        refunds.resolve_refund,
        refunds.report_refund,
        late.look_again,
        late.ask_about_held,
    )


def _of_staff(pool: Pool, library: PolicyLibrary) -> tuple[Callable[..., Any], ...]:
    staff = StaffActivities(Staff(pool), library)
    return staff.climb_rung, staff.find_owner, staff.check_word


def _of_improvements(
    library: PolicyLibrary, archive: CaseArchive, pool: Pool
) -> tuple[Callable[..., Any], ...]:
    improvements = ImprovementActivities(library, archive, Recurrences(pool))
    return improvements.prepare_improvement, improvements.count_recurrence


def _deployment(build_id: str | None) -> WorkerDeploymentConfig | None:
    if build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name="casework", build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
