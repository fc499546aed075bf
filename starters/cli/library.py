"""`casework library`: closed cases found by word, read, and compared with others like them (sop C14)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from domain.errors import InvalidRequest
from domain.library.cutting import CUTTING_RULES
from domain.library.entry import LibraryCaseId
from starters.cli.exchange import print_json, reports_errors
from starters.cli.library_pages import print_entry, print_found, print_similar
from starters.cli.reading import desk_timezone, in_store, period
from store.case_library import PAGE_ROWS, SIMILAR_ROWS, CaseLibrary, LibraryCursor, LibraryFilter
from store.library_recut import recut

app = typer.Typer(no_args_is_help=True, help="The case library: closed cases, found by what they say.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="<kind>:<merchant>:<number>.")]
_case_id = TypeAdapter[str](LibraryCaseId)


@app.command()
@reports_errors
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]...",
            help="What must be there, '\"in this order\"' in quotes; without, the latest.",
        ),
    ] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="WORD", help="What must not be there.")] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind.")] = None,
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    party: Annotated[str | None, typer.Option(help="Only where this party is responsible.")] = None,
    carrier: Annotated[str | None, typer.Option(help="Only with this carrier.")] = None,
    sku: Annotated[str | None, typer.Option(help="Only about these goods.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Closed then or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Closed before then.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = PAGE_ROWS,
    after: Annotated[
        str | None, typer.Option(metavar="NEXT", help="Go on where a page with the same words ended.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Closed cases that have all the words, the best first, and of equals the newer ones."""
    begin, end = period(since, until)
    where = LibraryFilter(
        merchant=merchant,
        kind=kind,
        category=category,
        party=party,
        carrier=carrier,
        sku=sku,
        since=begin,
        until=end,
    )
    query = " ".join([*(words or []), *(f'-"{word}"' for word in without or [])])
    cursor = _cursor(after) if after else None
    page = in_store(lambda pool: CaseLibrary(pool).search(query, where, datetime.now(UTC), cursor, limit))
    next_page = _token(page.next) if page.next else None
    if as_json:
        found = [each.model_dump(mode="json", exclude_defaults=True) for each in page.found]
        print_json({"found": found, "next": next_page})
    else:
        print_found(page.found, next_page, desk_timezone())


@app.command()
@reports_errors
def show(case: CaseArgument, as_json: AsJson = False) -> None:
    """All that the library has of a case."""
    entry = in_store(lambda pool: CaseLibrary(pool).entry(_named(case)))
    if as_json:
        print_json(entry.model_dump(mode="json", exclude_defaults=True))
    else:
        print_entry(entry, desk_timezone())


@app.command()
@reports_errors
def similar(
    case: CaseArgument,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = SIMILAR_ROWS,
    as_json: AsJson = False,
) -> None:
    """Closed cases that share the rarest words of this one, the most alike first."""
    found = in_store(lambda pool: CaseLibrary(pool).similar(_named(case), limit))
    if as_json:
        print_json({"similar": [each.model_dump(mode="json", exclude_defaults=True) for each in found]})
    else:
        print_similar(found)


@app.command("recut")
@reports_errors
def recut_entries(as_json: AsJson = False) -> None:
    """Cut what is stored anew, by the rules of this program; needed after an upgrade that changed them."""
    entries = in_store(recut)
    if as_json:
        print_json({"rules": CUTTING_RULES, "recut": entries})
    else:
        print(f"{entries} entries cut anew; all are cut by rules {CUTTING_RULES} now")


def _named(case: str) -> str:
    try:
        return _case_id.validate_python(case)
    except ValidationError:
        raise InvalidRequest(f"case: {case!r} is no case id; write <kind>:<merchant>:<number>") from None


def _token(cursor: LibraryCursor) -> str:
    return urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def _cursor(token: str) -> LibraryCursor:
    try:
        padded = token + "=" * (-len(token) % 4)
        return LibraryCursor.model_validate_json(urlsafe_b64decode(padded))
    except ValueError:
        raise InvalidRequest("--after: take the word that the page before printed, as it is") from None
