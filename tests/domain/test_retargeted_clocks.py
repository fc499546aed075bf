"""What is told of clocks that have ended under other promises: nothing twice, nothing wrong."""

from datetime import timedelta
from typing import Any

from domain.cases.events import ClockChanged
from domain.cases.readings import clock_rows
from domain.policy import ReturnTerms
from domain.returns import messages as ask
from domain.sla import changes, hear, told, under_other_terms
from tests.domain.returns.given import APPROVE, Story
from tests.domain.test_retargeting import other, retarget

NO_STOP = {"stop": ("return.settled",)}


def told_of_review(story: Story, terms: ReturnTerms) -> list[tuple[str, float]]:
    """What a change of terms tells of the review: each change, and how many hours ago it was."""
    known = len(story.facts)
    retarget(story, terms)
    found = [(fact.event, fact.record.at) for fact in story.facts[known:]]
    return [
        (event.rung or event.change, (story.now - at) / timedelta(hours=1))
        for event, at in found
        if isinstance(event, ClockChanged) and event.metric == "review"
    ]


def reviewed(**passed: float) -> Story:
    """A return that was approved an hour after it was applied for, so long ago."""
    return Story().after(hours=1).asked(APPROVE).after(**passed)


def review(story: Story) -> tuple[str, str]:
    """State and verdict of the review."""
    return next(
        (row.state, row.verdict) for row in clock_rows(story.state, story.now) if row.name == "review"
    )


def test_a_clock_that_has_ended_and_ends_alike_is_not_told_again() -> None:
    story = reviewed(hours=2)
    assert told_of_review(story, other(story, review={"target": "2h"})) == []
    assert review(story) == ("stopped", "met")
    assert told_of_review(story, other(story, review={"target": "4h"})) == []


def test_a_clock_that_is_late_by_the_new_promise_is_breached_and_cured_by_event_time() -> None:
    story = reviewed(hours=2)
    found = told_of_review(story, other(story, review={"target": "30m", "ladder": ()}))
    assert found == [("breached", 2.5), ("cured", 2.0)]
    assert review(story) == ("stopped", "breached")


def test_a_clock_that_has_ended_by_the_new_promise_is_told_as_ended_when_it_did() -> None:
    story = Story()
    story.state = story.state.model_copy(update={"terms": other(story, review=NO_STOP)})
    story.after(hours=1).asked(APPROVE).after(hours=1)
    assert review(story) == ("running", "pending")
    assert told_of_review(story, other(story, review={"stop": ("return.approved",)})) == [("met", 1.0)]


def test_a_clock_that_had_ended_and_goes_on_by_the_new_promise_is_retargeted() -> None:
    story = reviewed(hours=1)
    assert told_of_review(story, other(story, review=NO_STOP)) == [("retargeted", 0.0)]
    assert review(story) == ("running", "pending")


def test_a_clock_that_was_cancelled_stays_so_where_it_is_promised_no_more() -> None:
    story = Story()
    terms = other(story, review={"stop": ("return.settled",), "cancel": ("return.approved",)})
    story.state = story.state.model_copy(update={"terms": terms})
    story.after(hours=1).asked(APPROVE).after(hours=1)
    assert review(story) == ("cancelled", "pending")
    assert told_of_review(story, other(story, review=None)) == []


def test_a_pause_that_the_new_promise_does_not_know_is_over() -> None:
    story = Story().after(hours=1).asked(ask.RequestInfo(agent="a", question="?"))
    assert review(story) == ("paused", "pending")
    assert told_of_review(story, other(story, review={"pause": ()})) == [("retargeted", 0.0)]
    assert review(story) == ("running", "pending")


def test_what_was_told_fires_no_second_time_where_a_late_event_changes_the_terms() -> None:
    """The event happened before the rung did; when it was heard of, the rung had been told."""
    story = Story().after(hours=3, minutes=10).happens()
    happened_at = story.now - timedelta(hours=2)
    book, spec = story.state.clocks, story.state.clock_spec
    late = under_other_terms(hear(book, "case.assigned", happened_at), spec, happened_at)
    assert [fired.rung for fired in late.fired] == ["75%"]
    for change in changes(late, spec, story.now):
        late = told(late, change)
    assert [fired.rung for fired in late.fired] == ["75%"]
    assert changes(late, spec, story.now) == ()


def test_each_change_is_recorded_once_over_many_retargets() -> None:
    story = reviewed(hours=1)
    for targets in ("5h", "2h", "5h"):
        retarget(story, other(story, review={"target": targets}, resolution={"target": targets}))
    recorded: list[Any] = [fact.event for fact in story.facts if isinstance(fact.event, ClockChanged)]
    ends = [event.change for event in recorded if event.metric == "review"]
    assert ends == ["activated", "met"]
