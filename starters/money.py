"""How amounts are printed."""

from babel.numbers import format_currency

from domain.currencies import as_major

LOCALE = "en"


def money(amount_minor: int, currency: str) -> str:
    """Minor units as people write them, with the ISO code: `CNY 12.90`."""
    return format_currency(as_major(amount_minor, currency), currency, "¤¤ #,##0.00", locale=LOCALE)
