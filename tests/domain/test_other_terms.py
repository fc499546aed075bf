"""Holding an open case to other terms: the fact, what it would move, the file that gives its clocks again."""

from datetime import date
from typing import Any

import pytest

from domain.calendars import Snapshot, revision_of
from domain.cases.answers import answer_to
from domain.cases.decisions import actor_of_shared, decide_shared
from domain.cases.messages import Assign, Retarget
from domain.cases.readings import clock_rows
from domain.cases.replaying import clock_replay, told_clocks
from domain.cases.retargeting import decide_retarget, moves, profile_facts
from domain.digests import digest
from domain.errors import CaseClosed, InvalidRequest
from domain.policy import CaseProfile, Policy
from domain.policy.packed import pack, unpacked
from domain.policy.pinned import ReturnTerms
from domain.policy.profiles import profile_of
from domain.returns import messages as ask
from domain.returns.kind import RETURN
from domain.sla import ClockSpec, replay
from tests.domain.returns.given import APPROVE, CHINA, CONTENT, OPENED_AT, Story
from tests.domain.test_retargeting import other, retarget

THREE_DAYS = {
    "calendar": "desk",
    "targets": [{"target": "3 workdays"}],
    "start": ["return.applied"],
    "stop": ["return.approved"],
}
WANTED = Retarget(by="lead-1", policy="other", reason="peak")


def told(story: Story, **metrics: Any) -> list[tuple[str, str | None, str | None, int | None]]:
    """What other targets would move."""
    found = moves(story.state, other(story, **metrics), story.now)
    return [(move.metric, move.before, move.after, move.moved_seconds) for move in found]


def test_other_terms_are_a_fact_that_names_them() -> None:
    story = Story()
    [fact] = decide_retarget(story.state, WANTED, other(story, review={"target": "8h"}), "t2")
    terms = story.state.terms
    assert (fact.policy, fact.policy_hash, fact.calendar_revision) == (
        terms.policy,
        terms.policy_hash,
        terms.calendar_revision,
    )
    assert (fact.terms_hash, fact.reason) == ("t2", "peak")


def test_the_same_terms_are_no_fact() -> None:
    story = Story()
    assert decide_retarget(story.state, WANTED, story.state.terms, story.state.terms_hash) == []


def test_a_closed_case_is_held_to_what_it_was() -> None:
    story = Story().asked(ask.Cancel())
    with pytest.raises(CaseClosed):
        decide_retarget(story.state, WANTED, story.state.terms, "t2")
    with pytest.raises(CaseClosed):
        decide_shared(story.state, WANTED, story.now)


def test_a_wish_alone_is_judged_and_changes_nothing() -> None:
    story = Story()
    assert list(decide_shared(story.state, WANTED, story.now)) == []
    assert actor_of_shared(WANTED) == "staff:lead-1"


def test_only_the_answer_to_a_retarget_names_the_terms() -> None:
    state = Story().state
    answer = answer_to(state, WANTED)
    assert (answer.terms_hash, answer.request_hash) == (state.terms_hash, digest(WANTED))
    assigned = answer_to(state, Assign(by="lead-1", team="returns", reason="theirs"))
    assert "terms_hash" not in assigned.model_fields_set


def test_nothing_moves_under_the_same_terms() -> None:
    assert told(Story().after(hours=1)) == []


def test_a_deadline_that_would_move_is_told() -> None:
    assert told(Story().after(hours=1), review={"target": "5h"}) == [("review", "pending", "pending", 3600)]


def test_a_breach_that_would_come_is_told() -> None:
    assert told(Story().after(hours=2), review={"target": "1h"}) == [
        ("review", "pending", "breached", -3 * 3600)
    ]


def test_a_clock_that_would_go_is_told() -> None:
    assert told(Story().after(hours=1), review=None) == [("review", "pending", None, None)]


def test_a_clock_that_would_be_cancelled_is_told_as_such() -> None:
    story = Story().asked(APPROVE)
    found = told(story, review={"stop": ("return.refused",), "cancel": ("return.approved",)})
    assert found == [("review", "met", "cancelled", 0)]


def test_a_deadline_that_would_become_certain_is_told() -> None:
    story = Story().after(hours=1)
    sure = story.state.terms
    ends = sure.clocks.calendars["desk"].model_copy(update={"valid_through": OPENED_AT.date()})
    unsure = ClockSpec(
        calendars={**sure.clocks.calendars, "desk": ends},
        metrics=tuple(
            metric.model_copy(update={"target": "3 workdays"}) if metric.name == "review" else metric
            for metric in sure.clocks.metrics
        ),
    )
    surely = unsure.model_copy(update={"calendars": sure.clocks.calendars})
    story.state = story.state.model_copy(update={"terms": sure.model_copy(update={"clocks": unsure})})
    found = moves(story.state, sure.model_copy(update={"clocks": surely}), story.now)
    assert [(move.metric, move.before, move.moved_seconds) for move in found] == [("review", "pending", 0)]


def test_a_deadline_beyond_new_year_is_settled_by_the_new_year_s_holidays() -> None:
    """Applied for on Wednesday 30 December; before 2027's days are known, 1 January looks like a workday."""
    opened_at = OPENED_AT.replace(month=12, day=30)
    policy = Policy.model_validate({**CONTENT, "metrics": {"return": {"review": THREE_DAYS}}})

    def pinned(china: Snapshot) -> ReturnTerms:
        return policy.pin(ReturnTerms, CaseProfile(kind="return"), opened_at, {"cn": china})

    days = {**CHINA.days, **{date(2027, 1, day): "holiday" for day in (1, 2, 3)}}
    until = date(2027, 12, 31)
    revision = revision_of(CHINA.valid_from, until, days)
    known = {"days": days, "valid_through": until, "revision": revision}
    published = Snapshot.model_validate({**CHINA.model_dump(), **known})
    story = Story()
    applied = story.facts[0].event
    story.now, story.facts, story.state = opened_at, [], RETURN.blank("return:m1:R-2", pinned(CHINA))
    story.happens(applied)
    [before] = clock_rows(story.state, story.now)
    assert (before.due_at.astimezone(opened_at.tzinfo).date(), before.provisional) == (date(2027, 1, 4), True)
    assert retarget(story, pinned(published)) == [("review", "retargeted", None)]
    [after] = clock_rows(story.state, story.now)
    assert (after.due_at.astimezone(opened_at.tzinfo).date(), after.provisional) == (date(2027, 1, 5), False)


class TermsOfAnotherKind(ReturnTerms):
    """Terms with a section that the standard policy leaves out."""

    sections = ("returns", "lookups", "in_force")


def test_a_policy_without_the_rules_of_the_kind_is_refused_with_the_section() -> None:
    policy = Policy.model_validate(CONTENT)
    with pytest.raises(InvalidRequest, match="policy standard has no section in_force"):
        policy.pin(TermsOfAnotherKind, CaseProfile(kind="return"), OPENED_AT, {"cn": CHINA})


def test_a_profile_without_a_channel_is_the_plainest() -> None:
    state = Story().state
    assert profile_of("return", *profile_facts(state)) == CaseProfile(kind="return", channel="app")
    brought_by_none = state.model_copy(update={"channel": ""})
    assert profile_of("claim", *profile_facts(brought_by_none)) == CaseProfile(kind="claim")


def test_a_profile_in_words_of_another_version_is_refused_with_the_word() -> None:
    with pytest.raises(InvalidRequest, match="priority"):
        profile_of("return", "P9", "ordinary", "app")


def test_terms_come_out_of_their_packing_as_they_went_in() -> None:
    terms = Story().state.terms
    assert unpacked(ReturnTerms, pack(terms)) == terms


def test_the_file_of_a_retargeted_case_gives_its_clocks() -> None:
    story = Story().after(hours=1)
    retarget(story, other(story, review={"target": "2h"}))
    story.after(hours=4).happens()
    asked = clock_replay(story.state, [fact.record for fact in story.facts], story.now)
    assert {event.type for event in asked.events} == {"return.applied", "case.retargeted"}
    assert replay(asked) == told_clocks(story.state, story.now)
