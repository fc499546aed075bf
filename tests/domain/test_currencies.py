"""Amounts in minor units and in whole ones, in currencies with 0, 2, 3 and 4 decimals."""

from decimal import Decimal

import pytest

from domain.currencies import as_major, as_minor

PAIRS = [("CNY", 1290, "12.90"), ("JPY", 1290, "1290"), ("KWD", 1290, "1.290"), ("CLF", 1290, "0.1290")]


@pytest.mark.parametrize(("currency", "minor", "major"), PAIRS)
def test_an_amount_is_the_same_both_ways(currency: str, minor: int, major: str) -> None:
    assert str(as_major(minor, currency)) == major
    assert as_minor(Decimal(major), currency) == minor


@pytest.mark.parametrize(("currency", "major"), [("CNY", "0.005"), ("JPY", "0.5"), ("KWD", "0.0001")])
def test_less_than_a_minor_unit_is_no_amount(currency: str, major: str) -> None:
    with pytest.raises(ValueError, match=f"{currency} has . decimals"):
        as_minor(Decimal(major), currency)
