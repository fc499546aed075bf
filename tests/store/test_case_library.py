"""The case library on a real PostgreSQL: what is found, in which order, page by page, whatever is typed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import CaseNotFound, InvalidQuery
from domain.library.entry import LibraryEntry
from store.case_library import CaseLibrary, LibraryFilter, LibraryPage
from store.pool import Pool, create_pool
from store.search_text import quoted
from tests.domain.library.entries import CLOSED_AT, CUP, make_entry

NOW = CLOSED_AT + timedelta(days=5)
ALL = LibraryFilter()
LONG_AGO = timedelta(days=3 * 365)


async def keep(pool: Pool, *entries: LibraryEntry) -> CaseLibrary:
    library = CaseLibrary(pool)
    for entry in entries:
        await library.archive(entry)
    return library


async def found(library: CaseLibrary, words: str, where: LibraryFilter = ALL) -> list[str]:
    """The numbers of the cases in the order in which they are found."""
    return numbers(await library.search(words, where, NOW))


def numbers(page: LibraryPage) -> list[str]:
    return [each.entry.case_id.rpartition(":")[2] for each in page.found]


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("子破", True),
        ("杯子破了", True),
        ("破", True),
        ("了", True),
        ("碎", False),
        ("子了", False),
        ("破子", False),
        ("杯子 退款", True),
        ("杯子 换货", False),
        ("杯子 -退款", False),
        ("杯子 -退", False),
        ("杯子 -换货", True),
        ("cup-01", True),
        ("CUP", True),
        ("ＣＵＰ－０１", True),
        ("01 cup", True),
        ('"01 cup"', False),
        ('"CUP-01 杯子"', True),
        ('"杯子 CUP-01"', False),
        ("so-2026", True),
        ("SO-2026-0007", True),
        ("SO-2026-0008", False),
        ("arrived broken", True),
        ('"broken arrived"', False),
        ("brok", False),
        ("quality", True),
        ("C-1", True),
    ],
)
async def test_chinese_words_numbers_and_phrases_are_found(pool: Pool, words: str, is_found: bool) -> None:
    entry = make_entry(
        order_id="SO-2026-0007",
        category="product_quality",
        customer_text="我收到的CUP-01杯子破了，要求退款。It arrived broken.",
    )
    library = await keep(pool, entry)
    assert await found(library, words) == (["C-1"] if is_found else [])


async def test_a_phrase_is_found_where_a_tsvector_has_no_place_left(pool: Pool) -> None:
    """Beyond the 16,383rd place, and after a word was said more than 256 times."""
    entry = make_entry(customer_text=f"{'客服说不。' * 400}{'好' * 20_000}客服道歉了")
    library = await keep(pool, entry)
    assert await found(library, "客服道歉") == ["C-1"]
    assert await found(library, "道歉客服") == []
    assert await found(library, "服道歉了 -服道说") == ["C-1"]


async def test_an_entry_of_any_length_is_kept_and_found(pool: Pool) -> None:
    """More distinct lexemes than a tsvector holds: what is said first is found, all of it is kept."""
    text = " ".join(f"{n:060}" for n in range(20_000))
    library = await keep(pool, make_entry(measures="杯子破了", customer_text=text))
    assert await found(library, f"杯子破了 {1:060}") == ["C-1"]
    assert await found(library, f"{19_999:060}") == []
    assert (await library.entry(CUP)).customer_text == text


async def test_the_summary_counts_more_than_the_resolution_and_that_more_than_the_rest(pool: Pool) -> None:
    library = await keep(
        pool,
        make_entry("rest", customer_text="杯子破了"),
        make_entry("resolution", measures="杯子破了"),
        make_entry("summary", summary="杯子破了"),
    )
    assert await found(library, "杯子") == ["summary", "resolution", "rest"]


async def test_of_equals_the_newer_and_then_the_smaller_id_comes_first(pool: Pool) -> None:
    old = CLOSED_AT - LONG_AGO
    library = await keep(
        pool,
        make_entry("old", opened_at=old, closed_at=old, summary="杯子"),
        make_entry("b", summary="杯子"),
        make_entry("a", summary="杯子"),
    )
    assert await found(library, "杯子") == ["a", "b", "old"]
    scores = [each.score for each in (await library.search("杯子", ALL, CLOSED_AT)).found]
    assert scores[0] / scores[2] == pytest.approx(1 + 3)
    assert await found(library, "") == ["a", "b", "old"]


async def test_a_piece_of_the_text_shows_the_hits(pool: Pool) -> None:
    library = await keep(pool, make_entry(customer_text="收到的杯子破了！", measures="退款"))
    [cup] = (await library.search("破了 退款", ALL, NOW)).found
    assert cup.snippet is not None
    assert cup.snippet.marked("<", ">") == "收到的杯子<破了>！"


@pytest.mark.parametrize("words", ["杯子", ""])
async def test_pages_neither_repeat_nor_lose_an_entry(pool: Pool, words: str) -> None:
    """Also when the next page is asked for later, and newer entries came in between."""
    ages = {f"n{n}": timedelta(days=30 * (n % 4)) for n in range(11)}
    library = await keep(
        pool,
        *(
            make_entry(number, summary="杯子", opened_at=CLOSED_AT - age, closed_at=CLOSED_AT - age)
            for number, age in ages.items()
        ),
    )
    whole = await found(library, words)
    assert sorted(whole) == sorted(ages)
    pages: list[list[str]] = []
    page = await library.search(words, ALL, NOW, limit=4)
    while page.next is not None:
        pages.append(numbers(page))
        late = make_entry(f"late{len(pages)}", summary="杯子", closed_at=NOW + timedelta(days=len(pages)))
        await library.archive(late)
        page = await library.search(words, ALL, NOW + LONG_AGO, page.next, limit=4)
    pages.append(numbers(page))
    assert [len(each) for each in pages] == [4, 4, 3]
    assert [number for each in pages for number in each] == whole


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"merchant": "m1"}, ["other", "C-1"]),
        ({"kind": "delivery"}, ["other"]),
        ({"category": "quality"}, ["C-1"]),
        ({"party": "carrier"}, ["other"]),
        ({"carrier": "swift"}, ["other"]),
        ({"sku": "CUP-01"}, ["C-1"]),
        ({"sku": "CUP"}, []),
        ({"since": CLOSED_AT + timedelta(hours=1)}, ["other"]),
        ({"until": CLOSED_AT + timedelta(hours=1)}, ["C-1"]),
        ({"since": CLOSED_AT, "until": CLOSED_AT}, []),
        ({"merchant": "m2"}, []),
    ],
)
@pytest.mark.parametrize("words", ["杯子", ""])
async def test_filters_narrow_what_is_found(
    pool: Pool, words: str, where: dict[str, Any], expected: list[str]
) -> None:
    other = {"kind": "delivery", "party": "carrier", "carrier": "swift", "skus": ["BOWL-1", "CUP-02"]}
    library = await keep(
        pool,
        make_entry(summary="杯子", category="quality", skus=["CUP-01"]),
        make_entry("other", summary="杯子", closed_at=CLOSED_AT + timedelta(hours=1), **other),
    )
    assert sorted(await found(library, words, LibraryFilter.model_validate(where))) == sorted(expected)


async def test_archiving_twice_is_as_once_and_a_later_closing_supersedes(pool: Pool) -> None:
    first = make_entry(summary="杯子破了", skus=["CUP-01"])
    library = await keep(pool, first, first)
    again = make_entry(summary="换了新杯", closed_at=CLOSED_AT + timedelta(days=1), outcome="exchanged")
    await keep(pool, again, first)
    assert await library.entry(CUP) == again
    assert await found(library, "破了") == []
    assert await found(library, "新杯") == ["C-1"]


async def test_an_entry_that_is_not_there_is_named(pool: Pool) -> None:
    with pytest.raises(CaseNotFound, match=CUP):
        await CaseLibrary(pool).entry(CUP)
    with pytest.raises(CaseNotFound):
        await CaseLibrary(pool).similar(CUP)


ATTEMPTS = (
    "'; DROP TABLE case_library; --",
    "' OR 1=1 --",
    "杯子' & !'x",
    "杯子:*",
    "a & b | !c <-> d",
    "\\' \\\\ \\x27",
    "$1 %s {0}",
    "杯子\x00",
    "\ud800杯子",
    "(((((",
    "!!!! && ||",
    "杯子 " * 100,
    "x" * 10_000,
    '"""',
    "％' ＂杯子＂ ＇",
)


@pytest.mark.parametrize("words", ATTEMPTS, ids=range(len(ATTEMPTS)))
async def test_whatever_is_typed_is_searched_for_or_refused(pool: Pool, words: str) -> None:
    library = await keep(pool, make_entry(summary="杯子"))
    try:
        result = await found(library, words)
    except InvalidQuery:
        result = []
    assert result in ([], ["C-1"])
    assert await found(library, "杯子") == ["C-1"]


SIGNS = st.text(st.sampled_from("杯子破了退款々龘𠮷"), min_size=2, max_size=12)
TEXTS = st.lists(st.one_of(SIGNS, st.text("ab1-_ ，。😡'\\\"", max_size=5)), min_size=1, max_size=6)


def test_every_part_of_what_was_written_finds_it(database_dsn: str) -> None:
    """Every run of two or more signs, wherever it begins and ends."""

    async def search_for_parts(texts: list[str], draw: st.DataObject) -> None:
        entry = make_entry(customer_text="".join(texts))
        library = await keep(pool, entry)
        for text in texts:
            if text.isalpha() and not text.isascii():
                begin = draw.draw(st.integers(0, len(text) - 2))
                end = draw.draw(st.integers(begin + 2, len(text)))
                assert await found(library, text[begin:end]) == ["C-1"], (text, begin, end)
        async with pool.acquire() as conn:
            await conn.execute("TRUNCATE case_library")

    with asyncio.Runner() as runner:
        pool = runner.run(create_pool(database_dsn, application_name="casework-test"))

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(TEXTS, st.data())
        def every_part(texts: list[str], draw: st.DataObject) -> None:
            runner.run(search_for_parts(texts, draw))

        try:
            every_part()
        finally:
            pool.terminate()


@pytest.mark.parametrize("text", ["it's", "a\\b", "'", "\\", "x':1A 'y"])
async def test_a_lexeme_is_taken_as_it_is(pool: Pool, text: str) -> None:
    async with pool.acquire() as conn:
        taken = await conn.fetchval("SELECT tsvector_to_array($1::text::tsvector)", f"{quoted(text)}:1A")
    assert taken == [text]


async def test_entries_that_share_rare_words_are_alike(pool: Pool) -> None:
    common = [make_entry(f"n{n}", customer_text=f"杯子 要求退款 第{n}件") for n in range(8)]
    library = await keep(
        pool,
        make_entry(customer_text="杯子 裂纹 釉面 要求退款", skus=["CUP-01"]),
        make_entry("twin", customer_text="釉面裂纹", skus=["CUP-01"]),
        make_entry("cousin", customer_text="裂纹"),
        *common,
    )
    alike = await library.similar(CUP)
    assert [each.entry.case_id.rpartition(":")[2] for each in alike[:2]] == ["twin", "cousin"]
    assert {"cup-01", "裂纹", "釉面"} <= set(alike[0].shared)
    assert alike[1].shared[0] == "裂纹"
    assert alike[0].score > alike[1].score > alike[2].score
    assert CUP not in {each.entry.case_id for each in alike}
    assert len(await library.similar(CUP, limit=1)) == 1


async def test_an_only_entry_is_like_no_other(pool: Pool) -> None:
    library = await keep(pool, make_entry(customer_text="裂纹"))
    assert await library.similar(CUP) == []
