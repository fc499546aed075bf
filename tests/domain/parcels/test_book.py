"""A watched parcel, look by look: what is heard, what changes, what is told once."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.parcels import (
    ExceptionChange,
    Journey,
    MilestoneReached,
    ParcelBook,
    ParcelChange,
    Scan,
    changes,
    course,
    course_of,
    decides,
    heard,
    next_instant,
    told,
)
from tests.domain.parcels.journeys import OFF, hour, hours_at, journey, scan, scans
from tests.domain.parcels.random_parcels import as_scan, journey_of, parcels, tick
from tests.domain.parcels.slow_model import SlowWatch

EMPTY = ParcelBook()


def look(
    book: ParcelBook, frame: Journey, now: float, said: dict[float, str]
) -> tuple[ParcelBook, list[str]]:
    """The book after a look at what the carrier says now, and what was told, in words."""
    book = heard(book, frame, scans(said), hour(now))
    news = changes(book, frame, hour(now))
    for change in news:
        book = told(book, change)
    return book, [in_words(change) for change in news]


def in_words(change: ParcelChange) -> str:
    if isinstance(change, MilestoneReached):
        return f"{change.milestone} at {hours_at(change.at):g}{' (overtaken)' if change.overtaken else ''}"
    words = f"{change.change} {change.kind} of {hours_at(change.raised_at):g}"
    if change.cleared_at:
        words += f" at {hours_at(change.cleared_at):g}"
    if change.was_raised_at:
        words += f", was {hours_at(change.was_raised_at):g}"
    return words + (f": {change.reason}" if change.reason else "")


def test_a_plain_journey_tells_each_milestone_once() -> None:
    frame, said, book = journey(48), {1.0: "registered"}, EMPTY
    book, news = look(book, frame, 1, said)
    assert news == []
    for now, status, expected in (
        (2, "picked_up", ["picked_up at 2"]),
        (3, "in_transit", []),
        (20, "out_for_delivery", ["out_for_delivery at 20"]),
        (21, "attempt_failed", ["raised attempt_failed of 21"]),
        (30, "out_for_delivery", ["cleared attempt_failed of 21 at 30"]),
        (31, "ready_for_pickup", ["arrived at 31"]),
        (40, "delivered", ["delivered at 40"]),
    ):
        said[now] = status
        book, news = look(book, frame, now, said)
        assert news == expected
    assert look(book, frame, 900, said) == (book, [])


def test_what_comes_all_at_once_is_told_with_the_overtaken_marked() -> None:
    said = {1.0: "in_transit", 20.0: "out_for_delivery", 22.0: "delivered"}
    book, news = look(EMPTY, journey(), 22, said)
    assert news == ["picked_up at 1 (overtaken)", "out_for_delivery at 20 (overtaken)", "delivered at 22"]
    assert look(book, journey(), 23, said | {21.0: "ready_for_pickup"})[1] == ["arrived at 21 (overtaken)"]


def test_silence_is_told_when_its_time_has_come_and_cleared_by_a_scan() -> None:
    book, _ = look(EMPTY, journey(), 1, {1: "picked_up"})
    assert next_instant(book, journey(), hour(1)) == hour(49)
    book, news = look(book, journey(), 49, {1: "picked_up"})
    assert news == ["raised stalled of 49"]
    assert next_instant(book, journey(), hour(49)) == hour(169)
    book, news = look(book, journey(), 60, {1: "picked_up", 60: "in_transit"})
    assert news == ["cleared stalled of 49 at 60"]


def test_a_reason_goes_with_the_exception() -> None:
    _, news = look(EMPTY, journey(), 5, {1: "picked_up", 5: "held carrier_damaged_parcel"})
    assert news == ["raised damage of 5: carrier_damaged_parcel", "picked_up at 1"]


def test_a_late_scan_shows_that_there_was_no_silence() -> None:
    book, _ = look(EMPTY, journey(), 49, {1: "picked_up"})
    book, news = look(book, journey(), 52, {1: "picked_up", 40: "in_transit"})
    assert news == ["withdrawn stalled of 49"]
    assert (book.exceptions, next_instant(book, journey(), hour(52))) == ((), hour(88))


def test_a_late_scan_shows_that_the_silence_began_later() -> None:
    """The trouble lasts: it is dated anew, not taken back and raised."""
    book, _ = look(EMPTY, journey(), 49, {1: "picked_up"})
    book, news = look(book, journey(), 60, {1: "picked_up", 5: "in_transit"})
    assert news == ["redated stalled of 53, was 49"]
    assert [(row.kind, row.raised_at, row.cleared_at) for row in book.exceptions] == [
        ("stalled", hour(53), None)
    ]


def test_late_scans_show_another_silence_that_is_over() -> None:
    book, _ = look(EMPTY, journey(), 49, {1: "picked_up"})
    book, news = look(book, journey(), 62, {1: "picked_up", 5: "in_transit", 60: "in_transit"})
    assert news == ["redated stalled of 53, was 49", "cleared stalled of 53 at 60"]
    _, news = look(book, journey(), 63, {20: "in_transit"})
    assert news == ["withdrawn stalled of 53"]


def test_what_is_over_is_dated_anew_without_being_raised_again() -> None:
    book, _ = look(EMPTY, journey(), 60, {1: "picked_up", 60: "in_transit"})
    book, news = look(book, journey(), 61, {5: "in_transit"})
    assert news == ["redated stalled of 53 at 60, was 49"]
    assert [(row.raised_at, row.cleared_at) for row in book.exceptions] == [(hour(53), hour(60))]


def test_what_is_over_is_not_mistaken_for_what_lasts() -> None:
    book, _ = look(EMPTY, journey(), 60, {1: "picked_up", 60: "in_transit"})
    _, news = look(book, journey(), 110, {40: "in_transit"})
    assert news == ["withdrawn stalled of 49", "raised stalled of 108"]


def test_an_exception_that_is_over_when_it_is_heard_of_is_raised_and_cleared() -> None:
    _, news = look(EMPTY, journey(), 60, {1: "picked_up", 55: "in_transit"})
    assert news == ["raised stalled of 49", "cleared stalled of 49 at 55", "picked_up at 1"]


def test_a_scan_that_decides_nothing_leaves_the_very_same_book() -> None:
    said = {1.0: "picked_up", 2.0: "in_transit", 3.0: "in_transit", 9.0: "in_transit"}
    book, _ = look(EMPTY, journey(), 9, said)
    assert [hours_at(one.at) for one in book.scans] == [1, 2, 9]
    known = [*scans(said), scan(5, "in_transit"), scan(7, "stalled"), scan(12, "delivered")]
    assert heard(book, journey(), known, hour(10)) is book
    assert [decides(book, journey(), one) for one in known] == [False] * 6 + [True]


def test_scans_before_all_others_and_with_another_effect_decide() -> None:
    book, _ = look(EMPTY, journey(), 9, {1: "picked_up", 2: "in_transit", 9: "in_transit"})
    assert decides(book, journey(), scan(0.5, "registered"))
    assert decides(book, journey(), scan(5, "held"))
    assert decides(book, journey(), scan(5, "in_transit carrier_damaged_parcel"))


def test_with_silence_off_only_the_ends_of_a_run_are_kept() -> None:
    frame = journey(**OFF.model_dump())
    book = heard(EMPTY, frame, [scan(hours, "in_transit") for hours in range(9000)], hour(9000))
    assert [hours_at(one.at) for one in book.scans] == [0, 8999]


def test_a_carrier_that_repeats_itself_every_minute_keeps_the_book_small() -> None:
    """Thirty days of the same failed attempt, told anew each minute: two scans per 24 hours are enough."""
    said = [scan(minute / 60, "attempt_failed") for minute in range(30 * 24 * 60)]
    book = heard(EMPTY, journey(), said, hour(900))
    assert len(book.scans) <= 2 * 30 + 2
    assert heard(book, journey(), said, hour(900)) is book
    assert course_of(book, journey(), hour(900)) == course(journey(), said, hour(900))


def test_a_book_survives_json() -> None:
    book, _ = look(EMPTY, journey(), 60, {1: "picked_up", 55: "held carrier_damaged_parcel"})
    again = ParcelBook.model_validate_json(book.model_dump_json(exclude_defaults=True))
    assert again == book
    assert changes(again, journey(), hour(60)) == ()


@given(slow=parcels(most=40), data=st.data())
@settings(max_examples=300, deadline=None)
def test_looks_in_between_come_to_what_a_replay_says(slow: SlowWatch, data: st.DataObject) -> None:
    """Scans arrive in any order, some late; the carrier tells all it knows at each look."""
    frame, all_scans, book = journey_of(slow), [as_scan(one) for one in slow.said], EMPTY
    arrivals = [data.draw(st.integers(max(one.at, 0), 100)) for one in slow.said]
    for now in sorted(data.draw(st.sets(st.integers(0, 120), min_size=1, max_size=6))):
        known = [one for one, arrived in zip(all_scans, arrivals, strict=True) if arrived <= now]
        book = heard(book, frame, known, tick(now))
        assert course_of(book, frame, tick(now)) == course(frame, known, tick(now))
        assert heard(book, frame, known, tick(now)) is book
        book = tell_all(book, frame, tick(now))
        assert_told(book, frame, known, tick(now))


def tell_all(book: ParcelBook, frame: Journey, now: datetime) -> ParcelBook:
    raised: list[tuple[str, datetime]] = []
    for change in changes(book, frame, now):
        if isinstance(change, ExceptionChange) and change.change in ("raised", "redated"):
            raised.append((change.kind, change.raised_at))
        book = told(book, change)
    assert len(raised) == len(set(raised))
    assert changes(book, frame, now) == ()
    return book


def assert_told(book: ParcelBook, frame: Journey, known: list[Scan], now: datetime) -> None:
    found = course(frame, known, now)
    rows = {(row.kind, row.raised_at, row.cleared_at is None) for row in book.exceptions}
    assert rows == {(e.kind, e.raised_at, e.cleared_at is None) for e in found.episodes}
    assert len(book.exceptions) == len(found.episodes)
    assert set(book.milestones) == set(found.milestones)
    assert len(set(book.milestones)) == len(book.milestones)


def test_a_million_duplicates_are_the_same_book_and_no_news() -> None:
    """Each look asks `heard` of all that the carrier tells; nothing of it may grow with the duplicates."""
    frame = journey()
    once = scans({0: "picked_up", 5: "in_transit", 9: "in_transit"})
    book = heard(EMPTY, frame, once, hour(10))
    for change in changes(book, frame, hour(10)):
        book = told(book, change)
    feed = (once[number % 3] for number in range(1_000_000))
    assert heard(book, frame, feed, hour(10)) is book
    assert changes(book, frame, hour(10)) == ()
