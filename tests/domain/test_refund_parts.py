"""A refund over several payments: what is taken from which, its keys, and what it comes to."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import OverCap
from domain.orders import Order
from domain.refund_parts import PaymentLeft, split, together
from domain.refunds import KEY_LENGTH_MAX, RefundOutcome, refund_key

AT = datetime(2026, 11, 16, tzinfo=UTC)


def left(*amounts: int) -> list[PaymentLeft]:
    return [PaymentLeft(payment_id=f"P-{n}", left_minor=amount) for n, amount in enumerate(amounts, 1)]


@pytest.mark.parametrize(
    ("amount_minor", "payments", "expected"),
    [
        (600, (600, 400), [(1, "P-1", 600)]),
        (601, (600, 400), [(1, "P-1", 600), (2, "P-2", 1)]),
        (1000, (600, 400), [(1, "P-1", 600), (2, "P-2", 400)]),
        (400, (0, 400), [(1, "P-2", 400)]),
        (400, (-5, 400), [(1, "P-2", 400)]),
        (1, (0, 0, 1), [(1, "P-3", 1)]),
    ],
)
def test_each_payment_is_taken_from_until_it_is_exhausted(
    amount_minor: int, payments: tuple[int, ...], expected: list[tuple[int, str, int]]
) -> None:
    shares = split(amount_minor, left(*payments))
    assert [(share.part, share.payment_id, share.amount_minor) for share in shares] == expected


def test_more_than_all_payments_have_left_is_refused() -> None:
    with pytest.raises(OverCap) as refused:
        split(1001, left(600, 400))
    assert refused.value.detail == {"left_minor": 1000}


@given(amounts=st.lists(st.integers(0, 1000), min_size=1, max_size=6), wanted=st.integers(1, 6000))
def test_shares_add_up_and_none_is_above_its_payment(amounts: list[int], wanted: int) -> None:
    if wanted > sum(amounts):
        with pytest.raises(OverCap):
            split(wanted, left(*amounts))
        return
    shares = split(wanted, left(*amounts))
    assert sum(share.amount_minor for share in shares) == wanted
    room = {payment.payment_id: payment.left_minor for payment in left(*amounts)}
    assert all(0 < share.amount_minor <= room[share.payment_id] for share in shares)


def end(
    state: Literal["settled", "failed", "held", "returned"], part: int = 1, later: int = 0
) -> RefundOutcome:
    return RefundOutcome(state=state, at=AT + timedelta(hours=later), reason=state, part=part)


def test_a_refund_of_one_part_is_what_its_part_is() -> None:
    assert together([(600, end("failed"))]) == end("failed")


def test_it_is_settled_when_all_parts_are_and_when_the_last_was() -> None:
    whole = together([(600, end("settled", later=2)), (400, end("settled", 2))])
    assert (whole.state, whole.at, whole.paid_minor) == ("settled", AT + timedelta(hours=2), 0)


def test_it_fails_with_what_was_paid_nevertheless() -> None:
    whole = together([(600, end("settled")), (400, end("failed", 2))])
    assert (whole.state, whole.paid_minor, whole.part) == ("failed", 600, 2)


def test_the_first_held_part_counts_most() -> None:
    whole = together([(1, end("failed")), (2, end("held", 2)), (3, end("held", 3)), (4, end("settled", 4))])
    assert (whole.state, whole.part, whole.paid_minor) == ("held", 2, 4)


def test_money_of_one_part_that_came_back_is_not_settled() -> None:
    whole = together([(600, end("settled")), (400, end("returned", 2))])
    assert (whole.state, whole.paid_minor, whole.part) == ("returned", 600, 2)
    assert together([(600, end("returned")), (400, end("failed", 2))]).state == "failed"


def test_a_part_has_a_key_of_its_own_that_no_other_refund_has() -> None:
    assert refund_key("m1", "R-1", 1, part=2) == "rf-m1-R-1-1p2"
    long = "R" * 60
    keys = {
        refund_key("m1", number, seq, part=p) for number in ("R-1", long) for seq in (1, 2) for p in (1, 2, 9)
    }
    assert len(keys) == 12
    assert all(len(key) <= KEY_LENGTH_MAX for key in keys)


def order(*payments: dict[str, Any], **changes: Any) -> Order:
    line = {"line": "1", "sku": "CUP", "title": "Cup", "quantity": 1, "paid_minor": 900}
    given = {
        "order_id": "SO-1",
        "merchant": "m1",
        "customer_id": "c1",
        "currency": "CNY",
        "placed_at": AT,
        "timezone": "Asia/Shanghai",
        "freight_paid_minor": 100,
        "lines": [line],
        "payments": list(payments),
    }
    return Order.model_validate({**given, **changes})


def paid(payment_id: str, amount_minor: Any, currency: str = "CNY") -> dict[str, Any]:
    return {"payment_id": payment_id, "amount_minor": amount_minor, "currency": currency}


def test_what_was_captured_is_the_sum_of_the_payments_or_lines_and_freight() -> None:
    assert order().captured_minor == 1000
    assert order(paid("P-1", 600), paid("P-2", 300)).captured_minor == 900


@pytest.mark.parametrize(
    ("payments", "why"),
    [
        ([paid("P-1", 600), paid("P-1", 300)], "twice"),
        ([paid("P-1", 600), paid("P-2", 300, "GBP")], "the order's currency"),
        ([paid("P-1", 600), paid("P-2", 401)], "more than the 1000"),
        ([paid("P-1", 0)], "greater than or equal to 1"),
        ([paid("P-1", True)], "valid integer"),
        ([paid("P:1", 1)], "pattern"),
    ],
)
def test_payments_that_cannot_be_this_orders_are_refused(payments: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        order(*payments)
