"""Attempts that do not count: what a terminated run or a hung worker still delivers holds up no case."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.recording import RecordingActivities
from domain.records import Batch, Recorded
from store.append import append_one
from store.appender import Appender
from store.cases import Cases
from store.pool import transaction
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.test_ops import reset, superseded, tasks

APPLIED_AND_APPROVED = ["return.applied", "return.approved", "return.label_made"]


async def stored(case: Case) -> list[Recorded]:
    """The live events, as they are."""
    return [Recorded.model_validate(event) for event in await case.events()]


async def deliver(case: Case, events: Sequence[Recorded]) -> None:
    """What another attempt of the case told of it, from its first event on."""
    row = await Cases(case.desk.pool).get(case.handle.id)
    summary = row.model_copy(update={"last_seq": events[-1].seq})
    batch = Batch(case_id=case.handle.id, first_seq=1, events=list(events), summary=summary, replaces=True)
    async with transaction(case.desk.pool) as conn:
        await append_one(conn, batch)


@pytest.mark.parametrize("length", [-1, 0, 2], ids=["fewer events", "as many", "more events"])
async def test_a_case_goes_on_whatever_another_attempt_had_told(desk: Desk, length: int) -> None:
    """Found by a storm: the terminated first reset of two wrote after the second, and told one event less."""
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_event("return.applied")
    await case.until_view(lambda view: not view["unrecorded_events"])
    told = await stored(case)
    other = [*told, *(told[-1].model_copy(update={"seq": told[-1].seq + more}) for more in (1, 2))]
    late = [event.model_copy(update={"actor": "another attempt"}) for event in other[: len(told) + length]]
    await deliver(case, late)
    await case.approve()
    await case.until_event("return.label_made")
    assert await case.types() == APPLIED_AND_APPROVED
    events = await stored(case)
    assert events[: len(told)] == told
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert await superseded(case) == len(told) + len(late)


async def test_a_reset_case_is_recorded_by_the_run_that_goes_on_alone(desk: Desk) -> None:
    """What the run before it still delivers is refused, also where it would replace all."""
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_event("return.applied")
    before = await case.handle.describe()
    await reset(case, (await tasks(case))[0])
    await case.approve()
    await case.until_event("return.label_made")
    told = await stored(case)
    late = Batch(case_id=case.handle.id, first_seq=1, events=told[:1])
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id=case.handle.id, workflow_run_id=before.run_id)
    async with Appender(desk.pool) as appender:
        recording = RecordingActivities(appender, desk.client)
        with pytest.raises(ApplicationError, match="goes on") as refusal:
            await environment.run(recording.record_anew, late)
        assert (refusal.value.type, refusal.value.non_retryable) == ("stream_conflict", True)
        gone = replace(environment.info, workflow_id=f"return:m1:{uuid4()}")
        environment.info = gone
        with pytest.raises(ApplicationError) as unknown:
            await environment.run(recording.record_anew, late)
        assert unknown.value.type == "no_answer"
    assert (await stored(case))[: len(told)] == told
