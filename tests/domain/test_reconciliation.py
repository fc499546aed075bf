"""Given a refund of the ledger, when the gateway tells of it, then so it differs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.reconciliation import (
    KINDS,
    Finding,
    Theirs,
    compare,
    is_there_still,
    match,
    overdue,
    stopped,
    unknown_to_us,
)
from domain.reconciliation_tasks import DO, Task
from domain.refunds import OPEN_STATES, RefundRow
from domain.statements import days_of, must_be_told

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ours(state: str = "settled", **changes: Any) -> RefundRow:
    given: dict[str, Any] = {
        "refund_id": "refund:m1:17:1",
        "key": "rf-m1-17-1",
        "case_id": "return:m1:17",
        "seq": 1,
        "merchant": "m1",
        "order_id": "SO-1",
        "amount_minor": 600,
        "currency": "CNY",
        "provider": "wechat",
        "state": state,
        "state_since": NOON,
        "first_sent_at": NOON,
        "customer_id": "c1",
        "reason": "in somebody's words",
    }
    return RefundRow.model_validate({**given, **changes})


def theirs(state: str = "settled", **changes: Any) -> Theirs:
    given = {"ref": "re_1", "key": "rf-m1-17-1", "amount_minor": 600, "currency": "CNY", "state": state}
    return Theirs.model_validate({**given, **changes})


# our state, their state: what a query finds, and what a statement does; a star where the workflow is told
STATES = [
    ("intent", "settled", "behind*", "behind*"),
    ("sent", "settled", "behind*", "behind*"),
    ("unknown", "failed", "behind*", "behind*"),
    ("pending", "settled", "behind*", "behind*"),
    ("pending", "pending", None, None),
    ("unknown", "pending", None, None),
    ("sent", "stuck", None, None),
    ("settled", "settled", None, None),
    ("settled", "failed", "state_differs*", "state_differs*"),
    ("settled", "stuck", "state_differs*", "state_differs*"),
    ("settled", "pending", "state_differs", None),
    ("failed", "failed", None, None),
    ("failed", "settled", "state_differs", "state_differs"),
    ("failed", "stuck", "state_differs", "state_differs"),
    ("failed", "pending", "state_differs", None),
    ("returned", "failed", None, None),
    ("returned", "stuck", None, None),
    ("returned", "settled", "state_differs", None),
]


@pytest.mark.parametrize(("we", "they", "by_query", "by_statement"), STATES)
def test_two_states(we: str, they: str, by_query: str | None, by_statement: str | None) -> None:
    for source, expected in (("query", by_query), ("statement", by_statement)):
        found = compare(ours(we), theirs(they), source)  # pyright: ignore[reportArgumentType]
        told = found and found.kind + ("*" if found.hint else "")
        assert told == expected, source


@pytest.mark.parametrize("state", [*OPEN_STATES, "failed", "returned"])
def test_a_gateway_that_knows_nothing_contradicts_only_what_settled(state: str) -> None:
    assert compare(ours(state), None) is None
    found = compare(ours("settled"), None)
    assert found is not None
    assert (found.kind, found.subject, found.waits) == ("unknown_to_them", "rf-m1-17-1", True)
    by_statement = compare(ours("settled"), None, "statement")
    assert by_statement is not None
    assert not by_statement.waits


@pytest.mark.parametrize("state", ["unknown", "settled"])
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"amount_minor": 601}, "amount_differs"),
        ({"currency": "EUR"}, "currency_differs"),
        ({"amount_minor": 599, "currency": "EUR"}, "currency_differs"),
    ],
)
def test_another_amount_is_for_a_person_at_once_whatever_the_state(
    state: str, changes: dict[str, Any], kind: str
) -> None:
    found = compare(ours(state), theirs(**changes))
    assert found is not None
    assert (found.kind, found.hint, found.waits) == (kind, False, False)


def test_a_word_without_an_amount_is_about_what_was_asked_for() -> None:
    assert compare(ours(), theirs(amount_minor=None, currency=None)) is None


def test_a_second_payment_under_the_key_is_unknown_to_us() -> None:
    found = compare(ours(provider_ref="re_1"), theirs(ref="re_2"))
    assert found is not None
    assert (found.kind, found.subject) == ("unknown_to_us", "re_2")
    assert compare(ours(provider_ref="re_1"), theirs("failed", ref="re_2")) is None


def test_a_refund_that_no_row_is_about_is_unknown_to_us_unless_it_came_to_nothing() -> None:
    found = unknown_to_us(theirs(key=None), "wechat", "m1")
    assert found is not None
    assert (found.kind, found.subject, found.waits) == ("unknown_to_us", "re_1", False)
    assert unknown_to_us(theirs("failed"), "wechat", "m1") is None


def test_a_line_is_matched_by_our_key_and_then_by_their_number() -> None:
    first, second = ours(), ours(key="rf-m1-18-1", provider_ref="re_9")
    assert match(theirs(ref="re_9"), [second, first]) == first
    assert match(theirs(ref="re_9", key=None), [first, second]) == second
    assert match(theirs(ref="re_8", key=None), [first, second]) is None


def test_what_is_on_its_way_for_too_long_is_overdue_but_not_what_waits_for_a_second_person() -> None:
    day = timedelta(days=1)
    assert overdue(ours("unknown"), NOON + day - timedelta(seconds=1), day) is None
    late = overdue(ours("unknown"), NOON + day, day)
    assert late is not None
    assert (late.kind, late.waits) == ("overdue", False)
    assert overdue(ours("settled"), NOON + day * 9, day) is None
    asked = ours("intent", first_sent_at=None, approval="asked")
    assert overdue(asked, NOON + day * 9, day) is None


def test_one_whose_workflow_is_gone_waits_for_it_to_be_begun_again() -> None:
    found = stopped(ours("sent"))
    assert (found.kind, found.hint, found.waits) == ("stopped", True, True)


def test_facts_hold_both_sides_and_neither_customers_nor_words() -> None:
    found = compare(ours("failed"), theirs())
    assert found is not None
    assert found.facts["theirs"] == theirs().model_dump(mode="json", exclude_none=True)
    told = found.facts["ours"]
    assert isinstance(told, dict)
    assert told["refund_id"] == "refund:m1:17:1"
    assert not {"customer_id", "reason", "requested_by"} & set(told)


def test_a_persons_word_holds_until_a_side_changes() -> None:
    marks = {
        found.mark
        for we, they in ((ours("failed"), theirs()), (ours("failed", attempts=9), theirs(row=7)))
        if (found := compare(we, they))
    }
    assert len(marks) == 1
    other = compare(ours("failed"), theirs(ref="re_3"))
    assert other is not None
    assert other.mark not in marks


@pytest.mark.parametrize(
    ("kind", "row", "told", "is_there"),
    [
        ("behind", ours("unknown"), theirs(), True),
        ("behind", ours("settled"), theirs(), False),
        ("state_differs", ours("settled"), theirs("failed"), True),
        ("state_differs", ours("returned"), theirs("failed"), False),
        ("amount_differs", ours(), theirs(amount_minor=5), True),
        ("unknown_to_us", None, theirs(), True),
        ("unknown_to_us", ours(), theirs(), False),
        ("unknown_to_them", ours(), None, True),
        ("unknown_to_them", ours("returned"), None, False),
    ],
)
def test_a_statements_difference_goes_away_with_the_ledger(
    kind: Any, row: RefundRow | None, told: Theirs | None, is_there: bool
) -> None:
    assert is_there_still(kind, row, told, told=False) is is_there


def test_one_that_a_later_statement_tells_of_is_unknown_no_more() -> None:
    assert not is_there_still("unknown_to_them", ours(), None, told=True)


def test_near_midnight_a_refund_may_be_on_either_days_statement() -> None:
    late = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)  # 23:59 in China
    row = ours(first_sent_at=late, state_since=late + timedelta(minutes=2))
    both = [date(2026, 11, 20), date(2026, 11, 21)]
    assert days_of(row, "wechat") == both
    assert days_of(row, "stripe") == both[:1]
    assert not must_be_told(row, "wechat", both[:1])
    assert must_be_told(row, "wechat", both)
    assert not must_be_told(ours("pending"), "wechat", both)


@pytest.mark.parametrize(
    ("kind", "changes", "is_to_be_told"),
    [
        ("behind", {}, True),
        ("behind", {"hinted_at": NOON}, False),
        ("stopped", {"hinted_at": NOON}, True),
        ("stopped", {"hinted_at": NOON, "opened_at": NOON}, False),
        ("amount_differs", {"hint": False}, False),
    ],
)
def test_a_workflow_that_runs_is_told_once_and_one_that_is_gone_each_time(
    kind: str, changes: dict[str, Any], is_to_be_told: bool
) -> None:
    assert task(kind, **changes).is_to_be_told is is_to_be_told


def task(kind: str, **changes: Any) -> Task:
    given: dict[str, Any] = {
        "task_id": 1,
        "kind": kind,
        "provider": "wechat",
        "merchant": "m1",
        "subject": "rf-m1-17-1",
        "source": "query",
        "facts": {},
        "mark": "",
        "hint": True,
        "first_seen_at": NOON,
        "seen_again_at": NOON,
    }
    return Task.model_validate({**given, **changes})


def test_every_kind_says_what_to_do() -> None:
    assert set(DO) == set(KINDS)
    assert [task(kind).do for kind in KINDS] == [DO[kind] for kind in KINDS]


@pytest.mark.parametrize(
    ("ours_told", "theirs_told", "known"),
    [
        (ours(), None, ("refund:m1:17:1", "rf-m1-17-1", None)),
        (None, theirs(), (None, None, theirs())),
        (ours(), theirs(), ("refund:m1:17:1", "rf-m1-17-1", theirs())),
    ],
)
def test_a_task_knows_the_sides_that_its_finding_had(
    ours_told: RefundRow | None,
    theirs_told: Theirs | None,
    known: tuple[str | None, str | None, Theirs | None],
) -> None:
    finding = Finding(
        kind="behind",
        source="query",
        provider="wechat",
        merchant="m1",
        subject="rf-m1-17-1",
        ours=ours_told,
        theirs=theirs_told,
    )
    written = {**finding.model_dump(include={"kind", "source", "provider", "merchant", "subject", "hint"})}
    seen = {"task_id": 1, "mark": finding.mark, "first_seen_at": NOON, "seen_again_at": NOON}
    task = Task.model_validate({**written, **seen, "facts": finding.facts})
    assert (task.refund_id, task.key, task.theirs) == known
