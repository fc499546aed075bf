"""Temporal's failures become the house's errors, by code; docs/errors.md explains each of them."""

import asyncio

import pytest
from google.protobuf.any_pb2 import Any as Packed
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import MultiOperationExecutionFailure, WorkflowNotReadyFailure
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, CancelledError, TemporalError
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import ERRORS, is_worth_resending, raise_if_cancelled, typed
from activities.failures import as_application_error
from domain.errors import CaseworkError, InvalidRequest, NoAnswer, NotReady
from starters.http.problems import codes
from starters.sending import Sender
from tests.docs.documents import ROOT, rows

DOCUMENT = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def rpc_error(status: RPCStatusCode, *details: Packed) -> RPCError:
    """What the SDK raises for a status."""
    raw = GrpcStatus(code=status.value, message="said", details=details).SerializeToString()
    return RPCError("said", status, raw)


def packed_not_ready() -> Packed:
    """The detail of a request that met a failing workflow task."""
    detail = Packed()
    detail.Pack(WorkflowNotReadyFailure())
    return detail


def test_the_page_explains_every_code_and_no_other() -> None:
    table = DOCUMENT.split("## What Temporal says itself")[0]
    explained = [cells[0].strip("`") for cells in rows(table, 4)][2:]
    assert sorted(explained) == sorted(codes())


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_survives_the_way_through_temporal(code: str) -> None:
    sent = ERRORS[code]("because", field="x")
    back = typed(WorkflowUpdateFailedError(as_application_error(sent)))
    assert type(back) is type(sent)
    assert (back.message, back.detail) == ("because", {"field": "x"})


def test_a_code_of_a_newer_program_is_kept() -> None:
    failure = WorkflowUpdateFailedError(ApplicationError("new", {"code": "brand_new"}, type="brand_new"))
    back = typed(failure)
    assert type(back) is CaseworkError
    assert back.detail == {"their_code": "brand_new"}


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (WorkflowUpdateFailedError(CancelledError("stopped")), NoAnswer),
        (WorkflowQueryFailedError("not yet"), NotReady),
        (rpc_error(RPCStatusCode.UNAVAILABLE), NoAnswer),
        (rpc_error(RPCStatusCode.INVALID_ARGUMENT), InvalidRequest),
        (rpc_error(RPCStatusCode.PERMISSION_DENIED), NotReady),
        (WorkflowUpdateRPCTimeoutOrCancelledError(), NoAnswer),
    ],
)
def test_what_temporal_raises_has_a_code(raised: TemporalError, expected: type[CaseworkError]) -> None:
    assert type(typed(raised)) is expected


def test_a_workflow_that_was_not_ready_is_asked_again_also_with_a_start() -> None:
    plain = rpc_error(RPCStatusCode.FAILED_PRECONDITION, packed_not_ready())
    both = MultiOperationExecutionFailure()
    both.statuses.add(code=9, details=[packed_not_ready()])
    detail = Packed()
    detail.Pack(both)
    assert is_worth_resending(plain)
    assert is_worth_resending(rpc_error(RPCStatusCode.FAILED_PRECONDITION, detail))
    assert not is_worth_resending(rpc_error(RPCStatusCode.FAILED_PRECONDITION))
    assert not is_worth_resending(rpc_error(RPCStatusCode.NOT_FOUND))
    assert not is_worth_resending(WorkflowUpdateFailedError(ApplicationError("no", type="refused")))


def test_a_query_that_met_a_busy_worker_is_asked_again_and_one_that_failed_is_not() -> None:
    busy = "[TMPRL1101] Potential deadlock detected: workflow didn't yield within 2 second(s)."
    assert is_worth_resending(WorkflowQueryFailedError(busy))
    assert not is_worth_resending(WorkflowQueryFailedError("the case is not open yet"))


def test_the_callers_cancellation_stays_one() -> None:
    wrapped = WorkflowUpdateRPCTimeoutOrCancelledError()
    wrapped.__cause__ = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        raise_if_cancelled(wrapped)


async def test_a_request_is_sent_until_it_is_answered_and_counted() -> None:
    lost = [rpc_error(RPCStatusCode.FAILED_PRECONDITION, packed_not_ready()) for _ in range(2)]

    async def send() -> str:
        if lost:
            raise lost.pop()
        return "answer"

    sender = Sender()
    assert await sender.answered(send) == "answer"
    assert sender.resent == 2


async def test_patience_ends_with_the_advice_to_send_it_again() -> None:
    async def send() -> str:
        raise rpc_error(RPCStatusCode.UNAVAILABLE)

    with pytest.raises(NoAnswer, match="same key"):
        await Sender(patience_seconds=0.05).answered(send)
