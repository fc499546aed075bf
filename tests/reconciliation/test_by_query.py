"""A cycle asks the gateways in their own dialects, finds what was planted, and moves no money."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import NotFound, WrongStage
from sandbox.messages import FaultRule
from starters.reconciling import UNANSWERED_MOST, Reconciler
from tests.reconciliation.books import BOUNDS, Books, kinds

LATER = BOUNDS.patience + timedelta(minutes=1)
MINUTE = timedelta(minutes=1)


async def test_books_that_agree_leave_no_trace(books: Books) -> None:
    await books.paid()
    await books.paid(700)
    held = await books.money()
    done = await books.cycle()
    assert (done.looked, done.unanswered, done.found) == (2, 0, [])
    assert await books.money() == held


async def test_a_refund_that_the_gateway_forgot_is_somebodys_when_it_is_still_so(books: Books) -> None:
    row = await books.paid()
    await books.sandbox.forget_refund(books.merchant, row.key)
    held = await books.money()
    first = await books.cycle()
    assert (kinds(first.found), first.opened) == (["unknown_to_them"], [])
    assert await books.open() == []
    second = await books.cycle(LATER)
    assert kinds(second.opened) == ["unknown_to_them"]
    (task,) = await books.open()
    assert (task.subject, task.provider, task.facts["theirs"]) == (row.key, books.rail, None)
    assert (await books.cycle(LATER * 2)).opened == []
    assert len(await books.open()) == 1
    assert await books.money() == held


async def test_another_amount_is_somebodys_at_once(books: Books) -> None:
    row = await books.paid(600)
    await books.sandbox.amend_refund(books.merchant, row.key, 601)
    assert kinds((await books.cycle()).opened) == ["amount_differs"]
    (task,) = await books.open()
    assert task.theirs is not None
    assert (task.theirs.amount_minor, task.theirs.state) == (601, "settled")
    assert "rf-" in task.subject


async def test_another_amount_of_a_refund_on_its_way_is_found_and_not_taken(books: Books) -> None:
    row = await books.sent(600)
    await books.sandbox.amend_refund(books.merchant, row.key, 900)
    assert kinds((await books.cycle()).opened) == ["amount_differs"]
    assert (await books.ledger.get(row.key)).state == "sent"


async def test_money_that_came_back_later_is_told_to_the_refunds_workflow_first(books: Books) -> None:
    row = await books.paid()
    await books.sandbox.fail(books.merchant, row.key)
    first = await books.cycle()
    # Alipay tells of refunds that were paid, and of no others.
    assert kinds(first.found) == ["unknown_to_them" if books.rail == "alipay" else "state_differs"]
    assert first.opened == []
    if books.rail != "alipay":
        assert not first.temporal_answers
        assert (await books.cycle(LATER)).opened == []  # its workflow was not told yet


async def test_a_refund_that_failed_here_and_was_paid_there(books: Books) -> None:
    row = await books.sent()
    await books.written(row, "failed", reason="declined by mistake")
    await books.cycle()
    assert kinds((await books.cycle(LATER)).opened) == ["state_differs"]


async def test_what_is_certain_at_the_gateway_is_told_when_temporal_answers_again(books: Books) -> None:
    row = await books.sent()
    for after in (timedelta(0), LATER):
        done = await books.cycle(after)
        assert (kinds(done.found), done.hinted, done.opened) == (["behind"], 0, [])
        assert not done.temporal_answers
    await books.written(row, "settled")  # as its workflow does once it looks
    assert (await books.cycle(LATER * 2)).found == []
    assert await books.tasks.list(closed=True) == []


async def test_on_its_way_for_too_long_is_somebodys_even_when_the_gateway_is_away(books: Books) -> None:
    await books.sent()
    await books.sandbox.set_faults("payments", FaultRule(kind="down", operation="find"))
    assert (await books.cycle(BOUNDS.overdue - MINUTE)).opened == []
    done = await books.cycle(BOUNDS.overdue)
    assert (kinds(done.opened), done.unanswered) == (["overdue"], 1)


async def test_a_difference_that_is_gone_closes_itself_and_opens_again(books: Books) -> None:
    row = await books.paid(600)
    await books.sandbox.amend_refund(books.merchant, row.key, 601)
    await books.cycle()
    await books.sandbox.amend_refund(books.merchant, row.key, 600)
    assert (await books.cycle(MINUTE)).found == []
    (task,) = await books.tasks.list(closed=True)
    assert (task.closed_at, task.closed_by) == (books.now + MINUTE, None)
    await books.sandbox.amend_refund(books.merchant, row.key, 601)
    assert kinds((await books.cycle(MINUTE * 2)).opened) == ["amount_differs"]
    assert len(await books.open()) == 1


async def test_a_persons_word_holds_until_a_side_changes(books: Books) -> None:
    row = await books.paid(600)
    await books.sandbox.amend_refund(books.merchant, row.key, 601)
    await books.cycle()
    (task,) = await books.open()
    done = await books.tasks.close(
        task.task_id, "fin-01", "a fen too much, left with the customer", books.now
    )
    assert (done.closed_by, done.words) == ("fin-01", "a fen too much, left with the customer")
    assert (await books.cycle(LATER)).found == []
    assert await books.open() == []
    with pytest.raises(WrongStage, match="closed by fin-01"):
        await books.tasks.close(task.task_id, "fin-02", "again", books.now)
    await books.sandbox.amend_refund(books.merchant, row.key, 602)
    assert kinds((await books.cycle(LATER * 2)).opened) == ["amount_differs"]
    (again,) = await books.open()
    assert (again.task_id, again.closed_by, again.words) == (task.task_id, None, None)


async def test_of_a_gateway_that_is_away_only_some_are_asked_and_nothing_is_concluded(books: Books) -> None:
    for _ in range(UNANSWERED_MOST + BOUNDS.at_once + 3):
        await books.paid()
    await books.sandbox.set_faults("payments", FaultRule(kind="down", operation="find"))
    done = await books.cycle()
    assert (done.looked, done.unanswered, done.found) == (10, 10, [])
    (fault,) = await books.sandbox.faults("payments")
    assert UNANSWERED_MOST <= fault.fired < UNANSWERED_MOST + BOUNDS.at_once
    await books.sandbox.set_faults("payments")
    assert (await books.cycle(MINUTE)).unanswered == 0


@pytest.mark.parametrize("books", ["sandbox"], indirect=True)
async def test_a_gateway_that_is_away_does_not_take_the_turns_of_the_others(books: Books) -> None:
    one_a_time = BOUNDS.model_copy(update={"most": 1, "every": timedelta(hours=6)})
    reconciler = Reconciler(books.pool, books.rails, books.workflows, one_a_time)
    first, second = await books.paid(), await books.paid()
    await books.sandbox.amend_refund(books.merchant, second.key, 5)
    await books.sandbox.set_faults("payments", FaultRule(kind="down", operation="find", key=first.key))
    cycles = [await reconciler.cycle(books.now + MINUTE * minute) for minute in range(2)]
    assert [done.unanswered for done in cycles] == [1, 0]
    assert kinds(cycles[1].opened) == ["amount_differs"]


async def test_two_reconcilers_at_once_are_one(books: Books) -> None:
    for _ in range(3):
        await books.paid()
    await books.sandbox.set_faults("payments", FaultRule(kind="slow", operation="find", delay_seconds=0.2))
    cycles = await asyncio.gather(*(books.cycle() for _ in range(3)))
    assert sorted(done.looked for done in cycles) == [0, 0, 3]
    assert sum(done.skipped for done in cycles) == 2
    assert not (await books.cycle(MINUTE)).skipped


async def test_there_is_no_task_that_nobody_opened(books: Books) -> None:
    with pytest.raises(NotFound, match="no task 404"):
        await books.tasks.get(404)
