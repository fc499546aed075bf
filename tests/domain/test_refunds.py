"""A refund's key, states and facts (design §5)."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.cases.messages import report_of
from domain.goodwill import GoodwillBounds
from domain.policy.work_rules import RefundRules
from domain.refunds import (
    NEXT_STATES,
    OPEN_STATES,
    PayRefund,
    RefundOutcome,
    RefundRow,
    ResolveRefund,
    ended,
    refund_key,
    requested,
)
from domain.returns.messages import OpenReturn

AT = datetime(2026, 11, 16, tzinfo=UTC)
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
ORDER = PayRefund(
    case_id="return:m1:R-1",
    merchant="m1",
    number="R-1",
    seq=1,
    order_id="SO-1",
    amount_minor=3333,
    currency="CNY",
    rules=RULES,
)
SLUGS = st.text("abcXYZ019_.-", min_size=1, max_size=64)


def test_the_key_names_case_and_number():
    assert (ORDER.key, ORDER.refund_id) == ("rf-m1-R-1-1", "refund:m1:R-1:1")
    assert ORDER.intent("sandbox").key == ORDER.key


@given(merchant=SLUGS, number=SLUGS, seq=st.integers(1, 999))
def test_every_rail_takes_the_key(merchant: str, number: str, seq: int):
    key = refund_key(merchant, number, seq)
    assert len(key) <= 40
    assert re.fullmatch(r"[A-Za-z0-9_-]+", key)


@pytest.mark.parametrize(
    ("number", "seq", "part", "key"),
    [
        ("R" * 32, 1, 1, f"rf-m1-{'R' * 32}-1"),
        ("R" * 30, 1, 2, f"rf-m1-{'R' * 30}-1p2"),
        ("R" * 33, 1, 1, f"rf-m1-{'R' * 19}_322c52ccfc81-1"),
        ("R_1", 12, 1, "rf-m1-R-1_8ad8a0e55a44-12"),
    ],
)
def test_a_name_stays_plain_as_long_as_it_fits(number: str, seq: int, part: int, key: str):
    """A gateway knows refunds by these for ever, so none may ever be made in another way."""
    assert refund_key("m1", number, seq, part=part) == key


@example(first=("a-b", "c"), second=("a", "b-c"), seq=1)
@example(first=("a", "b_c"), second=("a", "b.c"), seq=1)
@given(first=st.tuples(SLUGS, SLUGS), second=st.tuples(SLUGS, SLUGS), seq=st.integers(1, 99))
def test_two_cases_never_share_a_key(first: tuple[str, str], second: tuple[str, str], seq: int):
    if first != second:
        assert refund_key(*first, seq) != refund_key(*second, seq)


def test_what_is_settled_or_failed_is_never_open_again():
    for state in ("settled", "failed", "returned"):
        assert not set(NEXT_STATES[state]) & set(OPEN_STATES)


def test_the_stream_tells_request_and_end():
    assert requested(ORDER, AT).events[0].data["amount_minor"] == 3333
    outcome = RefundOutcome(state="settled", at=AT, provider_ref="p-1")
    batch = ended(ORDER, 2, outcome)
    assert (batch.case_id, batch.events[0].type, batch.events[0].data) == (
        ORDER.refund_id,
        "refund.settled",
        {"provider_ref": "p-1"},
    )
    assert report_of(ORDER, outcome).seq == 1


def test_the_stream_tells_of_a_part_where_its_payment_has_a_name():
    row = RefundRow(**ORDER.intent("first").model_dump(), state="sent", state_since=AT)
    part = row.model_copy(update={"part": 2, "payment_id": "PAY-2", "amount_minor": 5})
    outcome = RefundOutcome(state="failed", at=AT, reason="frozen")
    (plain,), (named,) = ended(ORDER, 2, outcome, row=row).events, ended(ORDER, 3, outcome, row=part).events
    assert plain.data == {"reason": "frozen"}
    assert named.data == {"reason": "frozen", "part": 2, "payment_id": "PAY-2", "amount_minor": 5}
    assert (named.seq, named.actor, named.at) == (3, "system", AT)


def test_the_request_is_told_with_its_key():
    assert requested(ORDER, AT).events[0].data == {
        "case_id": "return:m1:R-1",
        "order_id": "SO-1",
        "seq": 1,
        "amount_minor": 3333,
        "currency": "CNY",
        "key": "rf-m1-R-1-1",
    }


def test_a_refund_that_says_nothing_of_parts_is_one_part():
    assert (ORDER.intent("first").part, RefundOutcome(state="settled", at=AT).part) == (1, 1)
    assert RefundOutcome(state="settled", at=AT).paid_minor == 0


def test_what_the_merchant_gives_says_so_from_the_start():
    bounds = GoodwillBounds(customer_id="c1", per_order_minor=9, per_customer_minor=9, within="90d")
    gift = ORDER.model_copy(update={"purpose": "voucher", "goodwill": bounds})
    assert requested(gift, AT).events[0].data["purpose"] == "voucher"
    assert "purpose" not in requested(ORDER, AT).events[0].data
    intent = gift.intent("voucher", from_captured=False)
    assert (intent.purpose, intent.customer_id, intent.from_captured) == ("voucher", "c1", False)


def test_who_says_that_it_was_paid_gives_the_providers_reference():
    with pytest.raises(ValueError, match="provider_ref"):
        ResolveRefund(by="ops1", paid=True, reason="seen on their page")
    assert not ResolveRefund(by="ops1", paid=False, reason="they know nothing").paid


def test_a_version_from_the_future_is_not_guessed_at():
    with pytest.raises(ValueError, match="unsupported_schema"):
        PayRefund.model_validate({**ORDER.model_dump(), "schema_version": 2})


def test_a_case_id_names_merchant_and_number():
    reopening = {"merchant": "m1", "number": "R-1", "reopen": {"reason": "by_ops", "by": "o1"}}
    assert OpenReturn.model_validate(reopening).case_id == "return:m1:R-1"


@pytest.mark.parametrize("amount_minor", [0, -1, True, 1.0, "1", 10**15 + 1, None])
def test_what_is_no_amount_is_never_asked_for(amount_minor: object):
    with pytest.raises(ValidationError, match="amount_minor"):
        PayRefund.model_validate({**ORDER.model_dump(), "amount_minor": amount_minor})
