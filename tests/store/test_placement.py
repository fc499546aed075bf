"""Placing a batch in its stream, without a database: repeats, gaps, other attempts, what is told anew."""

from typing import Any

import pytest

from domain.errors import InvalidRequest, StreamConflict
from domain.records import Batch
from store.placement import LiveRow, Placement, check_shape, place
from tests.store.streams import CASE, make_batch, make_events, make_summary, units


def row(seq: int, words: str) -> LiveRow:
    return LiveRow(seq, words.encode())


def placed(
    batch: Batch, words: str, *tail: LiveRow, previous: str | None = None, replaces: bool = False
) -> Placement:
    batch = batch.model_copy(update={"replaces": replaces})
    return place(batch, [letter.encode() for letter in words], tail, previous.encode() if previous else None)


def told(first: int, words: str) -> Batch:
    return make_batch(first, first + len(words) - 1, with_summary=False)


@pytest.mark.parametrize(
    ("first", "words", "tail", "expected"),
    [
        (1, "ab", [], Placement(0, None, 2, True)),
        (3, "c", [row(2, "b")], Placement(0, None, 3, True)),
        (1, "ab", [row(1, "a"), row(2, "b")], Placement(2, None, 2, True)),
        (1, "ab", [row(1, "a"), row(2, "b"), row(3, "c")], Placement(2, None, 2, False)),
        (1, "abc", [row(1, "a"), row(2, "b")], Placement(2, None, 3, True)),
        (4, "", [row(3, "c")], Placement(0, None, 3, True)),
        (3, "", [row(2, "b"), row(3, "c")], Placement(0, None, 2, False)),
    ],
)
def test_where_a_batch_goes(first: int, words: str, tail: list[LiveRow], expected: Placement) -> None:
    assert placed(told(first, words), words, *tail) == expected


@pytest.mark.parametrize("replaces", [True, False])
def test_a_gap_is_refused(replaces: bool) -> None:
    with pytest.raises(StreamConflict, match="send the missing events first") as refusal:
        placed(told(3, "c"), "c", replaces=replaces)
    assert refusal.value.detail["reason"] == "gap"


LIVE = [row(1, "a"), row(2, "b"), row(3, "c")]


@pytest.mark.parametrize(
    ("first", "words", "previous"),
    [
        (2, "xy", "a"),
        (2, "bx", "a"),
        (3, "x", None),
        (4, "d", "x"),
        (3, "c", "x"),
        (3, "cd", "x"),
    ],
)
def test_a_batch_goes_on_only_with_what_its_writer_told(first: int, words: str, previous: str | None) -> None:
    """Neither in the place of other events nor after another one than it names, not even with the same."""
    with pytest.raises(StreamConflict, match="told by another attempt") as refusal:
        placed(told(first, words), words, *LIVE[first - 2 :], previous=previous)
    assert refusal.value.detail["reason"] == "diverged"


@pytest.mark.parametrize(
    ("first", "words", "previous", "expected"),
    [
        (4, "d", "c", Placement(0, None, 4, True)),
        (3, "c", "b", Placement(1, None, 3, True)),
        (2, "b", "a", Placement(1, None, 2, False)),
        (2, "bcd", "a", Placement(2, None, 4, True)),
    ],
)
def test_one_that_names_the_event_before_it_goes_on(
    first: int, words: str, previous: str, expected: Placement
) -> None:
    assert placed(told(first, words), words, *LIVE[first - 2 :], previous=previous) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("xyz", Placement(0, 1, 3, True)),
        ("abx", Placement(2, 3, 3, True)),
        ("ab", Placement(2, 3, 2, True)),
        ("abc", Placement(3, None, 3, True)),
        ("abcd", Placement(3, None, 4, True)),
        ("x", Placement(0, 1, 1, True)),
    ],
)
def test_one_that_tells_all_anew_replaces_what_differs_and_what_comes_after(
    words: str, expected: Placement
) -> None:
    assert placed(told(1, words), words, *LIVE, replaces=True) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"first_seq": 0, "events": make_events(0, 1)},
        {"events": make_events(2, 3)},
        {"events": [*make_events(1, 1), *make_events(3, 3)]},
        {"summary": make_summary(CASE, 3)},
        {"summary": make_summary("return:m1:2", 2)},
        {"summary": None, "held": {"1": units((1, 1))}},
    ],
)
def test_a_batch_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=CASE):
        check_shape(make_batch(1, 2).model_copy(update=changes))
