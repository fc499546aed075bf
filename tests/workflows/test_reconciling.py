"""Ops terminate refunds, replies are lost, and a cycle of the reconciler settles what its workflow can."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.refunds import RefundIntent
from providers.ports import PaymentRails
from starters.reconciling import Cycle, Reconciler
from starters.refund_runs import RefundRuns
from starters.settings import Settings
from store.books import check_books
from store.ledger import Ledger
from store.reconciliation_tasks import ReconciliationTasks
from tests.reconciliation.books import BOUNDS, kinds
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.refunds import ledger_row, pass_refund_time, until_ledger

AHEAD = timedelta(days=30)
"""After whatever virtual time a refund has seen."""
LENIENT = BOUNDS.model_copy(
    update={"overdue": timedelta(days=900), "window": timedelta(days=900), "patience": timedelta(minutes=10)}
)


@pytest.fixture
def reconciler(desk: Desk, payments: PaymentRails) -> Reconciler:
    """A reconciler over the desk's servers."""
    return Reconciler(desk.pool, payments, RefundRuns(Settings(), desk.pool, desk.client), LENIENT)


async def cycle(desk: Desk, reconciler: Reconciler, minutes: int = 0) -> Cycle:
    """A cycle over the test's own merchant."""
    return await reconciler.cycle(datetime.now(UTC) + AHEAD + timedelta(minutes=minutes), desk.merchant)


async def on_its_way(desk: Desk, fault: str) -> Case:
    """A return whose refund was sent, and met this."""
    await desk.gateway(fault)
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "unknown")
    await case.until_pending("pay_refund", case.refund())
    return case


async def unreserved(desk: Desk) -> Case:
    """A return whose refund was terminated before the ledger heard of it."""
    await desk.put_order()
    case = await desk.open()
    async with desk.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT 1 FROM order_budgets WHERE merchant = $1 FOR UPDATE", desk.merchant)
        await case.send_in()
        await case.until_event("return.refund_started")
        await case.until_pending("reserve_refund", case.refund())
        await case.refund().terminate("a test")
        await desk.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
    assert await desk.ledger(case) == []
    return case


async def settled_and_told(desk: Desk, case: Case) -> None:
    """The case goes on, and every book says that 33.33 were paid once."""
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333
    assert [move.amount_minor for move in await desk.movements()] == [3333]
    await case.until_event("return.refund_reported")
    assert (await check_books(desk.pool, desk.merchant)).differences == []


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
async def test_a_terminated_refund_is_settled_within_a_cycle(
    desk: Desk, reconciler: Reconciler, fault: str
) -> None:
    case = await on_its_way(desk, fault)
    await case.refund().terminate("a test")
    await desk.gateway()
    done = await cycle(desk, reconciler)
    assert (kinds(done.found), done.hinted, done.opened) == (["stopped"], 1, [])
    await settled_and_told(desk, case)
    after = await cycle(desk, reconciler, minutes=1)
    assert (after.found, after.unanswered) == ([], 0)
    assert await ReconciliationTasks(desk.pool).list(desk.merchant, closed=True) == []


async def test_one_that_was_terminated_before_it_was_reserved_is_paid(
    desk: Desk, reconciler: Reconciler
) -> None:
    case = await unreserved(desk)
    assert (await cycle(desk, reconciler)).begun == 1
    await settled_and_told(desk, case)
    assert (await cycle(desk, reconciler, minutes=1)).begun == 0


async def test_one_that_was_started_and_never_given_a_task_is_begun_again(
    desk: Desk, reconciler: Reconciler
) -> None:
    """As Temporal leaves a child whose parent is reset while it starts it; here its task is a day away."""
    case = await unreserved(desk)
    stillborn = await desk.client.start_workflow(
        "Refund", {}, id=case.refund().id, task_queue="casework", start_delay=timedelta(days=1)
    )
    assert (await cycle(desk, reconciler)).begun == 1
    run = desk.client.get_workflow_handle(stillborn.id, run_id=stillborn.result_run_id)
    assert (await run.describe()).status == WorkflowExecutionStatus.TERMINATED
    await settled_and_told(desk, case)


async def test_a_case_that_did_not_hear_of_its_refunds_end_is_told(
    desk: Desk, reconciler: Reconciler
) -> None:
    case = await on_its_way(desk, "lost_after")
    await case.refund().terminate("a test")
    row = await ledger_row(case)
    await Ledger(desk.pool).record(row.key, "settled", datetime.now(UTC), provider_ref="re_1")
    assert (await cycle(desk, reconciler)).begun == 1
    await case.until_stage("confirmation")
    assert (await cycle(desk, reconciler, minutes=1)).begun == 0


async def test_one_that_was_terminated_before_anything_was_sent_is_paid(
    desk: Desk, reconciler: Reconciler
) -> None:
    case = await on_its_way(desk, "lost_before")
    await case.refund().terminate("a test")
    # As it is between the reservation and the first request.
    await desk.pool.execute(
        "UPDATE refunds SET state = 'intent', first_sent_at = NULL, attempts = 0, last_error = NULL "
        "WHERE merchant = $1",
        desk.merchant,
    )
    await desk.gateway()
    assert kinds((await cycle(desk, reconciler)).found) == ["stopped"]
    await settled_and_told(desk, case)


async def test_a_lost_reply_need_not_wait_for_the_next_look(desk: Desk, reconciler: Reconciler) -> None:
    case = await on_its_way(desk, "lost_after")
    await desk.gateway()
    before = await case.refund().describe()
    done = await cycle(desk, reconciler)
    assert (kinds(done.found), done.hinted) == (["behind"], 1)
    await settled_and_told(desk, case)
    assert (await case.refund().describe()).run_id == before.run_id


async def test_one_that_is_terminated_again_and_again_is_begun_each_time(
    desk: Desk, reconciler: Reconciler
) -> None:
    case = await on_its_way(desk, "down")
    for minute in range(3):
        await case.refund().terminate("a test")
        done = await cycle(desk, reconciler, minutes=minute)
        assert (kinds(done.found), done.hinted) == (["stopped"], 1)
    await desk.gateway()
    await pass_refund_time(case, minutes=5)
    await settled_and_told(desk, case)


async def test_an_answer_over_another_amount_settles_nothing_and_is_somebodys(
    desk: Desk, reconciler: Reconciler
) -> None:
    case = await on_its_way(desk, "lost_after")
    await desk.sandbox.amend_refund(desk.merchant, desk.key(case), 4000)
    await desk.gateway()
    await pass_refund_time(case, hours=2)
    assert (await ledger_row(case)).state == "unknown"
    assert "over 4000 CNY, not 3333 CNY" in ((await ledger_row(case)).last_error or "")
    assert kinds((await cycle(desk, reconciler)).opened) == ["amount_differs"]


async def test_cycle_after_cycle_pays_nothing_twice(desk: Desk, reconciler: Reconciler) -> None:
    case = await on_its_way(desk, "lost_after")
    await case.refund().terminate("a test")
    await desk.gateway()
    for minute in range(3):
        await cycle(desk, reconciler, minutes=minute)
    await settled_and_told(desk, case)


async def test_what_its_workflow_does_not_settle_in_its_time_is_somebodys(
    desk: Desk, reconciler: Reconciler
) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    # Somebody changed the row: it was paid, and says that it failed.
    await desk.pool.execute("UPDATE refunds SET state = 'failed' WHERE merchant = $1", desk.merchant)
    assert (await cycle(desk, reconciler)).opened == []
    assert kinds((await cycle(desk, reconciler, minutes=11)).opened) == ["state_differs"]
    (task,) = await ReconciliationTasks(desk.pool).list(desk.merchant)
    assert (task.refund_id, task.theirs and task.theirs.state) == (case.refund().id, "settled")


async def test_money_that_came_back_is_free_again_after_a_cycle(desk: Desk, reconciler: Reconciler) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    await desk.sandbox.fail(desk.merchant, desk.key(case))
    done = await cycle(desk, reconciler)
    assert (kinds(done.found), done.hinted, done.opened) == (["state_differs"], 1, [])
    await until_ledger(case, "returned")
    assert (await cycle(desk, reconciler, minutes=11)).found == []


async def test_a_refund_that_no_case_knows_cannot_be_begun_and_is_somebodys(
    desk: Desk, reconciler: Reconciler
) -> None:
    ledger = Ledger(desk.pool)
    await ledger.open_budget(desk.merchant, "SO-9", "CNY", 1000)
    intent = {
        "case_id": f"return:{desk.merchant}:R-9",
        "seq": 1,
        "merchant": desk.merchant,
        "order_id": "SO-9",
    }
    money = {"amount_minor": 600, "currency": "CNY", "provider": "sandbox"}
    names = {"refund_id": f"refund:{desk.merchant}:R-9:1", "key": f"rf-{desk.merchant}-R-9-1"}
    await ledger.reserve(RefundIntent.model_validate({**intent, **money, **names}))
    assert kinds((await cycle(desk, reconciler)).found) == ["stopped"]
    assert kinds((await cycle(desk, reconciler, minutes=11)).opened) == ["stopped"]


async def unheard(desk: Desk) -> Case:
    """A return whose refund was paid, and whose workflow was terminated before it said so."""
    case = await on_its_way(desk, "lost_after")
    await case.refund().terminate("a test")
    await Ledger(desk.pool).record(desk.key(case), "settled", datetime.now(UTC), provider_ref="re_1")
    await desk.gateway()
    return case


def unattended(desk: Desk, payments: PaymentRails, **bounds: Any) -> Reconciler:
    """A reconciler whose refunds begin on a queue that nobody works at, so that no case ever hears."""
    runs = RefundRuns(Settings(task_queue=f"nobody-{desk.merchant}"), desk.pool, desk.client)
    return Reconciler(desk.pool, payments, runs, LENIENT.model_copy(update=bounds))


async def test_one_whose_case_never_hears_is_begun_ever_more_seldom(
    desk: Desk, payments: PaymentRails
) -> None:
    pauses = {"begun": timedelta(minutes=5), "every": timedelta(minutes=15)}
    case, reconciler = await unheard(desk), unattended(desk, payments, **pauses)
    begun: list[int] = []
    for minute in range(0, 60, 5):
        if (await cycle(desk, reconciler, minute)).begun:
            begun.append(minute)
            await case.refund().terminate("a test")
    assert begun == [0, 5, 15, 30, 45]


async def test_those_that_never_hear_do_not_take_the_turns_of_the_others(
    desk: Desk, payments: PaymentRails
) -> None:
    """One at a time: nobody hears of the older one, and the younger one has its turn all the same."""
    cases = [await unheard(desk), await unheard(desk)]
    reconciler = unattended(desk, payments, most=1, every=timedelta(hours=6))
    assert [(await cycle(desk, reconciler, minute)).begun for minute in range(3)] == [1, 1, 0]
    for case in cases:
        described = await case.refund().describe()
        assert described.task_queue == f"nobody-{desk.merchant}"
        await case.refund().terminate("a test")
