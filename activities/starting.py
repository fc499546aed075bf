"""How a case is started: ids, search attributes and words that a stranger may read in Temporal's UI."""

from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from activities import names
from domain.cases.messages import OpenCase

PRIORITY_KEYS = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
"""Temporal's priority keys: 1 is served first."""


def attributes_of(start: OpenCase) -> dict[str, str]:
    """The search attributes of a start, by name. A case that is reopened has those that are known."""
    known = {"CaseKind": start.kind, "Merchant": start.merchant, "SlaState": "ok"}
    more = {"Priority": start.priority, "Channel": start.channel}
    return known | {name: value for name, value in more.items() if value is not None}


def search_attributes_of(start: OpenCase) -> TypedSearchAttributes:
    """The same, as Temporal takes them."""
    keys = {key.name: key for key in names.SEARCH_ATTRIBUTES}
    return TypedSearchAttributes(
        [SearchAttributePair(keys[name], value) for name, value in attributes_of(start).items()]
    )


def priority_of(start: OpenCase) -> Priority:
    """How urgently Temporal serves its tasks."""
    return Priority(priority_key=PRIORITY_KEYS[start.priority] if start.priority else None)


def summary_of(start: OpenCase) -> str:
    """One line for lists, of at most 200 bytes; no personal data."""
    return start.headline() if start.reopen is None else f"{start.headline()}, reopened"


def details_of(start: OpenCase) -> str:
    """A few lines of Markdown; no personal data, no goods."""
    if start.reopen is not None:
        return f"Reopened: {start.reopen.reason}, by {start.reopen.by}"
    return start.page()


def reuse_policy(start: OpenCase) -> WorkflowIDReusePolicy:
    """A new case may take the id only of one that failed to open; a closed case may go on."""
    if start.reopen is not None:
        return WorkflowIDReusePolicy.ALLOW_DUPLICATE
    return WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY


def start_operation(start: OpenCase, task_queue: str) -> WithStartWorkflowOperation[Any, Any]:
    """Starts the case unless it runs already; to be sent together with the update `open`."""
    return WithStartWorkflowOperation(
        names.WORKFLOW_TYPES[start.kind],
        start,
        id=start.case_id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=reuse_policy(start),
        search_attributes=search_attributes_of(start),
        static_summary=summary_of(start),
        static_details=details_of(start),
        priority=priority_of(start),
    )
