"""Temporal says "not found" of a case: it runs all the same, has ended, or was never opened."""

from collections.abc import Iterator
from typing import Any

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import CaseNotFound, NoAnswer
from starters.case_records import CaseRecords
from starters.client import Cases
from tests.starters.conftest import noon_zone
from tests.starters.test_client import application
from tests.workflows.desk import Desk

ONLY_LONG_ENOUGH = 0.5


class MissesUpdates(Interceptor):
    """Of the updates sent to the server, so many do not find their workflow."""

    def __init__(self, times: int) -> None:
        self.left = iter(range(times))

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Missing(next, self.left)


class _Missing(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, left: Iterator[int]) -> None:
        super().__init__(next)
        self._left = left

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        if next(self._left, None) is not None:
            raise RPCError("workflow execution already completed", RPCStatusCode.NOT_FOUND, b"")
        return await super().start_workflow_update(input)


def missing(desk: Desk, times: int, **more: Any) -> Cases:
    """The typed client over such a connection."""
    config = desk.client.config()
    config["interceptors"] = [MissesUpdates(times)]
    return Cases(Client(**config), CaseRecords(desk.pool), **more)


async def test_a_request_that_did_not_find_a_running_case_is_sent_again(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    unlucky = missing(desk, times=2)
    answer = await unlucky.ship(case_id, carrier="swift", tracking_no="SW123456", key="ship")
    assert (answer.stage, unlucky.resent) == ("ship_back", 2)
    await cases.wait_for(case_id, answer.seq)
    assert [event.type for event in await cases.events(case_id)].count("return.shipped") == 1


async def test_a_running_case_that_is_never_found_is_not_said_to_be_none(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    unlucky = missing(desk, times=1000, patience_seconds=ONLY_LONG_ENOUGH)
    with pytest.raises(NoAnswer, match="same key"):
        await unlucky.ship(case_id, carrier="swift", tracking_no="SW123456", key="ship")


async def test_a_case_that_was_never_opened_is_not_asked_for_twice(desk: Desk) -> None:
    cases = Cases(desk.client, CaseRecords(desk.pool))
    with pytest.raises(CaseNotFound):
        await cases.ship(f"return:{desk.merchant}:R-9", carrier="swift", tracking_no="SW123456", key="ship")
    assert cases.resent == 0
