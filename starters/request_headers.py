"""What goes beside a request on its way to Temporal, put into the headers of all that a client sends."""

from typing import Any

from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)

from activities.request_headers import with_expected_seqs, with_request_id


class SendsRequestHeaders(Interceptor):
    """Starts, updates and signals carry the id of the request that they are on account of.

    Updates also carry what their sender has seen of the case.
    """

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Wrap what the client sends."""
        return _Sending(next)


class _Sending(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        input.headers = with_request_id(input.headers)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        input.headers = with_request_id(input.headers)
        await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        input.headers = with_expected_seqs(with_request_id(input.headers))
        return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        for each in (input.start_workflow_input, input.update_workflow_input):
            each.headers = with_request_id(each.headers)
        return await super().start_update_with_start_workflow(input)
