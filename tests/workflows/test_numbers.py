"""A case's number belongs to one case for ever."""

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from tests.workflows.desk import Desk


async def test_a_terminated_case_is_never_begun_again_under_its_number(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open("R-1")
    await case.handle.terminate("by ops")
    again = await desk.client.start_workflow(
        "ReturnCase",
        desk.start("R-1"),
        id=case.handle.id,
        task_queue="casework",
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    with pytest.raises(WorkflowFailureError) as refused:
        await again.result()
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "idempotency_conflict"
    assert (await case.types()).count("return.applied") == 1
