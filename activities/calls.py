"""From what Temporal raises back to the house's typed errors: the code travels as the failure's type."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from google.protobuf.any_pb2 import Any as PackedDetail
from google.protobuf.message import Message
from temporalio.api.errordetails.v1 import (
    MultiOperationExecutionFailure,
    NamespaceNotFoundFailure,
    WorkflowNotReadyFailure,
)
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, TemporalError
from temporalio.service import RPCError, RPCStatusCode

from domain import errors
from domain.errors import CaseworkError, InvalidRequest, NoAnswer, NotReady

ERRORS: dict[str, type[CaseworkError]] = {
    cls.code: cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, CaseworkError)
}
"""Every error of the tree by its code."""

RPC_TIMEOUT = timedelta(seconds=5)
"""For a question to Temporal that is asked again anyway when no answer came."""

# The server did not take the request, or its answer was lost: the same id may be sent again.
WORTH_RESENDING = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
)

BY_STATUS: dict[RPCStatusCode, type[CaseworkError]] = {
    RPCStatusCode.INVALID_ARGUMENT: InvalidRequest,
    RPCStatusCode.PERMISSION_DENIED: NotReady,
    RPCStatusCode.UNAUTHENTICATED: NotReady,
    RPCStatusCode.UNIMPLEMENTED: NotReady,
    RPCStatusCode.FAILED_PRECONDITION: NotReady,
}


def typed(error: TemporalError) -> CaseworkError:
    """The house's error for what a call to Temporal raised."""
    if isinstance(error, WorkflowUpdateFailedError):
        return _of_application(error.cause)
    if isinstance(error, WorkflowQueryFailedError):
        return NotReady(error.message)
    if isinstance(error, RPCError):
        if has_detail(error, NamespaceNotFoundFailure):
            return NotReady(f"{error.message}; check TEMPORAL_NAMESPACE")
        return BY_STATUS.get(error.status, NoAnswer)(f"Temporal said: {error.message}")
    return NoAnswer(f"Temporal said: {error}")


BUSY_WORKER = "[TMPRL1101]"
"""How the SDK's answer to a query begins whose worker needed over two seconds to replay the history."""


NOT_CONNECTED = "Failed client connect"
"""How the SDK's plain error begins when a client that connects with its first call could not."""


def is_unconnected(error: RuntimeError) -> bool:
    """Whether the server was not reached, so that nothing was sent."""
    return str(error).startswith(NOT_CONNECTED)


def is_worth_resending(error: TemporalError) -> bool:
    """Whether the same request with the same id may be answered when it is sent again.

    `WorkflowNotReadyFailure` is what a caller sees whose update met a workflow task that failed, for example
    because the case was closing in that moment. The update was not applied.
    """
    if isinstance(error, RPCTimeoutOrCancelledError):
        return True
    if isinstance(error, WorkflowQueryFailedError):
        return error.message.startswith(BUSY_WORKER)
    if not isinstance(error, RPCError):
        return False
    return has_detail(error, WorkflowNotReadyFailure) or error.status in WORTH_RESENDING


def has_detail(error: RPCError, kind: type[Message]) -> bool:
    """Whether the status says so in its details; its text is for people and may change."""
    return any(detail.type_url.endswith(f"/{kind.DESCRIPTOR.full_name}") for detail in _details(error))


def raise_if_cancelled(error: TemporalError) -> None:
    """The SDK wraps the cancellation of the calling task; it must stay one."""
    if isinstance(error.__cause__, asyncio.CancelledError):
        raise error.__cause__


def _of_application(cause: BaseException) -> CaseworkError:
    if not isinstance(cause, ApplicationError):
        return NoAnswer(f"the update ended without an answer: {cause}")
    given: Any = cause.details[0] if cause.details else None
    detail = dict(cast("dict[str, Any]", given)) if isinstance(given, dict) else {}
    message = detail.pop("message", None) or cause.message
    code = detail.pop("code", None) or cause.type
    known = ERRORS.get(str(code))
    return known(message, **detail) if known else CaseworkError(message, **detail, their_code=code)


def _details(error: RPCError) -> Iterator[PackedDetail]:
    """The details of a status, those inside an update-with-start's two statuses included."""
    for detail in error.grpc_status.details:
        both = MultiOperationExecutionFailure()
        if detail.Unpack(both):
            for status in both.statuses:
                yield from status.details
        yield detail
