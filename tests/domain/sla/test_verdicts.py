"""Judging many cases says of each what its rows say, and compiles equal clocks once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import EndlessCalendar
from domain.sla import Calendar, ClockBook, ClockRow, observe, rows
from domain.sla.running import Heard
from domain.sla.verdicts import judge_of, judged
from tests.domain.sla.stories import DESK, metric, spec_of, when

LADDER = [{"at": "50%"}, {"at": "100%"}, {"after": "2h"}]
SPEC = spec_of(
    metric(name="reply", ladder=LADDER),
    metric(name="next", start=["answered"], stop=["replied", "asked"], reopen="new", ladder=LADDER),
    metric(name="whole", target="2 workdays", legal="3 days", legal_calendar="always", reopen="restart"),
    metric(name="rolled", target="3 days", roll="nonworking", ladder=LADDER),
)
EVENT_TYPES = ("opened", "replied", "asked", "answered", "withdrawn", "rained")
BASE = datetime(2026, 9, 28, tzinfo=UTC)

moments = st.integers(0, 12 * 24 * 4).map(lambda quarter: BASE + quarter * timedelta(minutes=15))
stories = st.lists(st.tuples(moments, st.sampled_from(EVENT_TYPES)), min_size=1, max_size=14)


def outcome(row: ClockRow) -> str:
    """The row's verdict, a clock that was cancelled unbroken apart."""
    return "cancelled" if (row.state, row.verdict) == ("cancelled", "pending") else row.verdict


@given(events=stories, as_of=moments)
@settings(max_examples=200, deadline=None)
def test_a_judge_says_what_the_rows_say(events: list[tuple[datetime, str]], as_of: datetime) -> None:
    book = ClockBook()
    for at, event_type in events:
        book = observe(book, SPEC, event_type, at)
    known = sorted((Heard(at, kind) for at, kind in events if at <= as_of), key=lambda event: event.at)
    found = [
        (name, *each)
        for name, promise in judge_of(SPEC).promises.items()
        for each in judged(promise, known, as_of)
    ]
    assert found == [
        (row.name, row.instance, outcome(row), row.due_at, row.provisional) for row in rows(book, SPEC, as_of)
    ]


def test_equal_clocks_are_one_however_they_were_made() -> None:
    """The ladder makes no difference to a verdict, the calendar does."""
    same = spec_of(metric(ladder=[{"at": "75%"}]), calendars={"desk": DESK.model_copy()})
    other = spec_of(metric(), calendars={"desk": DESK.model_copy(update={"days": {}})})
    promise = judge_of(spec_of(metric(), calendars={"desk": DESK})).promises["reply"]
    assert judge_of(same).promises["reply"] is promise
    assert judge_of(other).promises["reply"] is not promise


def test_a_deadline_that_never_comes_names_its_metric() -> None:
    never = Calendar.model_validate({"timezone": "UTC", "week": {}})
    promise = judge_of(spec_of(metric(), calendars={"desk": never})).promises["reply"]
    with pytest.raises(EndlessCalendar, match="metric reply: the calendar has no shift"):
        judged(promise, [Heard(when("11-02 09:00"), "opened")], when("11-03 09:00"))
