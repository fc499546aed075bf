"""What pages read and act through: one of each per process, `request.app.state.desk`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from temporalio.client import Client

from console.clocks import WorkingTime
from domain.calendars import Snapshot
from domain.errors import NotReady
from domain.staff.directory import Directory
from starters.approvals import ApprovalDesk
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.settings import Settings
from starters.staff import StaffDesk
from store.policy_library import PolicyLibrary
from store.pool import Pool


@dataclass(frozen=True)
class Desk:
    """The store, and the ways to act that the HTTP API and the command line have too."""

    settings: Settings
    pool: Pool
    records: CaseRecords
    cases: Cases
    staff: StaffDesk
    approvals: ApprovalDesk
    library: PolicyLibrary
    working: WorkingTime

    async def directory(self, at: datetime) -> Directory | None:
        """The staff at a moment; None while nobody was seeded."""
        try:
            return await self.staff.directory(at)
        except NotReady:
            return None


def build_desk(settings: Settings, client: Client, pool: Pool) -> Desk:
    """A desk over a store and a Temporal."""
    library = PolicyLibrary(settings.policies_dir, settings.calendars_dir)
    snapshots: Mapping[str, Snapshot] = library.snapshots
    records, staff = CaseRecords(pool), StaffDesk(pool, snapshots)
    return Desk(
        settings=settings,
        pool=pool,
        records=records,
        cases=Cases(client, records, task_queue=settings.task_queue),
        staff=staff,
        approvals=ApprovalDesk(client, pool, staff),
        library=library,
        working=WorkingTime(pool),
    )


def desk_of(request: Request) -> Desk:
    """The process's desk."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]
