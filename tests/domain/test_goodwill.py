"""What the merchant gives beyond the price is bounded per order and per customer."""

import pytest

from domain.errors import OverBudget
from domain.goodwill import Given, GoodwillBounds, check_goodwill
from domain.policy.goodwill_rules import GoodwillBudget, GoodwillRules

BOUNDS = GoodwillBounds(customer_id="c1", per_order_minor=500, per_customer_minor=800, within="90d")


def budget(per_order_minor: int) -> GoodwillBudget:
    return GoodwillBudget(
        per_order_minor={"CNY": per_order_minor}, per_customer_minor={"CNY": 800}, within="90d"
    )


RULES = GoodwillRules(compensation=budget(500), voucher=budget(300))


@pytest.mark.parametrize(
    ("order_minor", "customer_minor", "amount_minor"), [(0, 0, 500), (499, 799, 1), (0, 300, 500)]
)
def test_what_is_left_may_be_given(order_minor: int, customer_minor: int, amount_minor: int) -> None:
    check_goodwill(BOUNDS, Given(order_minor=order_minor, customer_minor=customer_minor), amount_minor)


@pytest.mark.parametrize(
    ("order_minor", "customer_minor", "amount_minor", "whose", "left_minor"),
    [
        (0, 0, 501, "order", 500),
        (500, 500, 1, "order", 0),
        (700, 700, 1, "order", 0),
        (0, 400, 401, "customer", 400),
    ],
)
def test_more_is_refused_and_says_what_is_left(
    order_minor: int, customer_minor: int, amount_minor: int, whose: str, left_minor: int
) -> None:
    given = Given(order_minor=order_minor, customer_minor=customer_minor)
    with pytest.raises(OverBudget) as refused:
        check_goodwill(BOUNDS, given, amount_minor)
    assert refused.value.detail == {"of": whose, "left_minor": left_minor}


def test_each_purpose_has_its_budget_and_what_was_paid_has_none() -> None:
    assert RULES.bounds("compensation", "c1", "CNY") == BOUNDS
    voucher = RULES.bounds("voucher", "c1", "CNY")
    assert voucher is not None
    assert voucher.per_order_minor == 300
    assert RULES.bounds("refund", "c1", "CNY") is None


def test_a_currency_that_is_not_named_gets_nothing() -> None:
    bounds = RULES.bounds("compensation", "c1", "GBP")
    assert bounds is not None
    assert (bounds.per_order_minor, bounds.per_customer_minor) == (0, 0)
