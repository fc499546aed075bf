"""The bare twin of a plain return: what Temporal itself costs for the same conversation.

The same updates with validators, child, timer, signal with start, activities local and not, summaries and
payloads of the same size; no rules, no store, no outside world. `bench/twin_worker.py` runs it.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

TASK_QUEUE = "bare-twin"
LOCAL: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=2)}
REMOTE: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30)}

# How many entries a payload has; one is 61 bytes of JSON. The sizes are a real plain return's.
PREPARED, BATCH, NOTICE, FOLLOW, ANSWER = 34, 32, 5, 4, 2
ENTRY = {"name": "return.approved", "at": "2026-11-24T05:00:00Z", "n": 4}

Values = list[dict[str, Any]]


def values(entries: int) -> Values:
    """A payload of so many entries."""
    return [ENTRY] * entries


@activity.defn
async def prepare(start: Any) -> Values:
    """An order and a pinned policy, as it were."""
    return values(PREPARED)


@activity.defn
async def append(batch: Values) -> None:
    """Nothing is stored."""


@activity.defn
async def notify(notice: Values) -> Values:
    """Nobody is told."""
    return values(ANSWER)


@activity.defn
async def follow(parcel: Values) -> Values:
    """The parcel has arrived."""
    return values(1)


class Payments:
    """Pays nothing, but tells the case."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn
    async def pay(self, case_id: str) -> Values:
        """Signal with start, as a refund does."""
        await self._client.start_workflow(
            BareReturn.run,
            None,
            id=case_id,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="refund_reported",
            start_signal_args=[values(ANSWER)],
        )
        return values(ANSWER)


@workflow.defn
class BareRefund:
    """Reserve, pay, report."""

    @workflow.run
    async def run(self, case_id: str, order: Values) -> Values:
        """One local activity, one activity."""
        await workflow.execute_local_activity(append, order, summary="reserve", **LOCAL)
        return await workflow.execute_activity_method(Payments.pay, case_id, summary="pay", **REMOTE)


@workflow.defn
class BareReturn:
    """A conversation without a meaning."""

    def __init__(self) -> None:
        self._ready = False
        self._said: list[str] = []
        self._unrecorded: list[str] = []
        self._beside: set[asyncio.Task[Any]] = set()

    @workflow.run
    async def run(self, start: Any) -> dict[str, str]:
        """Open, record what is said until it is confirmed, close."""
        self._spawn(self._wake_up())
        await workflow.execute_local_activity(prepare, start, summary="load the order", **LOCAL)
        self._say("applied")
        self._ready = True
        while self._said[-1] != "confirm" or self._unrecorded:
            await workflow.wait_condition(lambda: bool(self._unrecorded))
            said, self._unrecorded = self._unrecorded, []
            await workflow.execute_local_activity(
                append, values(BATCH), summary=f"record {', '.join(said)}", **LOCAL
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return {"outcome": "refunded"}

    async def _wake_up(self) -> None:
        await workflow.wait_condition(lambda: self._ready)
        await workflow.sleep(timedelta(hours=12), summary="next clock")

    def _say(self, what: str) -> None:
        self._said.append(what)
        self._unrecorded.append(what)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _tell(self, what: str) -> None:
        await workflow.execute_activity(notify, values(NOTICE), summary=f"tell: {what}", **REMOTE)

    async def _follow(self) -> None:
        await workflow.execute_activity(follow, values(FOLLOW), summary="ask the carrier", **REMOTE)
        self._say("delivered")

    async def _refund(self) -> None:
        case_id = workflow.info().workflow_id
        await workflow.start_child_workflow(
            BareRefund.run,
            args=[case_id, values(FOLLOW)],
            id=f"refund-of-{case_id}",
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary="Refund",
        )

    def _answer(self, what: str) -> Values:
        self._say(what)
        return values(ANSWER)

    @workflow.update
    async def open(self, message: Any) -> Values:
        """Answer when open."""
        await workflow.wait_condition(lambda: self._ready)
        return values(ANSWER)

    @workflow.update
    async def review(self, message: Any) -> Values:
        """Then a notice."""
        self._spawn(self._tell("review"))
        return self._answer("review")

    @workflow.update
    async def ship(self, message: Any) -> Values:
        """Then the carrier is asked."""
        self._spawn(self._follow())
        return self._answer("ship")

    @workflow.update
    async def receive(self, message: Any) -> Values:
        """Nothing follows."""
        return self._answer("receive")

    @workflow.update
    async def inspect(self, message: Any) -> Values:
        """Then a notice and the refund."""
        self._spawn(self._tell("inspection"))
        self._spawn(self._refund())
        return self._answer("inspect")

    @workflow.update
    async def confirm(self, message: Any) -> Values:
        """The end."""
        return self._answer("confirm")

    @open.validator
    def _check_open(self, message: Any) -> None: ...

    @review.validator
    def _check_review(self, message: Any) -> None: ...

    @ship.validator
    def _check_ship(self, message: Any) -> None: ...

    @receive.validator
    def _check_receive(self, message: Any) -> None: ...

    @inspect.validator
    def _check_inspect(self, message: Any) -> None: ...

    @confirm.validator
    def _check_confirm(self, message: Any) -> None: ...

    @workflow.signal
    async def refund_reported(self, report: Values) -> None:
        """Then a notice."""
        self._say("refund")
        self._spawn(self._tell("refund"))


def start_operation(case_id: str, message: Any) -> WithStartWorkflowOperation[Any, Any]:
    """Starts a twin together with its update `open`."""
    return WithStartWorkflowOperation(
        "BareReturn",
        message,
        id=case_id,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
