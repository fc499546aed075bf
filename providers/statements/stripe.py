"""Stripe's itemised balance report (`balance_change_from_activity.itemized.3`), exported for days of UTC.

Amounts are in whole units with a sign; the metadata of a refund are columns that the export has to name.
"""

from datetime import UTC

from domain.provider_news import ProviderState
from domain.reconciliation import Theirs
from providers.statements.reading import Content, Row, check_head, csv_rows, headed, once

KEY = "refund_metadata[casework_key]"
NEEDED = (
    "balance_transaction_id",
    "created_utc",
    "currency",
    "gross",
    "reporting_category",
    "source_id",
    KEY,
)
CATEGORIES: dict[str, ProviderState] = {"refund": "settled", "refund_failure": "failed"}
"""Every other kind of movement (charges, fees, payouts) is no refund."""


def read_stripe(text: str) -> Content:
    """The refunds of the report, and those that failed after all."""
    head: list[str] | None = None
    seen: dict[tuple[str, ...], int] = {}
    lines: list[Theirs] = []
    for number, cells in csv_rows(text):
        if head is None:
            head = [cell.strip() for cell in cells]
            check_head(number, head, NEEDED, "itemised report of Stripe's balance")
            continue
        row = headed(number, head, cells)
        once(row, seen, row.needed("balance_transaction_id"))
        if row.needed("reporting_category") in CATEGORIES:
            lines.append(_line(row))
    return Content(lines)


def _line(row: Row) -> Theirs:
    """Paid amounts are those that the customer sees; the balance may be in another currency."""
    state = CATEGORIES[row.text("reporting_category")]
    is_facing = bool(row.text("customer_facing_amount"))
    amount, currency = (
        ("customer_facing_amount", "customer_facing_currency") if is_facing else ("gross", "currency")
    )
    minor = row.amount(amount, row.currency(currency))
    if not is_facing and (minor < 0) != (state == "settled"):
        raise row.wrong("gross", f"has the wrong sign for a {row.text('reporting_category')}")
    return Theirs(
        ref=row.needed("source_id"),
        key=row.text(KEY) or None,
        amount_minor=abs(minor),
        currency=row.currency(currency),
        state=state,
        at=row.time("created_utc", UTC),
        row=row.number,
        payment_id=row.text("payment_intent_id") or None,
    )
