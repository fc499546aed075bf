"""What a report says: ok where all holds, what is wrong where not, and always what it does not prove."""

from typing import Any

import pytest

from storm.report import NOT_PROVED, Money, Report, lines_of
from storm.visible import Seen

MONEY: dict[str, Any] = {
    "cases": 1,
    "refunds": 2,
    "paid_minor": 6666,
    "promised_minor": 6666,
    "duplicate_refunds": 0,
    "over_cap": 0,
    "unreconciled_minor": 0,
    "violations": [],
}
TWICE = {"invariant": "I1", "subject": "rf-1", "message": "paid 2 times"}


def told(money: dict[str, Any] | None = None, seen: Seen | None = None, wrong: str = "") -> Report:
    return Report(
        seed=7,
        cases=2000,
        cases_per_second=2.5,
        took_seconds=800.0,
        kills={"worker": 36, "postgres": 8, "temporal": 8, "sandbox": 8},
        kills_at={"any": 20, "sent": 40},
        lines={"postgres cut": 8, "postgres held": 7, "temporal cut": 8, "temporal held": 7},
        replies_lost=700,
        webhooks={"taken": 7200, "refused": 480},
        sent_twice=1200,
        resent=40,
        ops={"resets": 100, "cases terminated": 60, "refunds terminated": 20},
        poison={"starts": 40, "updates": 40},
        races_refused=40,
        recovery_p50_seconds=1.0,
        recovery_p99_seconds=17.0,
        recovery_max_seconds=20.0,
        back_p99_seconds={},
        money=Money.model_validate({**MONEY, **(money or {})}),
        seen=seen or Seen(ended=2000, breaches=120),
        wrong=[wrong] if wrong else [],
    )


def test_where_all_holds_it_says_so_in_eighty_columns_and_what_it_does_not_prove() -> None:
    report = told()
    lines = lines_of(report)
    assert report.holds
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if "FAIL" in line]
    assert lines[-len(NOT_PROVED) :] == [f"  {each}" for each in NOT_PROVED]


@pytest.mark.parametrize(
    ("report", "verdict", "violation"),
    [
        (
            told({"duplicate_refunds": 1, "violations": [TWICE]}),
            "I1  1 dup",
            "I1 rf-1: paid 2 times",
        ),
        (told(seen=Seen(lost=["return:storm:S-1"])), "I4  1 lost", "I4 lost: return:storm:S-1"),
        (
            told(seen=Seen(stuck=["return:storm:S-1"])),
            "1 stuck",
            "I4 stuck: return:storm:S-1",
        ),
        (told(seen=Seen(breached_again=["x, recorded 2 times"])), "I5", "I5 breach: x, recorded 2 times"),
        (told(seen=Seen(books_differ=["verify: y"])), "I6", "I6 books: verify: y"),
        (told(wrong="died by itself: worker-1"), "1 things", "died by itself: worker-1"),
    ],
)
def test_what_is_wrong_is_counted_and_named(report: Report, verdict: str, violation: str) -> None:
    lines = lines_of(report)
    assert not report.holds
    assert [line for line in lines if "FAIL" in line and verdict in line]
    assert f"  {violation}" in lines
