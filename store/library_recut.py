"""Cuts the library's entries anew when the rules of cutting have changed: page by page, while cases go on."""

from domain.library.cutting import CUTTING_RULES
from domain.library.entry import LibraryEntry, index_of
from store.case_library import Q
from store.pool import Pool, transaction
from store.search_text import vector_text

PAGE_ENTRIES = 200
BEFORE_ALL = ""


async def recut(pool: Pool, rules: int = CUTTING_RULES, page: int = PAGE_ENTRIES) -> int:
    """How many entries were cut by other rules and are cut by these now; those that are right stay.

    A page is a transaction: what was done stays done when it is stopped. Raises `StoreUnavailable`.
    """
    done, last = 0, BEFORE_ALL
    while True:
        async with transaction(pool) as conn:
            rows = await conn.fetch(Q["cut_otherwise"], rules, last, page)
            if not rows:
                return done
            indexes = {
                row["case_id"]: index_of(LibraryEntry.model_validate_json(row["entry"])) for row in rows
            }
            await conn.executemany(
                Q["recut"],
                [
                    (case_id, vector_text(index.lexemes), index.spaced, rules)
                    for case_id, index in indexes.items()
                ],
            )
        done, last = done + len(rows), rows[-1]["case_id"]
