"""What a case costs, read from its histories: events, Actions and bytes. Exact, so a gate may rest on it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

Name = str

ACTIONS: dict[Name, tuple[int, str]] = {
    "WORKFLOW_EXECUTION_STARTED": (1, "a start; a child's is in its parent's two"),
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": (1, "a continue-as-new; the next run's start is this one"),
    "TIMER_STARTED": (1, "a timer, that of a wait with a timeout too"),
    "ACTIVITY_TASK_SCHEDULED": (1, "an activity; every retry is one more"),
    "WORKFLOW_EXECUTION_SIGNALED": (1, "a signal; with a start that found the case running, nothing more"),
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": (1, "an update"),
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": (1, "search attributes set after the start"),
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": (2, "a child: asked for and started"),
    "MARKER_RECORDED": (1, "all local activities of one workflow task"),
}
"""Temporal Cloud's billable Actions (docs.temporal.io/cloud/actions) by the history event that shows them.

Queries and refused updates are Actions too but leave no event: whoever sends them counts them. A heartbeat is
one when it reaches the server; an activity of a plain return ends before its first.
"""

FREE: frozenset[Name] = frozenset(
    {
        "WORKFLOW_TASK_SCHEDULED",
        "WORKFLOW_TASK_STARTED",
        "WORKFLOW_TASK_COMPLETED",
        "WORKFLOW_TASK_TIMED_OUT",
        "WORKFLOW_TASK_FAILED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
        "ACTIVITY_TASK_STARTED",
        "ACTIVITY_TASK_COMPLETED",
        "ACTIVITY_TASK_FAILED",
        "ACTIVITY_TASK_TIMED_OUT",
        "ACTIVITY_TASK_CANCEL_REQUESTED",
        "ACTIVITY_TASK_CANCELED",
        "TIMER_FIRED",
        "TIMER_CANCELED",
        "CHILD_WORKFLOW_EXECUTION_STARTED",
        "CHILD_WORKFLOW_EXECUTION_COMPLETED",
        "WORKFLOW_EXECUTION_COMPLETED",
        # A signal to another workflow is counted where it arrives.
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
        "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED",
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED",
    }
)
"""What follows from an Action without being one. An event in neither list has no rule yet and is an error."""


@dataclass(frozen=True)
class Counts:
    """The cost of one or more histories."""

    events: int = 0
    actions: int = 0
    history_bytes: int = 0
    retries: int = 0
    """Attempts after an activity's first; they are in `actions` and leave no event."""
    by_type: Counter[Name] = field(default_factory=Counter[Name])

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.events + other.events,
            self.actions + other.actions,
            self.history_bytes + other.history_bytes,
            self.retries + other.retries,
            self.by_type + other.by_type,
        )

    def as_json(self) -> dict[str, Any]:
        """The figures by name, the most frequent type first."""
        # Python 3.11's dataclasses.asdict cannot copy a Counter.
        return {**vars(self), "by_type": dict(self.by_type.most_common())}


def name_of(event: HistoryEvent) -> Name:
    """The event's type as the documentation writes it."""
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


def count(events: Sequence[HistoryEvent], history_bytes: int = 0) -> Counts:
    """What a history's events cost. Raises `LookupError` for an event that no rule covers."""
    retries = sum(
        event.activity_task_started_event_attributes.attempt - 1
        for event in events
        if event.HasField("activity_task_started_event_attributes")
    )
    return Counts(
        events=len(events),
        actions=sum(map(_actions, events)) - _shared_markers(events) + retries,
        history_bytes=history_bytes,
        retries=retries,
        by_type=Counter(map(name_of, events)),
    )


def stretch(events: Iterable[HistoryEvent], after: str, until: str) -> list[Name]:
    """The types of the events between the acceptance of one update and that of another."""
    found: list[Name] | None = None
    for event in events:
        accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        if accepted == until:
            break
        if found is not None:
            found.append(name_of(event))
        if accepted == after:
            found = []
    return found or []


async def counts_of(client: Client, workflow_ids: Iterable[str]) -> Counts:
    """The cost of these workflows together, attempts of activities that still run included."""
    total = Counts()
    for workflow_id in workflow_ids:
        total += await _counts_of_one(client.get_workflow_handle(workflow_id))
    return total


async def _counts_of_one(handle: WorkflowHandle[object, object]) -> Counts:
    history = await handle.fetch_history()
    described = (await handle.describe()).raw_description
    pending = sum(max(activity.attempt - 1, 0) for activity in described.pending_activities)
    found = count(history.events, described.workflow_execution_info.history_size_bytes)
    return found + Counts(actions=pending, retries=pending)


def _actions(event: HistoryEvent) -> int:
    name = name_of(event)
    if name in FREE or _is_paid_elsewhere(event):
        return 0
    if name not in ACTIONS:
        raise LookupError(f"no rule says how many Actions {name} is: add it to ACTIONS or FREE")
    return ACTIONS[name][0]


def _is_paid_elsewhere(event: HistoryEvent) -> bool:
    started = event.workflow_execution_started_event_attributes
    is_local = event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    return bool(started.parent_workflow_execution.workflow_id or started.continued_execution_run_id) or (
        event.HasField("marker_recorded_event_attributes") and not is_local
    )


def _shared_markers(events: Sequence[HistoryEvent]) -> int:
    """Local activities beyond the first of their workflow task."""
    tasks = [
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in events
        if event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    ]
    return len(tasks) - len(set(tasks))
