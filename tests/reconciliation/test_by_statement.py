"""A day's statement, as each gateway writes it, finds what was planted; a bad one leaves everything alone."""

from datetime import timedelta

import pytest

from domain.errors import StatementInvalid, StatementOfAnother
from providers.statements import read_statement
from store.statements import Statements
from tests.reconciliation.books import ORDER_MINOR, Books, kinds

MINUTE = timedelta(minutes=1)


async def test_a_statement_that_agrees_finds_nothing(books: Books) -> None:
    await books.paid()
    await books.paid(1)
    held = await books.money()
    taken = await books.take()
    assert (taken.refunds, taken.found, taken.again) == (2, [], False)
    assert await books.money() == held


async def test_a_refund_made_by_hand_is_unknown_to_us(books: Books) -> None:
    await books.paid()
    ref = await books.by_hand()
    taken = await books.take()
    assert kinds(taken.found) == ["unknown_to_us"]
    (task,) = await books.open()
    assert (task.subject, task.refund_id) == (ref, None)
    assert task.theirs is not None
    assert task.theirs.amount_minor == 700
    assert task.theirs.row is not None


async def test_a_refund_that_the_gateway_forgot_is_unknown_to_them(books: Books) -> None:
    await books.paid()
    row = await books.paid()
    await books.sandbox.forget_refund(books.merchant, row.key)
    assert kinds((await books.take()).found) == ["unknown_to_them"]
    (task,) = await books.open()
    assert task.subject == row.key


async def test_another_amount(books: Books) -> None:
    row = await books.paid(600)
    await books.sandbox.amend_refund(books.merchant, row.key, 599)
    assert kinds((await books.take()).found) == ["amount_differs"]
    (task,) = await books.open()
    assert (task.subject, task.theirs and task.theirs.amount_minor) == (row.key, 599)


async def test_failed_here_and_paid_there(books: Books) -> None:
    row = await books.sent()
    await books.written(row, "failed", reason="by mistake")
    assert kinds((await books.take()).found) == ["state_differs"]
    assert len(await books.open()) == 1


async def test_paid_here_and_failed_there_is_told_to_the_workflow_by_the_next_cycle(books: Books) -> None:
    row = await books.paid()
    await books.sandbox.fail(books.merchant, row.key)
    taken = await books.take()
    assert kinds(taken.found) == ([] if books.rail == "alipay" else ["state_differs"])
    assert await books.open() == []


async def test_what_is_on_its_way_here_and_paid_there_waits_for_its_workflow(books: Books) -> None:
    row = await books.sent()
    assert kinds((await books.take()).found) == ["behind"]
    assert await books.open() == []
    await books.written(row, "settled")
    await books.cycle(MINUTE)
    assert (await books.take(await books.file() + b"\r\n", MINUTE)).found == []


# Alipay writes no number of its own into a statement: two payments of one number would be one row twice.
@pytest.mark.parametrize("books", ["stripe", "wechat", "sandbox"], indirect=True)
async def test_a_second_payment_under_one_key_is_unknown_to_us(books: Books) -> None:
    row = await books.paid()
    await books.sandbox.prune_key(books.merchant, row.key)
    await books.rails.of(books.merchant).refund(books.asked(row))
    assert [(task.kind, task.refund_id) for task in (await books.take()).found] == [
        ("unknown_to_us", row.refund_id)
    ]


async def test_the_same_file_twice_changes_nothing(books: Books) -> None:
    await books.paid()
    await books.by_hand()
    content = await books.file()
    await books.take(content)
    tables = ("reconciliation_statements", "reconciliation_lines", "reconciliation_tasks")
    before = [await books.pool.fetch(f"SELECT * FROM {table}") for table in tables]
    again = await books.take(content, MINUTE)
    assert (again.again, again.found) == (True, [])
    assert [await books.pool.fetch(f"SELECT * FROM {table}") for table in tables] == before


async def test_a_newer_file_of_the_day_stands_in_the_place_of_the_older(books: Books) -> None:
    row = await books.paid()
    await books.paid()
    await books.sandbox.forget_refund(books.merchant, row.key)
    early = await books.file()
    await books.rails.of(books.merchant).refund(books.asked(row))  # it comes to light after all
    assert kinds((await books.take(early)).found) == ["unknown_to_them"]
    later = await books.take(after=MINUTE)
    assert "unknown_to_them" not in kinds(later.found)
    await books.cycle(MINUTE)
    assert "unknown_to_them" not in kinds(await books.open())
    lines = await books.pool.fetchval("SELECT count(*) FROM reconciliation_lines")
    assert lines == later.refunds


async def test_near_midnight_both_days_are_wanted_before_anything_is_missing(books: Books) -> None:
    row = await books.paid()
    await books.sandbox.forget_refund(books.merchant, row.key)
    yesterday = books.now - timedelta(days=1)
    await books.pool.execute("UPDATE refunds SET first_sent_at = $1 WHERE key = $2", yesterday, row.key)
    assert (await books.take()).found == []
    books.now = yesterday
    assert kinds((await books.take()).found) == ["unknown_to_them"]


async def test_a_bad_row_leaves_everything_as_it_was(books: Books) -> None:
    await books.paid()
    await books.by_hand()
    content = (await books.file()).replace(b"7.00", b"7,00").replace(b",700,", b",7e2,")
    held = await books.money()
    with pytest.raises(StatementInvalid, match=r"^row \d+"):
        await books.take(content)
    assert await books.money() == held
    for table in ("reconciliation_statements", "reconciliation_lines", "reconciliation_tasks"):
        assert await books.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_a_file_in_which_nothing_is_the_merchants_leaves_everything_as_it_was(books: Books) -> None:
    """Another merchant's file opens no tasks, unless somebody says that it is theirs all the same."""
    await books.paid()
    file = read_statement(await books.file(), books.rail, "somebody-else", books.now.date())
    held, statements = await books.money(), Statements(books.pool)
    with pytest.raises(StatementOfAnother, match="nothing in it is known of somebody-else"):
        await statements.take(file, books.now)
    assert await books.money() == held
    for table in ("reconciliation_statements", "reconciliation_lines", "reconciliation_tasks"):
        assert await books.pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert kinds((await statements.take(file, books.now, sure=True)).found) == ["unknown_to_us"]


async def test_a_file_with_nothing_but_a_refund_by_hand_is_the_merchants_by_its_payment(books: Books) -> None:
    await books.ledger.open_budget(books.merchant, "SO-1", "CNY", ORDER_MINOR)
    await books.captured("SO-1")
    await books.by_hand()
    taken = await books.take()
    assert kinds(taken.found) == ["unknown_to_us"]
    assert [task.theirs and task.theirs.payment_id for task in await books.open()] == ["SO-1"]


@pytest.mark.parametrize("books", ["sandbox"], indirect=True)
async def test_a_thousand_lines_twice(books: Books) -> None:
    await _a_thousand_settled(books)
    head = "ref,key,order_id,amount_minor,currency,state,at"
    at = books.now.isoformat()
    lines = [f"re_{n},rf-{n},SO-{n},{n},CNY,settled,{at}" for n in range(1, 1001)]
    lines[499] = f"re_500,rf-500,SO-500,501,CNY,settled,{at}"
    del lines[899]
    content = "\n".join([head, *lines, f"re_x,by-hand,SO-1,5,CNY,settled,{at}", ""]).encode()
    held = await books.money()
    taken = await books.take(content)
    assert taken.refunds == 1000
    found = sorted((task.kind, task.subject) for task in taken.found)
    assert found == [("amount_differs", "rf-500"), ("unknown_to_them", "rf-900"), ("unknown_to_us", "re_x")]
    assert (await books.take(content, MINUTE)).again
    assert len(await books.open()) == 3
    assert await books.money() == held


async def _a_thousand_settled(books: Books) -> None:
    """Rows as the ledger has them after a day; written at once, a thousand payments would take a minute."""
    await books.ledger.open_budget(books.merchant, "SO-1", "CNY", 1_000_000)
    await books.pool.execute(
        """INSERT INTO refunds
            (refund_id, key, case_id, seq, merchant, order_id, amount_minor, currency, provider, state,
             provider_ref, first_sent_at, state_since, attempts)
        SELECT 'refund:' || n, 'rf-' || n, 'return:' || n, 1, $1, 'SO-1', n, 'CNY', 'sandbox', 'settled',
            're_' || n, $2, $2, 1
        FROM generate_series(1, 1000) AS n""",
        books.merchant,
        books.now,
    )
