"""What may be done with a refund that is not certain yet, at the very edge of each rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.policy.work_rules import RefundRules
from domain.refund_rules import (
    ABSENT,
    ABSENT_TWICE_APART,
    is_absent_for_good,
    is_certain_no,
    may_send_again,
    next_look_in,
)
from domain.refunds import RefundRow

AT = datetime(2026, 11, 16, tzinfo=UTC)
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
A_DAY, INSTANT = timedelta(hours=24), timedelta(microseconds=1)


def row(**changes: Any) -> RefundRow:
    given: dict[str, Any] = {
        "refund_id": "refund:m1:R-1:1",
        "key": "rf-m1-R-1-1",
        "case_id": "return:m1:R-1",
        "seq": 1,
        "merchant": "m1",
        "order_id": "SO-1",
        "amount_minor": 100,
        "currency": "CNY",
        "provider": "sandbox",
        "state": "unknown",
        "state_since": AT,
    }
    return RefundRow.model_validate({**given, **changes})


@pytest.mark.parametrize(
    ("after", "window", "may"),
    [
        (timedelta(hours=23) - INSTANT, A_DAY, True),
        (timedelta(hours=23), A_DAY, False),
        (timedelta(hours=25), A_DAY, False),
        (timedelta(days=900), None, True),
    ],
)
def test_nothing_is_sent_again_from_the_margin_before_the_keys_end(
    after: timedelta, window: timedelta | None, may: bool
) -> None:
    assert may_send_again(AT, AT + after, window, RULES) is may


@pytest.mark.parametrize(
    ("attempts", "reason", "certain"),
    [(1, "frozen", True), (2, "frozen", False), (0, "frozen", False), (1, "idempotency_conflict", False)],
)
def test_only_a_no_to_the_first_sending_is_certain(attempts: int, reason: str, certain: bool) -> None:
    assert is_certain_no(row(attempts=attempts), reason) is certain


@pytest.mark.parametrize(
    ("error", "after", "for_good"),
    [
        (ABSENT, ABSENT_TWICE_APART, True),
        (ABSENT, ABSENT_TWICE_APART - INSTANT, False),
        ("no answer", ABSENT_TWICE_APART, False),
        (None, ABSENT_TWICE_APART, False),
    ],
)
def test_a_refund_is_absent_when_it_was_so_twice_ten_minutes_apart(
    error: str | None, after: timedelta, for_good: bool
) -> None:
    assert timedelta(minutes=10) == ABSENT_TWICE_APART
    assert is_absent_for_good(row(last_error=error), AT + after) is for_good


@pytest.mark.parametrize(
    ("looks", "seconds"), [(0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (5000, 3600)]
)
def test_waits_double_up_to_the_longest(looks: int, seconds: int) -> None:
    assert next_look_in(RULES, looks) == timedelta(seconds=seconds)


def test_however_long_the_longest_wait_is_there_is_an_end_to_doubling() -> None:
    patient = RULES.model_copy(update={"poll_max": "9000h"})
    assert next_look_in(patient, 16) == next_look_in(patient, 17) == timedelta(seconds=30) * 2**16
