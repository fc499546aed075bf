"""Compares store, read model and Temporal, and makes the read model again."""

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import typed
from activities.names import WORKFLOW_TYPES
from store.case_projection import cases_projector
from store.pool import Pool
from store.rebuild import Rebuilt, rebuild
from store.verify import Finding, verify

_TYPES = ", ".join(f"'{name}'" for name in WORKFLOW_TYPES.values())
RUNNING = f"WorkflowType IN ({_TYPES}) AND ExecutionStatus = 'Running'"
OF_TEMPORAL = ("not_running", "running_but_closed", "running_but_unknown")


async def compare_books(pool: Pool, client: Client | None) -> list[Finding]:
    """All that two books tell differently; without a client, Temporal is left out."""
    running = await _running(client) if client is not None else None
    findings = await verify(pool, await cases_projector(pool), running)
    if client is None:
        return findings
    return [finding for finding in findings if not await _is_explained(client, finding)]


async def make_again(pool: Pool) -> Rebuilt:
    """Write every row and claim again from the events."""
    return await rebuild(pool, await cases_projector(pool))


async def _running(client: Client) -> list[str]:
    try:
        return [shown.id async for shown in client.list_workflows(RUNNING)]
    except RPCError as error:
        raise typed(error) from None


async def _is_explained(client: Client, finding: Finding) -> bool:
    """Temporal's lists lag, and a case may end or have work on its way: look at the workflow itself."""
    if finding.kind not in OF_TEMPORAL:
        return False
    try:
        shown = await client.get_workflow_handle(finding.subject).describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise typed(error) from None
        return finding.kind != "not_running"
    runs = shown.status == WorkflowExecutionStatus.RUNNING
    if finding.kind == "not_running":
        return runs
    # A case that is closed tells its last notices; one that is unknown waits for the shop or the store.
    raw = shown.raw_description
    return not runs or bool(raw.pending_activities) or raw.HasField("pending_workflow_task")
