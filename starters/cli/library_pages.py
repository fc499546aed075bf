"""The pages that `casework library …` prints for people."""

from collections.abc import Sequence

from rich.padding import Padding
from rich.text import Text

from domain.library.entry import LibraryEntry
from starters.cli.tables import console, print_facts, print_table
from starters.moments import moment
from store.case_library import Found, Similar

HIT_BEGINS, HIT_ENDS = "«", "»"
INDENT = (0, 0, 0, 2)


def print_found(found: Sequence[Found], next_page: str | None, timezone: str) -> None:
    """Each entry with the lines in which it was found, the hits between angles."""
    if not found:
        print("no case")
        return
    out = console()
    for each in found:
        out.print(Text(each.entry.case_id))
        out.print(Padding(Text(_about(each.entry, timezone)), INDENT))
        if each.snippet:
            said = each.snippet.marked(HIT_BEGINS, HIT_ENDS)
            out.print(Padding(Text(f"{_words(each.snippet.field)}: {said}"), INDENT))
    if next_page:
        out.print(Text(f"there are more: --after {next_page}"), soft_wrap=True)


def print_entry(entry: LibraryEntry, timezone: str) -> None:
    """Everything about one entry; what is not known has no line."""
    print_facts(
        [
            ("case", entry.case_id),
            ("order", entry.order_id),
            ("category", entry.category and _words(entry.category)),
            ("severity", entry.severity),
            ("responsible", entry.party and _words(entry.party)),
            ("carrier", entry.carrier),
            ("goods", ", ".join(entry.skus)),
            ("opened", moment(entry.opened_at, timezone)),
            ("closed", moment(entry.closed_at, timezone)),
            ("outcome", _words(entry.outcome)),
            *((_words(field), text) for field, text in entry.texts.items()),
        ]
    )


def print_similar(found: Sequence[Similar]) -> None:
    """A row per entry."""
    if not found:
        print("no case is like it")
        return
    print_table(
        ("case", "category", "outcome", "shares"),
        (
            (
                each.entry.case_id,
                _words(each.entry.category or ""),
                _words(each.entry.outcome),
                ", ".join(each.shared),
            )
            for each in found
        ),
    )


def _about(entry: LibraryEntry, timezone: str) -> str:
    parts = (entry.category, entry.severity, entry.party, entry.carrier, entry.outcome)
    told = ", ".join(_words(part) for part in parts if part)
    return f"{told}; closed {moment(entry.closed_at, timezone)}"


def _words(name: str) -> str:
    return name.replace("_", " ")
