"""The case library: closed cases by word, phrase and filter, those like one, and repeats (sop C14)."""

from datetime import datetime, timedelta

from domain.base import Model, Slug, Text, UtcInstant
from domain.errors import CaseNotFound
from domain.library.cutting import CUTTING_RULES
from domain.library.entry import LibraryCaseId, LibraryEntry, index_of, telling_lexemes
from domain.library.query import SearchQuery, parse_query
from domain.library.snippets import Snippet, make_snippet
from store.pool import Pool, Row, connection
from store.search_text import orders, query_text, quoted, vector_text
from store.sql import load

Q = load("case_library")

PAGE_ROWS = 20
SIMILAR_ROWS = 10
RAREST_LEXEMES = 12
HALF_AS_GOOD_AFTER = timedelta(days=365)
"""An entry of this age ranks half as high as one of today with the same words in the same places."""


class LibraryFilter(Model):
    """Which entries; what is None does not matter. The period, without its end, is of the closing."""

    merchant: Slug | None = None
    kind: Slug | None = None
    category: Slug | None = None
    party: Slug | None = None
    carrier: Slug | None = None
    sku: Text | None = None
    since: UtcInstant | None = None
    until: UtcInstant | None = None


class LibraryCursor(Model):
    """The last row of a page. `as_of` stays the same from page to page: age counts for the order."""

    as_of: UtcInstant
    score: float
    closed_at: UtcInstant
    case_id: LibraryCaseId


class Found(Model):
    """An entry, how good it is, and the lines in which it was found."""

    entry: LibraryEntry
    score: float
    snippet: Snippet | None


class LibraryPage(Model):
    """Some entries, and where the next page begins; None after the last."""

    found: list[Found]
    next: LibraryCursor | None


class Similar(Model):
    """An entry that shares rare words with another; `shared` are pieces of them, the rarest first."""

    entry: LibraryEntry
    score: float
    shared: list[str]


class Duplicate(Model):
    """A case that may be about the same matter."""

    case_id: str
    opened_at: UtcInstant
    closed_at: UtcInstant | None
    open: bool
    is_same_order: bool
    is_same_customer: bool


class CaseLibrary:
    """Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def archive(self, entry: LibraryEntry) -> None:
        """Keep an entry, once however often it is sent; of two closings of a case the later one stays."""
        columns = ("case_id", "kind", "merchant", "order_id", "category", "severity", "party", "carrier")
        index = index_of(entry)
        async with connection(self._pool) as conn:
            await conn.execute(
                Q["archive"],
                *(getattr(entry, name) for name in columns),
                entry.skus,
                entry.opened_at,
                entry.closed_at,
                entry.model_dump_json(exclude_defaults=True),
                vector_text(index.lexemes),
                index.spaced,
                CUTTING_RULES,
            )

    async def entry(self, case_id: str) -> LibraryEntry:
        """One entry; raises `CaseNotFound`."""
        async with connection(self._pool) as conn:
            found = await conn.fetchval(Q["entry"], case_id)
        if found is None:
            raise CaseNotFound(f"the library has no case {case_id}; it has closed ones", case_id=case_id)
        return LibraryEntry.model_validate_json(found)

    async def search(
        self,
        words: str,
        where: LibraryFilter,
        now: datetime,
        after: LibraryCursor | None = None,
        limit: int = PAGE_ROWS,
    ) -> LibraryPage:
        """A page of what has all the words, the best first; without words the latest.

        Raises `InvalidQuery`.
        """
        query = parse_query(words) if words.strip() else None
        as_of = after.as_of if after else now
        filters = [getattr(where, name) for name in LibraryFilter.model_fields]
        rows = await self._rows(query, filters, as_of, after, limit + 1)
        page = rows[:limit]
        last = page[-1] if len(rows) > limit else None
        return LibraryPage(
            found=[_found(row, query) for row in page],
            next=_cursor(last, as_of) if last else None,
        )

    async def _rows(
        self,
        query: SearchQuery | None,
        filters: list[object],
        as_of: datetime,
        after: LibraryCursor | None,
        limit: int,
    ) -> list[Row]:
        async with connection(self._pool) as conn:
            if query is None:
                place = (after.case_id, after.closed_at) if after else (None, None)
                return await conn.fetch(Q["browse"], *filters, *place, limit)
            place = (after.case_id, after.score) if after else (None, None)
            return await conn.fetch(
                Q["search"],
                *filters,
                *place,
                limit,
                query_text(query.wanted),
                orders(query.wanted),
                [phrase.spaced for phrase in query.unwanted],
                as_of,
                HALF_AS_GOOD_AFTER.total_seconds(),
            )

    async def similar(self, case_id: str, limit: int = SIMILAR_ROWS) -> list[Similar]:
        """Entries that share the rarest words of this one, most alike first; raises `CaseNotFound`."""
        telling = telling_lexemes(await self.entry(case_id))
        queries = [quoted(lexeme) for lexeme in telling]
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["similar"], case_id, queries, telling, RAREST_LEXEMES, limit)
        return [
            Similar(
                entry=LibraryEntry.model_validate_json(row["entry"]), score=row["score"], shared=row["shared"]
            )
            for row in rows
        ]

    async def duplicates_of(
        self,
        merchant: str,
        order_id: str | None,
        customer_id: str,
        category: str | None,
        since: datetime,
        *,
        kind: str = "complaint",
    ) -> list[Duplicate]:
        """Cases, open or closed, of this order or customer since then; with a category only those of it.

        The asking case is among them once it is recorded.
        """
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["duplicates"], merchant, order_id, customer_id, kind, category, since)
        return [Duplicate.model_validate(dict(row)) for row in rows]


def _found(row: Row, query: SearchQuery | None) -> Found:
    entry = LibraryEntry.model_validate_json(row["entry"])
    wanted = query.wanted if query else ()
    return Found(entry=entry, score=row["score"], snippet=make_snippet(entry.texts, wanted))


def _cursor(row: Row, as_of: datetime) -> LibraryCursor:
    return LibraryCursor(as_of=as_of, score=row["score"], closed_at=row["closed_at"], case_id=row["case_id"])
