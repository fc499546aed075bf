"""What a running workflow waits for outside: activities that have not succeeded, since when, and why not."""

from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import typed
from domain.refunds import RefundRow
from starters.case_report import PendingWork


async def pending_work(client: Client, case_id: str, ledger: list[RefundRow]) -> list[PendingWork]:
    """The pending activities of a case and of its refunds, the oldest first."""
    found: list[PendingWork] = []
    for workflow_id in (case_id, *(row.refund_id for row in ledger)):
        found += await _pending_of(client, workflow_id)
    return sorted(found, key=lambda work: work.since)


async def _pending_of(client: Client, workflow_id: str) -> list[PendingWork]:
    handle = client.get_workflow_handle(workflow_id)
    try:
        shown = (await handle.describe()).raw_description
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return []
        raise typed(error) from None
    if not shown.pending_activities:
        return []
    scheduled = {
        event.activity_task_scheduled_event_attributes.activity_id: event
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }
    return [
        PendingWork(
            what=activity.activity_type.name,
            since=_time(scheduled[activity.activity_id].event_time.ToDatetime(UTC)),
            attempt=activity.attempt,
            last_failure=activity.last_failure.message or None,
        )
        for activity in shown.pending_activities
        if activity.activity_id in scheduled
    ]


def _time(at: datetime) -> datetime:
    return at.replace(microsecond=0)
