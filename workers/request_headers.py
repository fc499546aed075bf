"""What a worker does and logs is on account of the request that caused it, as far as one did."""

from typing import Any

from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.request_headers import caused_by, request_id_in
from workflows.request_headers import ReadsRequestHeaders


class RequestHeaders(Interceptor):
    """Takes what goes beside requests out of headers, and puts it into those of what follows."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activity."""
        return _Caused(next)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        """Wrap the workflow."""
        return ReadsRequestHeaders


class _Caused(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        with caused_by(request_id_in(input.headers)):
            return await super().execute_activity(input)
