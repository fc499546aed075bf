"""A find shows the piece of text that has the most of what was looked for, as it was written."""

from domain.library.query import parse_query
from domain.library.snippets import LEAD, WIDTH, Snippet, make_snippet


def shown(query: str, **texts: str) -> str:
    """The snippet with its hits in angles, after its field."""
    snippet = make_snippet(texts, parse_query(query).wanted)
    assert snippet is not None
    return f"{snippet.field}: {snippet.marked('<', '>')}"


def test_hits_are_marked_in_the_text_as_it_was_written() -> None:
    assert shown("破了", summary="收到的杯子破了！") == "summary: 收到的杯子<破了>！"
    assert shown("cup-01 refund", a="ＣＵＰ－０１\nwants\trefund") == "a: <ＣＵＰ－０１> wants <refund>"


def test_hits_that_touch_or_overlap_are_one() -> None:
    assert shown("破了 了吗 吗 好", a="杯子破了吗？好") == "a: 杯子<破了吗>？<好>"


def test_an_exact_phrase_is_marked_whole_and_only_in_order() -> None:
    assert shown('"broken cup"', a="cup broken, broken cup") == "a: cup broken, <broken cup>"


def test_the_piece_with_most_of_the_words_is_taken() -> None:
    far = "好" * 200
    assert shown("杯子 破了", a=f"杯子{far}", b=f"{far}杯子{far}那个杯子破了{far}") == (
        f"b: …{'好' * (LEAD - 2)}那个<杯子><破了>{'好' * (WIDTH - LEAD - 4)}…".replace("><", "")
    )


def test_the_earlier_field_wins_among_equals() -> None:
    assert shown("杯子", a="x 杯子", b="杯子") == "a: x <杯子>"


def test_a_hit_that_is_longer_than_a_piece_is_shown_whole() -> None:
    long = "坏" * (WIDTH + 50)
    assert shown(f'"{long}"', a=f"很{long}了") == f"a: 很<{long}>…"


def test_without_a_hit_the_first_text_is_shown_from_its_beginning() -> None:
    assert shown("SO-1", a="好" * 100) == f"a: {'好' * WIDTH}…"
    assert make_snippet({}, parse_query("x").wanted) is None
    assert make_snippet({"a": "b"}, ()) == Snippet(field="a", text="b", marks=[])
