"""Takes what goes beside a request out of its headers, and sends its id on to the activities that follow."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from temporalio import workflow
from temporalio.worker import (
    HandleSignalInput,
    HandleUpdateInput,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

with workflow.unsafe.imports_passed_through():
    from activities.request_headers import (
        Headers,
        caused_by,
        expected_seqs_in,
        expecting,
        request_id_in,
        with_request_id,
    )


class ReadsRequestHeaders(WorkflowInboundInterceptor):
    """A handler runs on account of its sender's request; the start's is taken up by `CaseDesk.open`.

    It is not set for the whole run: what clocks and other messages cause later is of no request.
    """

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Also on the way out."""
        super().init(_ToActivities(outbound))

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """On account of who signals."""
        with caused_by(request_id_in(input.headers)):
            await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        """Judged as who asks has seen the case."""
        with _asked_with(input.headers):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        """On account of who asks; that it came is on record with the id."""
        with _asked_with(input.headers):
            if request_id_in(input.headers) is not None:
                workflow.logger.info("request %s is handled", input.update)
            return await super().handle_update_handler(input)


class _ToActivities(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        input.headers = with_request_id(input.headers)
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:
        input.headers = with_request_id(input.headers)
        return super().start_local_activity(input)


@contextmanager
def _asked_with(headers: Headers) -> Generator[None]:
    with caused_by(request_id_in(headers)), expecting(expected_seqs_in(headers)):
        yield
