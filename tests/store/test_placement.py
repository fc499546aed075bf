"""Placing a batch in its stream, without a database: repeats, supersedes, gaps, overtaken attempts."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import InvalidRequest, StreamConflict
from domain.records import Batch
from store.placement import LiveRow, Placement, check_shape, place
from tests.store.streams import CASE, OPENED_AT, make_batch, make_events, make_summary, units

RUN, OTHER_RUN = UUID(int=1), UUID(int=2)


def row(seq: int, words: str, minute: int | None = None, run: UUID | None = RUN) -> LiveRow:
    return LiveRow(seq, words.encode(), run, clock(minute))


def clock(minute: int | None) -> datetime | None:
    return None if minute is None else OPENED_AT + timedelta(minutes=minute)


def placed(batch: Batch, words: str, *tail: LiveRow) -> Placement:
    return place(batch, [letter.encode() for letter in words], tail)


@pytest.mark.parametrize(
    ("first", "words", "tail", "expected"),
    [
        (1, "ab", [], Placement(0, None, 2, True)),
        (3, "c", [row(2, "b")], Placement(0, None, 3, True)),
        (1, "ab", [row(1, "a"), row(2, "b")], Placement(2, None, 2, True)),
        (1, "ab", [row(1, "a"), row(2, "b"), row(3, "c")], Placement(2, None, 2, False)),
        (1, "abc", [row(1, "a"), row(2, "b")], Placement(2, None, 3, True)),
        (2, "xy", [row(1, "a"), row(2, "b"), row(3, "c")], Placement(0, 2, 3, True)),
        (2, "bx", [row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d")], Placement(1, 3, 3, True)),
        (4, "", [row(3, "c")], Placement(0, None, 3, True)),
        (3, "", [row(2, "b"), row(3, "c")], Placement(0, None, 2, False)),
    ],
)
def test_where_a_batch_goes(first: int, words: str, tail: list[LiveRow], expected: Placement) -> None:
    batch = make_batch(first, first + len(words) - 1, with_summary=False)
    assert placed(batch, words, *tail) == expected


def test_a_gap_is_refused() -> None:
    with pytest.raises(StreamConflict, match="send the missing events first") as refusal:
        placed(make_batch(3, 3), "c")
    assert refusal.value.detail["reason"] == "gap"


def attempt(minute: int | None, first: int = 2, run: UUID | None = RUN) -> Batch:
    return make_batch(first, first, run_id=run, emitted_at=clock(minute), with_summary=False)


@pytest.mark.parametrize(
    ("batch", "live"),
    [
        (attempt(5), row(2, "b", 4)),
        (attempt(5), row(2, "b", 5)),
        (attempt(1), row(2, "b")),
        (attempt(None), row(2, "b", 4)),
    ],
)
def test_a_later_attempt_supersedes(batch: Batch, live: LiveRow) -> None:
    """One that was emitted later, or at the same instant, and writers that do not say when."""
    assert place(batch, [b"x"], [row(1, "a"), live], has_written=True).supersede_from == 2


def test_a_run_that_is_new_to_the_stream_is_the_newest_whatever_its_clock_says() -> None:
    batch = attempt(1, run=OTHER_RUN)
    assert place(batch, [b"x"], [row(1, "a"), row(2, "b", 4)], has_written=False).supersede_from == 2


@pytest.mark.parametrize("has_written", [True, False])
@pytest.mark.parametrize("first", [2, 3])
def test_an_overtaken_attempt_is_refused(first: int, has_written: bool) -> None:
    """It neither replaces what a later attempt wrote nor goes on after it."""
    with pytest.raises(StreamConflict) as refusal:
        place(attempt(3, first), [b"x"], [row(1, "a"), row(2, "b", 4)], has_written=has_written)
    assert refusal.value.detail["reason"] == "overtaken"


@pytest.mark.parametrize(("minute", "is_refused"), [(3, True), (5, False)])
def test_a_run_that_was_here_before_goes_by_its_clock(minute: int, is_refused: bool) -> None:
    """Late when the next run has gone on; not when it was reset, after the case had continued as new."""
    tail = [row(1, "a"), row(2, "b", 4, OTHER_RUN)]
    with pytest.raises(StreamConflict) if is_refused else nullcontext():
        place(attempt(minute), [b"x"], tail, has_written=True)


def test_a_repeat_by_an_overtaken_attempt_is_harmless() -> None:
    assert place(attempt(3), [b"x"], [row(1, "a"), row(2, "x", 4)]).repeated == 1


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
