"""What a refund may take of its order and of the order's payments, and when a repeated one is the same."""

from typing import Any

import pytest

from domain.budgets import Budget, check_budget, check_currency, check_same, parts_of
from domain.errors import CurrencyMismatch, IdempotencyConflict, OverCap
from domain.refund_parts import PaymentLeft, Share
from domain.refunds import RefundIntent

BUDGET = Budget(
    merchant="m1",
    order_id="SO-1",
    currency="CNY",
    captured_minor=1000,
    reserved_minor=300,
    settled_minor=200,
    recovered_minor=50,
)
PAYMENTS = [
    PaymentLeft(payment_id="PAY-1", left_minor=300),
    PaymentLeft(payment_id="PAY-2", rail="second", left_minor=250),
]


def intent(amount_minor: int = 400, **changes: Any) -> RefundIntent:
    given: dict[str, Any] = {
        "refund_id": "refund:m1:R-1:1",
        "key": "rf-m1-R-1-1",
        "case_id": "return:m1:R-1",
        "seq": 1,
        "merchant": "m1",
        "order_id": "SO-1",
        "amount_minor": amount_minor,
        "currency": "CNY",
        "provider": "first",
    }
    return RefundIntent.model_validate({**given, **changes})


def part_of(whole: RefundIntent, share: Share) -> RefundIntent:
    taken = share.model_dump(include={"part", "payment_id", "amount_minor"})
    key = whole.key if share.part == 1 else f"{whole.key}p{share.part}"
    return whole.model_copy(update={**taken, "key": key, "provider": share.rail or whole.provider})


def test_what_is_on_its_way_counts_like_what_is_paid_and_what_came_back_does_not() -> None:
    assert (BUDGET.committed_minor, BUDGET.left_minor) == (450, 550)


def test_all_that_is_left_may_be_taken_and_nothing_more() -> None:
    check_budget(BUDGET, intent(550))
    with pytest.raises(OverCap) as refused:
        check_budget(BUDGET, intent(551))
    assert refused.value.detail == {"left_minor": 550}


def test_what_is_not_taken_from_what_was_captured_is_not_bounded_by_it() -> None:
    check_budget(BUDGET, intent(551, from_captured=False))


@pytest.mark.parametrize("from_captured", [True, False])
def test_another_currency_is_refused_whatever_is_left(from_captured: bool) -> None:
    with pytest.raises(CurrencyMismatch) as refused:
        check_budget(BUDGET, intent(1, currency="GBP", from_captured=from_captured))
    assert refused.value.detail == {"currency": "CNY"}
    check_currency(BUDGET, "CNY")


def test_an_order_without_named_payments_has_one_part() -> None:
    assert parts_of(intent(), [], part_of) == [intent()]


def test_without_a_way_to_split_it_is_one_part() -> None:
    assert parts_of(intent(), PAYMENTS, None) == [intent()]


def test_named_payments_are_taken_from_in_their_order() -> None:
    parts = parts_of(intent(), PAYMENTS, part_of)
    assert [(each.payment_id, each.provider, each.amount_minor) for each in parts] == [
        ("PAY-1", "first", 300),
        ("PAY-2", "second", 100),
    ]


def test_what_the_merchant_gives_beyond_is_paid_beside_the_first_payment_as_a_whole() -> None:
    gift = intent(900, from_captured=False)
    assert parts_of(gift, PAYMENTS, part_of) == [gift.model_copy(update={"payment_id": "PAY-1"})]


def test_the_same_again_is_known_by_its_parts_together() -> None:
    check_same([intent()], intent())
    check_same(parts_of(intent(), PAYMENTS, part_of), intent())
    behind = [PAYMENTS[0].model_copy(update={"left_minor": 0}), *PAYMENTS[1:]]
    by_second = parts_of(intent(200), behind, part_of)
    assert by_second[0].provider == "second"
    check_same(by_second, intent(200))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 401},
        {"seq": 2},
        {"currency": "GBP"},
        {"purpose": "compensation"},
        {"provider": "other"},
        {"key": "rf-m1-R-1-2"},
    ],
)
def test_anything_else_under_its_number_is_another_refund(changes: dict[str, Any]) -> None:
    with pytest.raises(IdempotencyConflict) as refused:
        check_same([intent()], intent(**changes))
    assert refused.value.detail == {"key": intent(**changes).key}


def test_of_several_payments_each_has_a_gateway_of_its_own_but_one_sum() -> None:
    parts = parts_of(intent(), PAYMENTS, part_of)
    check_same(parts, intent(provider="other"))
    with pytest.raises(IdempotencyConflict):
        check_same(parts, intent(399))
