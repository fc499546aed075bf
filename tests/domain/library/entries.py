"""Entries for the tests of the library: a broken cup, and whatever differs from it."""

from datetime import UTC, datetime
from typing import Any

from domain.library.entry import LibraryEntry

CLOSED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CUP = "complaint:m1:C-1"


def make_entry(number: str = "C-1", **changes: Any) -> LibraryEntry:
    """A complaint about a cup that arrived broken."""
    given: dict[str, Any] = {
        "case_id": f"complaint:m1:{number}",
        "kind": "complaint",
        "merchant": "m1",
        "order_id": "SO-1",
        "opened_at": datetime(2026, 11, 18, 2, 0, tzinfo=UTC),
        "closed_at": CLOSED_AT,
        "outcome": "refunded",
        "language": "zh-CN",
    }
    return LibraryEntry.model_validate(given | changes)
