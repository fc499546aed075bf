"""What an entry is found by, with which weight, and what tells it from others."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from domain.library.entry import TELLING_LEXEMES, index_of, telling_lexemes
from tests.domain.library.entries import make_entry


def test_the_fields_have_their_weights() -> None:
    entry = make_entry(
        summary="杯碎",
        skus=["CUP-01"],
        category="product_quality",
        party="carrier",
        measures="refund",
        customer_text="收到",
        findings="squashed",
    )
    weights = {unit.text: unit.weight for unit in index_of(entry).lexemes}
    for weight, words in {
        "A": ["杯碎", "cup-01", "so-1", "c-1", "quality", "carrier"],
        "B": ["refund", "refunded"],
        "C": ["收到", "squashed"],
    }.items():
        assert {weights[word] for word in words} == {weight}, words


def test_no_phrase_reaches_from_one_field_into_the_next() -> None:
    index = index_of(make_entry(summary="杯子", customer_text="破了"))
    assert " 杯 子 " in index.spaced
    assert "子 破" not in index.spaced
    places = [unit.position for unit in index.lexemes if unit.text in ("子", "破了")]
    assert places[0] + 1 < places[1]


def test_places_begin_at_one() -> None:
    assert min(unit.position for unit in index_of(make_entry()).lexemes) == 1


def test_single_signs_and_short_numbers_tell_nothing() -> None:
    telling = telling_lexemes(make_entry(customer_text="碎 12 4711 x 裂纹"))
    assert {"4711", "裂纹"} <= set(telling)
    assert not {"碎", "12", "x", "纹"} & set(telling)


def test_of_a_long_entry_the_weightier_words_tell() -> None:
    entry = make_entry(customer_text=" ".join(f"word{n}" for n in range(500)), measures="replaced")
    telling = telling_lexemes(entry)
    assert len(telling) == TELLING_LEXEMES
    assert "replaced" in telling


def test_an_entry_ends_after_it_began() -> None:
    with pytest.raises(ValidationError, match="before opened_at"):
        make_entry(closed_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("case_id", ["C-1", "complaint:m1:", "complaint:m 1:C-1", "complaint:m1:C-1\n"])
def test_an_entry_is_of_a_case(case_id: str) -> None:
    with pytest.raises(ValidationError, match="case_id"):
        make_entry(case_id=case_id)
