"""What a person types becomes phrases to be there and phrases not to be there, or a typed error."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidQuery
from domain.library.query import LONGEST_QUERY, Phrase, parse_query

TABLE: dict[str, tuple[list[str], list[str]]] = {
    "杯子": ([" 杯 子 "], []),
    "杯子 破了": ([" 杯 子 ", " 破 了 "], []),
    "破损CUP-01": ([" 破 损 ", " cup 01 "], []),
    '"CUP-01 broken"': ([" cup 01 broken "], []),
    "“杯子，破了”": ([" 杯 子 破 了 "], []),
    "「杯子 破了」碎": ([" 杯 子 破 了 ", " 碎 "], []),
    "cup -refund": ([" cup "], [" refund "]),
    'cup -"paid back" －退款': ([" cup "], [" paid back ", " 退 款 "]),
    "cup -CUP-01杯": ([" cup "], [" cup 01 杯 "]),
    "cup cup CUP": ([" cup "], []),
    "cup - -- 😡 -! ''": ([" cup "], []),
    'cup "" -""': ([" cup "], []),
    'ab"c d"e': ([" ab ", " c d ", " e "], []),
    "'; DROP TABLE cases; --": ([" drop ", " table ", " cases "], []),
}


@pytest.mark.parametrize("text", TABLE)
def test_a_query_is_understood(text: str) -> None:
    query = parse_query(text)
    told = [phrase.spaced for phrase in query.wanted], [phrase.spaced for phrase in query.unwanted]
    assert told == TABLE[text]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"broken', "not closed"),
        ('cup -"', "not closed"),
        ("-cup", "names nothing"),
        ("😡!", "names nothing"),
        ("x" * (LONGEST_QUERY + 1), "longer than 400"),
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text: str, why: str) -> None:
    with pytest.raises(InvalidQuery, match=why):
        parse_query(text)


def lexemes_of(text: str) -> list[str]:
    [phrase] = parse_query(text).wanted
    return [f"{wanted.text}{'*' if wanted.is_prefix else ''}" for wanted in phrase.lexemes]


def test_signs_are_looked_for_by_twos_and_one_alone_as_a_beginning() -> None:
    assert lexemes_of("杯子破") == ["杯子", "子破"]
    assert lexemes_of("破") == ["破*"]
    assert lexemes_of('"CUP-01 a 破"') == ["cup", "01", "a", "破*"]


@given(st.text(max_size=LONGEST_QUERY + 5))
def test_whatever_is_typed_is_a_query_or_a_typed_error(text: str) -> None:
    with contextlib.suppress(InvalidQuery):
        query = parse_query(text)
        assert all(isinstance(phrase, Phrase) and phrase.atoms for phrase in query.wanted)
