"""Amounts: parts of a line always add up to what was paid, and freight comes with the whole order only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import QuantityExceeds
from domain.orders import Order, OrderLine
from domain.records import UnitRange
from domain.returns.amounts import (
    RefundPreview,
    goods_value,
    is_whole_order,
    lowest_free,
    preview,
    units_value,
    with_return_freight,
)


def line(quantity: int, paid_minor: int, name: str = "1") -> OrderLine:
    return OrderLine(line=name, sku="CUP-01", title="Cup", quantity=quantity, paid_minor=paid_minor)


def order(*lines: OrderLine) -> Order:
    return Order.model_validate(
        {
            "order_id": "SO-1",
            "merchant": "m1",
            "customer_id": "c1",
            "currency": "CNY",
            "placed_at": "2026-11-11T00:03:00+08:00",
            "timezone": "Asia/Shanghai",
            "freight_paid_minor": 800,
            "lines": lines,
        }
    )


def units(*pairs: tuple[int, int]) -> list[UnitRange]:
    return [UnitRange(first=first, last=last) for first, last in pairs]


def numbers(ranges: list[UnitRange]) -> list[int]:
    return [number for part in ranges for number in range(part.first, part.last + 1)]


@pytest.mark.parametrize(
    ("ranges", "worth"),
    [
        (units((1, 1)), 3333),
        (units((2, 2)), 3333),
        (units((3, 3)), 3334),
        (units((1, 2)), 6666),
        (units((2, 3)), 6667),
        (units((1, 1), (3, 3)), 6667),
        (units((1, 3)), 10000),
        ([], 0),
    ],
)
def test_units_are_worth_the_difference_of_cumulative_floors(ranges: list[UnitRange], worth: int) -> None:
    assert units_value(line(3, 10000), ranges) == worth


@pytest.mark.parametrize("ranges", [units((0, 1)), units((3, 4))])
def test_a_unit_that_was_not_bought_has_no_value(ranges: list[UnitRange]) -> None:
    with pytest.raises(QuantityExceeds, match="line 1 has units 1 to 3"):
        units_value(line(3, 10000), ranges)


@given(st.integers(1, 200), st.integers(0, 10**9), st.data())
def test_any_disjoint_split_adds_up_to_what_was_paid(quantity: int, paid: int, data: st.DataObject) -> None:
    """However a line is split among claims, they add up to the fen."""
    owners = data.draw(st.lists(st.integers(0, 4), min_size=quantity, max_size=quantity))
    worths = [
        units_value(line(quantity, paid), units(*((n, n) for n, own in enumerate(owners, 1) if own == owner)))
        for owner in range(5)
    ]
    assert sum(worths) == paid
    assert min(worths) >= 0


@given(st.integers(1, 40), st.data())
def test_lowest_free_takes_the_lowest_units_that_nobody_has(quantity: int, data: st.DataObject) -> None:
    """It agrees with picking from the sorted list of free numbers, also when claims overlap or exceed."""
    spans = st.tuples(st.integers(1, quantity + 3), st.integers(0, 5)).map(lambda s: (s[0], s[0] + s[1]))
    taken = units(*data.draw(st.lists(spans, max_size=6)))
    wanted = data.draw(st.integers(0, quantity))
    free = [number for number in range(1, quantity + 1) if number not in set(numbers(taken))]
    assert numbers(lowest_free(quantity, taken, wanted)) == free[:wanted]


def test_goods_add_up_over_lines_and_forget_those_not_named() -> None:
    bought = order(line(3, 10000), line(2, 501, "2"), line(1, 99, "3"))
    assert goods_value(bought, {"1": units((3, 3)), "2": units((1, 2))}) == 3334 + 501


def test_the_whole_order_is_every_unit_of_every_line() -> None:
    bought = order(line(3, 10000), line(1, 500, "2"))
    assert is_whole_order(bought, {"1": units((1, 3)), "2": units((1, 1))})
    assert not is_whole_order(bought, {"1": units((1, 3))})
    assert not is_whole_order(bought, {"1": units((1, 2)), "2": units((1, 1))})


@pytest.mark.parametrize(
    ("ranges", "freight_back", "freight"),
    [(units((1, 3)), True, 800), (units((1, 3)), False, 0), (units((2, 3)), True, 0)],
)
def test_outbound_freight_comes_back_with_the_whole_order_only(
    ranges: list[UnitRange], freight_back: bool, freight: int
) -> None:
    refund = preview(order(line(3, 10000)), {"1": ranges}, outbound_freight_back=freight_back)
    assert refund.outbound_freight_minor == freight
    assert refund.total_minor == refund.goods_minor + freight
    assert refund.currency == "CNY"


@pytest.mark.parametrize(("paid", "back"), [(0, 0), (1200, 1200), (3000, 3000), (9000, 3000)])
def test_the_customers_freight_is_paid_back_up_to_the_cap(paid: int, back: int) -> None:
    before = RefundPreview(goods_minor=3333, outbound_freight_minor=800, total_minor=4133, currency="CNY")
    refund = with_return_freight(before, paid, cap_minor=3000)
    assert (refund.return_freight_minor, refund.total_minor) == (back, 4133 + back)
