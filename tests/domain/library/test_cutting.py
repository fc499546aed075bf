"""How texts are cut: signs by twos, words by themselves, and each piece knows where it was written."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.library.cutting import CUTTING_RULES, LONGEST_WORD, cut, fold, lexemes, spaced

TABLE = {
    "杯子破了": ["杯子@0", "子破@1", "破了@2", "了@3"],
    "破": ["破@0"],
    "杯子,破了": ["杯子@0", "子@1", "破了@2", "了@3"],
    "CUP-01": ["cup-01@0", "cup@0", "01@1"],
    "iPhone15破了": ["iphone15@0", "破了@1", "了@2"],
    "订单SO-2026.11_7退款": [
        *("订单@0", "单@1", "so-2026.11_7@2", "so@2", "2026@3", "11@4", "7@5", "退款@6", "款@7"),
    ],
    "ＣＵＰ－０１　碎": ["cup-01@0", "cup@0", "01@1", "碎@2"],
    "ｶﾞﾗｽ": ["ガラ@0", "ラス@1", "ス@2"],
    "がっかり": ["がっ@0", "っか@1", "かり@2", "り@3"],
    "한국": ["한국@0", "국@1"],
    "臺灣": ["臺灣@0", "灣@1"],
    "Café ſtraße": ["café@0", "strasse@1"],
    "不好😡👎非常": ["不好@0", "好@1", "非常@2", "常@3"],
    "😡 !?，。…": [],
    "": [],
    "don't -- _x_": ["don@0", "t@1", "x@2"],
    "½ ²": ["1@0", "2@1", "2@2"],
}


@pytest.mark.parametrize("text", TABLE)
def test_a_text_is_cut_into_lexemes_with_places(text: str) -> None:
    assert [f"{unit.text}@{unit.position}" for unit in lexemes(cut(text))] == TABLE[text]


@pytest.mark.parametrize(
    ("text", "form"),
    [("CUP-01 杯子 破了", " cup 01 杯 子 破 了 "), ("!", "  "), ("杯", " 杯 ")],
)
def test_the_spaced_form_has_every_atom_between_spaces(text: str, form: str) -> None:
    assert spaced(cut(text)) == form


def test_a_very_long_word_counts_only_so_far() -> None:
    [run] = cut("x" * 100_000)
    assert [len(atom.text) for atom in run.atoms] == [LONGEST_WORD]
    assert (run.atoms[0].start, run.atoms[0].end) == (0, 100_000)
    [joined] = cut("-".join(["ab"] * 5_000))
    assert (len(joined.whole), len(joined.atoms)) == (LONGEST_WORD, 5_000)


def test_a_very_long_run_of_signs_is_cut_whole() -> None:
    assert len(list(lexemes(cut("坏" * 50_000)))) == 50_000


@given(st.text(max_size=200))
def test_every_atom_says_where_it_was_written(text: str) -> None:
    for run in cut(text):
        for atom in run.atoms:
            assert atom.text in fold(text[atom.start : atom.end]).text


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_more_for_a_search(text: str) -> None:
    once = spaced(cut(text))
    assert spaced(cut(fold(text).text)) == once


def test_the_rules_have_a_new_number_when_they_cut_otherwise() -> None:
    """What is stored was cut by rules of a number: raise `CUTTING_RULES` and write the digest anew."""
    sample = (
        "ＣＵＰ－０１ 杯子破了,Ａ級 café naïve don't 東京タワー 한국어 1,234.5 so_2026 ﬁne ガラス 𠮷野家 "
        + "x" * 80
    )
    runs = cut(sample)
    said = repr([*map(tuple, lexemes(runs))]) + spaced(runs)
    assert (CUTTING_RULES, sha256(said.encode()).hexdigest()[:16]) == (1, "52dde0c097531e9a")
