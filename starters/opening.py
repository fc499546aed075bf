"""How a return is started: ids, search attributes and words that a stranger may read in Temporal's UI."""

from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from domain.returns.messages import Application, OpenReturn
from workflows import names

PRIORITY_KEYS = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
"""Temporal's priority keys: 1 is served first."""


def attributes_of(start: OpenReturn) -> dict[str, str]:
    """The search attributes of a start, by name. A case that is reopened has those that are known."""
    known = {"CaseKind": "return", "Merchant": start.merchant, "SlaState": "ok"}
    if start.application is not None:
        known |= {"Priority": start.application.priority, "Channel": start.application.channel}
    return known


def summary_of(start: OpenReturn) -> str:
    """One line for lists, of at most 200 bytes; no personal data."""
    if start.application is None:
        return f"Return {start.number} of {start.merchant}, reopened"
    return f"{_kind(start.application)} {start.number} of {start.merchant}"


def details_of(start: OpenReturn) -> str:
    """A few lines of Markdown; no personal data, no goods."""
    if start.application is None:
        assert start.reopen is not None
        return f"Reopened: {start.reopen.reason}, by {start.reopen.by}"
    asked = start.application
    lines = [f"- line {line.line}: {line.quantity} × {line.reason}" for line in asked.request.lines]
    head = f"Order {asked.order_id}, priority {asked.priority}, by {asked.channel}, policy {asked.policy}"
    return "\n".join([head, "", *lines])


def reuse_policy(start: OpenReturn) -> WorkflowIDReusePolicy:
    """A new case may take the id only of one that failed to open; a closed case may go on."""
    if start.reopen is not None:
        return WorkflowIDReusePolicy.ALLOW_DUPLICATE
    return WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY


def start_operation(start: OpenReturn, task_queue: str) -> WithStartWorkflowOperation[Any, Any]:
    """Starts the case unless it runs already; to be sent together with the update `open`."""
    keys = {key.name: key for key in names.SEARCH_ATTRIBUTES}
    pairs = [SearchAttributePair(keys[name], value) for name, value in attributes_of(start).items()]
    priority = PRIORITY_KEYS.get(start.application.priority) if start.application else None
    return WithStartWorkflowOperation(
        names.RETURN_CASE,
        start,
        id=start.case_id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=reuse_policy(start),
        search_attributes=TypedSearchAttributes(pairs),
        static_summary=summary_of(start),
        static_details=details_of(start),
        priority=Priority(priority_key=priority),
    )


def _kind(application: Application) -> str:
    return application.request.kind.capitalize()
