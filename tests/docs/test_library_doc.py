"""docs/library.md shows an entry that can be archived, and says truly what is masked and how text is cut."""

import json

from domain.library.cutting import cut, lexemes
from domain.library.entry import LibraryEntry
from domain.library.query import parse_query
from tests.docs.documents import ROOT, blocks, read

PAGE = ROOT / "docs" / "library.md"
TEXT = read("docs/library.md")


def test_the_entry_has_every_field_and_its_phone_number_is_masked() -> None:
    [example] = blocks(PAGE, "json")
    given = json.loads(example.text)
    assert set(given) == set(LibraryEntry.model_fields)
    entry = LibraryEntry.model_validate(given)
    assert entry.customer_text.endswith("电话[phone]")
    assert "`电话[phone]`" in TEXT


def test_texts_are_cut_as_the_page_says() -> None:
    for words in ("杯子破了", "CUP-01"):
        assert f"`{' '.join(unit.text for unit in lexemes(cut(words)))}`" in TEXT


def test_every_form_of_a_query_is_one() -> None:
    for form in ("杯子 退款", "杯子破了", "破", "cup", "CUP-01", '"broken cup"', "“破了的杯子”", "「破了」"):
        assert f"`{form}`" in TEXT
        assert parse_query(form).wanted
    for form in ("-refund", '-"paid back"'):
        assert f"`{form}`" in TEXT
        assert parse_query(f"cup {form}").unwanted
