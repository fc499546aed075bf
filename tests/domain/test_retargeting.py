"""Clocks under other terms: worked out anew from the case's own events, told once, nothing forgotten."""

from typing import Any

import pytest

from domain.cases.events import ClockChanged, Retargeted
from domain.cases.readings import clock_rows
from domain.policy import ReturnTerms
from domain.returns import messages as ask
from domain.returns.evolve import FOLD
from domain.sla import ClockBook, ClockSpec, Metric, observe, rows
from tests.domain.returns.given import APPROVE, Story

TO = Retargeted(policy="other", policy_hash="h2", calendar_revision="none", terms_hash="t2", reason="peak")


def other(story: Story, **metrics: Any) -> ReturnTerms:
    """The story's terms with other targets; a metric that is None is promised no more."""
    kept = [
        Metric.model_validate({**metric.model_dump(exclude_none=True), **(metrics.get(metric.name) or {})})
        for metric in story.state.terms.clocks.metrics
        if metrics.get(metric.name, {}) is not None
    ]
    spec = ClockSpec(calendars=story.state.terms.clocks.calendars, metrics=tuple(kept))
    return story.state.terms.model_copy(update={"clocks": spec})


def retarget(story: Story, terms: ReturnTerms) -> list[tuple[str, str, str | None]]:
    """Hold the case to other terms; gives the clock changes that were told."""
    story.state, told = FOLD.record(story.state, [TO], story.now, "staff:lead-1", {"t2": terms})
    story.facts += told
    changes = [fact.event for fact in told if isinstance(fact.event, ClockChanged)]
    return [(each.metric, each.change, each.rung) for each in changes]


def test_a_shorter_promise_that_is_missed_already_is_told_with_its_rungs() -> None:
    story = Story().after(hours=2)
    told = retarget(story, other(story, review={"target": "1h"}))
    assert ("review", "breached", None) in told
    assert [rung for metric, change, rung in told if (metric, change) == ("review", "warned")] == [
        "75%",
        "100%",
    ]
    assert ("review", "retargeted", None) in told
    assert story.state.breached
    assert (story.state.policy, story.state.terms_hash) == ("other", "t2")


def test_a_longer_promise_moves_the_deadline_and_keeps_what_was_told() -> None:
    story = Story().after(hours=3, minutes=10).happens()  # three quarters of the four hours are over
    told = retarget(story, other(story, review={"target": "8h"}))
    assert told == [("review", "retargeted", None)]
    again = story.after(hours=1).happens().facts[-1].event
    assert isinstance(again, Retargeted | ClockChanged)
    assert [row.verdict for row in clock_rows(story.state, story.now) if row.name == "review"] == ["pending"]


def test_each_rung_fires_once_over_a_retarget() -> None:
    story = Story().after(hours=3, minutes=10).happens()
    retarget(story, other(story, review={"target": "5h"}))
    story.after(hours=2).happens()
    fired = [
        fact.event.rung
        for fact in story.facts
        if isinstance(fact.event, ClockChanged)
        and (fact.event.metric, fact.event.change) == ("review", "warned")
    ]
    assert fired == ["75%", "100%"]


def test_what_time_brought_about_under_the_old_promise_is_told_before_the_new_one_holds() -> None:
    story = Story().after(hours=5)  # nobody has looked yet
    told = retarget(story, other(story, review={"target": "1000h"}))
    assert ("review", "breached", None) in told
    names = [fact.record.type for fact in story.facts]
    breach = next(
        n
        for n, fact in enumerate(story.facts)
        if isinstance(fact.event, ClockChanged) and fact.event.change == "breached"
    )
    assert breach < names.index("case.retargeted")


def test_a_clock_that_nobody_promises_any_more_is_cancelled() -> None:
    story = Story().after(hours=1)
    assert ("review", "cancelled", None) in retarget(story, other(story, review=None))


def test_a_clock_that_is_new_starts_when_its_event_was() -> None:
    story = Story()
    bare = story.state.model_copy(update={"terms": other(story, review=None), "clocks": ClockBook()})
    story.state, story.facts = bare, []
    full = Story().state.terms
    story.happens(Story().facts[0].event).after(hours=2)
    told = retarget(story, full)
    assert ("review", "activated", None) in told
    [row] = [row for row in clock_rows(story.state, story.now) if row.name == "review"]
    assert row.elapsed_seconds == 2 * 3600


@pytest.mark.parametrize("hours", [1, 3, 30])
def test_after_a_retarget_the_clocks_are_those_of_the_case_s_own_events(
    hours: int,
) -> None:
    story = Story().after(hours=1).asked(ask.RequestInfo(agent="a", question="?")).after(hours=hours)
    story.asked(ask.GiveInfo(answer="!"))
    terms = other(story, review={"target": "2h"}, resolution={"target": "24h"})
    retarget(story, terms)
    story.asked(APPROVE).after(hours=2)
    book = ClockBook()
    for fact in story.facts:
        book = observe(book, terms.clocks, fact.record.type, fact.record.at)
    assert rows(book, terms.clocks, story.now) == clock_rows(story.state, story.now)
