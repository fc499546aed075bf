"""Entries that other rules cut are cut anew, page by page, each once; what is found stays true meanwhile."""

from datetime import timedelta

from domain.library.cutting import CUTTING_RULES
from store.case_library import CaseLibrary, LibraryFilter
from store.library_recut import recut
from store.pool import Pool
from tests.domain.library.entries import CLOSED_AT, make_entry

NEXT_RULES = CUTTING_RULES + 1
SPOILT = "UPDATE case_library SET words = 'x', spaced = ' x ', cut_by = $1"


async def found(pool: Pool, words: str) -> list[str]:
    page = await CaseLibrary(pool).search(words, LibraryFilter(), CLOSED_AT + timedelta(days=1))
    return [each.entry.case_id for each in page.found]


async def test_what_other_rules_cut_is_found_again(pool: Pool) -> None:
    for number in range(5):
        await CaseLibrary(pool).archive(make_entry(f"C-{number}", summary=f"杯子破了 {number}"))
    await pool.execute(SPOILT, CUTTING_RULES - 1)
    assert await found(pool, '"杯子破了"') == []
    assert await recut(pool, page=2) == 5
    assert await found(pool, '"杯子破了"') == [f"complaint:m1:C-{number}" for number in range(5)]
    assert await recut(pool, page=2) == 0


async def test_what_is_cut_by_these_rules_already_is_left_alone(pool: Pool) -> None:
    await CaseLibrary(pool).archive(make_entry("C-1", summary="cup"))
    await CaseLibrary(pool).archive(make_entry("C-2", summary="cup"))
    await pool.execute(f"{SPOILT} WHERE case_id LIKE '%C-2'", NEXT_RULES)
    assert await recut(pool, NEXT_RULES) == 1
    rules = await pool.fetch("SELECT cut_by FROM case_library ORDER BY case_id")
    assert [row["cut_by"] for row in rules] == [NEXT_RULES, NEXT_RULES]
    assert await found(pool, "cup") == ["complaint:m1:C-1"]


async def test_an_entry_that_is_archived_says_by_which_rules(pool: Pool) -> None:
    await CaseLibrary(pool).archive(make_entry())
    await pool.execute(SPOILT, CUTTING_RULES - 1)
    await CaseLibrary(pool).archive(make_entry(summary="杯子"))
    assert await pool.fetchval("SELECT cut_by FROM case_library") == CUTTING_RULES
    assert await recut(pool) == 0
