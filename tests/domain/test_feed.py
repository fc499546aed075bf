"""A recorded event as others get it, and which events a reader may ask for."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.feed import EventPattern, FeedEvent, feed_event, is_wanted
from domain.records import Recorded

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATTERN = TypeAdapter[str](EventPattern)


def told(*, is_superseded: bool = False) -> FeedEvent:
    event = Recorded(seq=7, type="return.applied", version=2, at=NOON, data={"a": 1}, actor="customer")
    return feed_event(
        "return:m1:R-1", event, id="e-1", position="0" * 32, data={"a": 1}, is_superseded=is_superseded
    )


def test_an_event_is_a_cloud_event_of_its_merchant() -> None:
    event = told()
    assert (event.specversion, event.source, event.id) == ("1.0", "/casework/m1", "e-1")
    assert (event.type, event.subject, event.time) == ("return.applied", "return:m1:R-1", NOON)
    assert (event.dataversion, event.data, event.actor) == (2, {"a": 1}, "customer")


def test_its_number_is_compared_as_text() -> None:
    assert told().sequence == "0000000007"


def test_only_what_was_replaced_says_so() -> None:
    assert (told().superseded, told(is_superseded=True).superseded) == (None, True)


@pytest.mark.parametrize("pattern", ["return.applied", "return.*", "refund.settled", "refund.*"])
def test_an_event_is_asked_for_by_name_or_by_family(pattern: str) -> None:
    assert PATTERN.validate_python(pattern) == pattern


@pytest.mark.parametrize("pattern", ["return.aplied", "returns.*", "return.appl*", "*", ""])
def test_what_no_event_is_called_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="there are no events"):
        PATTERN.validate_python(pattern)


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [((), True), (("return.applied",), True), (("refund.*", "return.*"), True), (("refund.*",), False)],
)
def test_an_event_is_wanted_if_one_pattern_names_it(patterns: tuple[str, ...], wanted: bool) -> None:
    assert is_wanted(patterns, "return.applied") is wanted
