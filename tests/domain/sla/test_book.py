"""The book that a case carries: small, foldable, through JSON; telling changes once, and when to look."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sla import (
    ClockBook,
    ClockChange,
    ClockSpec,
    all_changes,
    changes,
    next_instant,
    observe,
    rows,
    told,
)
from domain.sla.promise import Promise
from domain.sla.running import run_clock
from tests.domain.sla.stories import book_of, metric, spec_of, when

INSTANT = timedelta(microseconds=1)
LADDER = [{"at": "50%", "tell": ["agent"]}, {"at": "100%", "tell": ["agent", "lead"]}, {"after": "2h"}]
SPEC = spec_of(
    metric(name="reply", ladder=LADDER),
    metric(name="next", start=["answered"], stop=["replied", "asked"], reopen="new", ladder=LADDER),
    metric(name="whole", target="2 workdays", legal="3 days", reopen="restart", ladder=LADDER),
    metric(name="rolled", target="3 days", roll="nonworking", ladder=LADDER),
)
EVENT_TYPES = ("opened", "replied", "asked", "answered", "withdrawn", "rained")
BASE = datetime(2026, 9, 28, tzinfo=UTC)


def look(book: ClockBook, spec: ClockSpec, now: datetime) -> tuple[ClockBook, list[ClockChange]]:
    """What a case does when it wakes: record what is new, remember that it was told, go through JSON."""
    new = list(changes(book, spec, now))
    for change in new:
        book = told(book, change)
    return ClockBook.model_validate_json(book.model_dump_json()), new


moments = st.integers(0, 12 * 24 * 4).map(lambda quarter: BASE + quarter * timedelta(minutes=15))
stories = st.lists(st.tuples(moments, st.sampled_from(EVENT_TYPES)), min_size=1, max_size=14)


@given(events=stories, end=moments, eager=st.booleans())
@settings(max_examples=150, deadline=None)
def test_looking_when_told_to_records_every_change_once(
    events: list[tuple[datetime, str]], end: datetime, *, eager: bool
) -> None:
    """A case that wakes at `next_instant` and at its events misses nothing and repeats nothing."""
    book = ClockBook()
    recorded: list[ClockChange] = []
    for at, event_type in sorted(events, key=lambda event: event[0]):
        while (wake := next_instant(book, SPEC, book.told_at or BASE)) is not None and wake < at and eager:
            book, new = look(book, SPEC, wake)
            assert new, f"nothing happened at {wake}"
            assert changes(book, SPEC, wake) == ()
            recorded += new
        book = observe(book, SPEC, event_type, at)
        book, new = look(book, SPEC, at)
        recorded += new
    final = max(end, *(at for at, _ in events))
    book, new = look(book, SPEC, final)
    recorded += new
    assert sorted(recorded, key=str) == sorted(all_changes(book, SPEC, final), key=str)
    assert changes(book, SPEC, final) == ()


@given(events=stories, now=moments)
@settings(max_examples=150, deadline=None)
def test_until_the_next_instant_nothing_happens_and_then_something_does(
    events: list[tuple[datetime, str]], now: datetime
) -> None:
    book = ClockBook()
    for at, event_type in events:
        book = observe(book, SPEC, event_type, min(at, now))
    known = all_changes(book, SPEC, now)
    wake = next_instant(book, SPEC, now)
    if wake is None:
        assert all_changes(book, SPEC, now + timedelta(days=400)) == known
    else:
        assert all_changes(book, SPEC, wake - INSTANT) == known
        assert len(all_changes(book, SPEC, wake)) > len(known)


@given(events=stories, order=st.randoms(use_true_random=False), as_of=moments)
@settings(max_examples=100, deadline=None)
def test_the_order_of_arrival_does_not_matter(
    events: list[tuple[datetime, str]], order: Random, as_of: datetime
) -> None:
    """Event time decides: what is heard late counts as if it had been heard in time."""
    distinct = list({at: (at, event_type) for at, event_type in events}.values())
    in_order, shuffled = ClockBook(), ClockBook()
    for at, event_type in sorted(distinct):
        in_order = observe(in_order, SPEC, event_type, at)
    order.shuffle(distinct)
    for at, event_type in distinct:
        shuffled = observe(shuffled, SPEC, event_type, at)
    assert rows(in_order, SPEC, as_of) == rows(shuffled, SPEC, as_of)


def from_the_start(book: ClockBook, now: datetime) -> Counter[tuple[str, str, datetime, datetime]]:
    """What a run over all that is known by then makes of the clocks."""
    known = sorted((event for event in book.heard if event.at <= now), key=lambda event: event.at)
    clocks = [run_clock(known, Promise(each, SPEC), now) for each in SPEC.metrics]
    return Counter(
        (clock.promise.metric.name, change.kind, change.at, change.due_at)
        for clock in clocks
        for change in clock.changes
    )


@pytest.mark.parametrize("late_per_cent", [0, 3])
def test_a_long_case_goes_on_from_where_it_was_as_if_run_from_its_start(late_per_cent: int) -> None:
    dice, book, now = Random(late_per_cent), ClockBook(), BASE
    recorded: Counter[ClockChange] = Counter()
    for number in range(300):
        now += timedelta(minutes=dice.randrange(90))
        late = timedelta(hours=9) if dice.randrange(100) < late_per_cent else timedelta(0)
        book = observe(book, SPEC, dice.choice(EVENT_TYPES), now - late)
        book, new = look(book, SPEC, now)
        recorded.update(new)
        if number % 10 == 0:
            told_so = [
                (each.metric, each.change, each.at, each.due_at) for each in all_changes(book, SPEC, now)
            ]
            assert Counter(told_so) == from_the_start(book, now)
    whole = Counter(all_changes(book, SPEC, now))
    assert whole <= recorded
    assert late_per_cent or whole == recorded


def test_events_that_no_clock_hears_leave_the_book_as_it_is() -> None:
    book = book_of(SPEC, [("11-02 09:00", "opened")])
    assert observe(book, SPEC, "rained", when("11-02 10:00")) is book


def test_the_book_is_small() -> None:
    """A plain case's book is some forty bytes per event that a clock listens to."""
    book = book_of(SPEC, [("11-02 09:00", "opened"), ("11-02 10:00", "replied")])
    assert book.model_dump_json(exclude_defaults=True) == (
        '{"heard":[["2026-11-02T01:00:00Z","opened"],["2026-11-02T02:00:00Z","replied"]]}'
    )


def test_changes_tell_what_happened_when_and_whom_to_tell() -> None:
    spec = spec_of(metric(ladder=LADDER))
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked"), ("11-02 11:00", "answered")]
    found = changes(book_of(spec, events), spec, when("11-02 18:00"))
    assert [(change.change, change.at, change.rung, change.tell) for change in found] == [
        ("activated", when("11-02 09:00"), None, ()),
        ("paused", when("11-02 10:00"), None, ()),
        ("resumed", when("11-02 11:00"), None, ()),
        ("warned", when("11-02 12:00"), "50%", ("agent",)),
        ("warned", when("11-02 15:00"), "100%", ("agent", "lead")),
        ("breached", when("11-02 15:00"), None, ()),
        ("warned", when("11-02 17:00"), "2h", ()),
    ]
    assert [change.due_at for change in found[:3]] == [
        when("11-02 14:00"),
        when("11-02 14:00"),
        when("11-02 15:00"),
    ]


def test_ends_are_met_cured_or_cancelled() -> None:
    def last(event_type: str, at: str) -> str:
        spec = spec_of(metric())
        book = book_of(spec, [("11-02 09:00", "opened"), (at, event_type)])
        return all_changes(book, spec, when("11-20 09:00"))[-1].change

    assert last("replied", "11-02 14:00") == "met"
    assert last("replied", "11-02 14:01") == "cured"
    assert last("withdrawn", "11-02 14:01") == "cancelled"


def test_a_breach_is_told_although_the_last_look_was_at_the_very_deadline() -> None:
    spec = spec_of(metric(ladder=[{"at": "100%"}]))
    book = book_of(spec, [("11-02 09:00", "opened")])
    book, at_due = look(book, spec, when("11-02 14:00"))
    assert [change.change for change in at_due] == ["activated", "warned"]
    assert next_instant(book, spec, when("11-02 14:00")) == when("11-02 14:00") + INSTANT
    book, after = look(book, spec, when("11-02 14:00") + INSTANT)
    assert [(change.change, change.at) for change in after] == [("breached", when("11-02 14:00"))]
    assert changes(book, spec, when("11-20 14:00")) == ()


def test_a_stop_heard_late_clears_the_verdict_and_is_told() -> None:
    spec = spec_of(metric())
    book, new = look(book_of(spec, [("11-02 09:00", "opened")]), spec, when("11-02 15:00"))
    assert [change.change for change in new] == ["activated", "breached"]
    book, new = look(observe(book, spec, "replied", when("11-02 13:00")), spec, when("11-02 16:00"))
    assert [(change.change, change.at) for change in new] == [("met", when("11-02 13:00"))]
    (row,) = rows(book, spec, when("11-02 16:00"))
    assert (row.verdict, row.breached_at) == ("met", None)
    assert changes(book, spec, when("11-20 14:00")) == ()


def test_nothing_will_happen_to_clocks_that_rest() -> None:
    def upcoming(*events: tuple[str, str]) -> datetime | None:
        return next_instant(book_of(spec_of(metric()), list(events)), spec_of(metric()), when("11-02 12:00"))

    opened = ("11-02 09:00", "opened")
    assert upcoming() is None
    assert upcoming(opened) == when("11-02 14:00") + INSTANT
    assert upcoming(opened, ("11-02 10:00", "asked")) is None
    assert upcoming(opened, ("11-02 10:00", "replied")) is None
