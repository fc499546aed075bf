"""The sandbox's own statement: plain CSV in minor units, times with their offset."""

from datetime import datetime

from domain.reconciliation import Theirs
from providers.statements.reading import Content, Row, check_head, csv_rows, headed, once

HEAD = ("ref", "key", "amount_minor", "currency", "state", "at")
STATES = ("pending", "settled", "failed")


def read_sandbox(text: str) -> Content:
    """The refunds of the statement."""
    head: list[str] | None = None
    seen: dict[tuple[str, ...], int] = {}
    lines: list[Theirs] = []
    for number, cells in csv_rows(text):
        if head is None:
            head = [cell.strip() for cell in cells]
            check_head(number, head, HEAD, "statement of the sandbox")
            continue
        row = headed(number, head, cells)
        once(row, seen, row.needed("ref"), row.needed("state"))
        lines.append(_line(row))
    return Content(lines)


def _line(row: Row) -> Theirs:
    if row.needed("state") not in STATES:
        raise row.wrong("state", f"is none of {', '.join(STATES)}")
    return Theirs.model_validate(
        {
            "ref": row.needed("ref"),
            "key": row.needed("key"),
            "amount_minor": row.minor("amount_minor"),
            "currency": row.currency("currency"),
            "state": row.text("state"),
            "at": _time(row),
            "row": row.number,
            "payment_id": row.text("order_id") or None,
        }
    )


def _time(row: Row) -> datetime:
    try:
        at = datetime.fromisoformat(row.needed("at"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise row.wrong("at", "is no time with its offset")
    return at
