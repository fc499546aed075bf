"""Minor units of currencies (ISO 4217): how many of them make one, and an amount as people write it."""

from decimal import Decimal

# Every other currency has two digits. Written as text: a list of seventeen quoted codes is harder to check.
WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
WITH_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
WITH_FOUR_DIGITS = "CLF UYW"

_DIGITS = {
    code: digits
    for codes, digits in ((WITHOUT_MINOR_UNIT, 0), (WITH_THREE_DIGITS, 3), (WITH_FOUR_DIGITS, 4))
    for code in codes.split()
}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit: 2 for CNY, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def as_major(amount_minor: int, currency: str) -> Decimal:
    """The amount in whole units with its decimals: 1290 fen are 12.90."""
    return Decimal(amount_minor).scaleb(-minor_digits(currency))


def as_minor(major: Decimal, currency: str) -> int:
    """The amount in minor units: 12.90 are 1290 fen. Raises `ValueError` for one that is no whole number."""
    minor = major.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {minor_digits(currency)} decimals")
    return int(minor)
