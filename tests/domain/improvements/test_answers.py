"""Improvements: what becomes of a proposal (sop C16)."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.cases.events import Linked
from domain.cases.messages import Reopen
from domain.cases.readings import clock_rows
from domain.errors import CaseClosed, Refused, UnknownTeam, WrongStage
from domain.improvements import messages as ask
from domain.improvements.decisions.opening import decide_open, decide_reopen
from domain.improvements.opening import Prepared
from domain.notice_kinds import NoticeFacts
from tests.domain.improvements.given import (
    ACCEPT,
    ADD,
    DECLINE,
    EVIDENCE,
    FINISH,
    FINISH_FIRST,
    GO_ON,
    INSIST,
    STOP,
    WITHDRAW,
    Given,
    Story,
    accepted,
    done,
    finding,
    recurring,
    terms,
    watched,
)


def test_a_finding_goes_to_its_department_with_its_evidence() -> None:
    state = Story().state
    assert (state.stage, state.team, state.asked_by, state.source) == (
        "proposal",
        "logistics",
        "da-01",
        "hand",
    )
    assert (state.evidence, state.customer_id, state.priority) == (EVIDENCE, None, "P2")
    assert (state.baseline, state.tolerated) == (20, 2)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({}, "hand"),
        ({"by_figures": True}, "figures"),
        ({"by_figures": True, "cause": "complaint:m1:C-1"}, "case"),
    ],
)
def test_who_asked_is_a_case_or_the_figures_or_a_person(given: dict[str, Any], source: str) -> None:
    assert Story(**given).state.source == source


def test_a_case_that_is_reopened_has_nobody_who_asks() -> None:
    start = ask.OpenImprovement(merchant="m1", number="I-1", reopen=Reopen(reason="by_ops", by="ops"))
    assert (start.source, start.priority, start.page()) == ("hand", None, "Improvement I-1 of m1")


def test_a_department_that_the_policy_does_not_have_is_refused_by_name() -> None:
    start = ask.OpenImprovement(merchant="m1", number="I-1", improvement=finding(department="wizards"))
    for pinned, known in ((terms(), "returns, quality"), (terms(teams=[]), "the policy has none")):
        with pytest.raises(UnknownTeam, match=known):
            decide_open(start, Prepared(terms=pinned, terms_hash="t", baseline=0), "h")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"recurs": {}}, "name what recurs"),
        ({"evidence": [EVIDENCE[0], EVIDENCE[0]]}, "named twice"),
        ({"kinds": ["return", "return"]}, "named twice"),
        ({"kinds": []}, "at least 1"),
        ({"kinds": ["improvement"]}, "'return', 'complaint' or 'delivery'"),
        ({"evidence": ["C-1"]}, "pattern"),
        ({"severity": "huge"}, "'critical', 'major' or 'minor'"),
        ({"words": ""}, "at least 1 item"),
        ({"mood": "bad"}, "not permitted"),
    ],
)
def test_a_finding_that_figures_cannot_count_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        finding(**given)


def test_what_temporal_shows_has_nothing_that_anybody_wrote() -> None:
    start = ask.OpenImprovement(merchant="m1", number="I-1", improvement=finding())
    assert start.headline() == "Improvement I-1 of m1 for logistics"
    assert start.page() == "Major: category logistics, carrier swift; 2 cases show it"
    assert start.priority == "P2"


STORIES: list[tuple[Given, list[ask.Command], list[str], str]] = [
    (Story, [ACCEPT], ["proposed", "accepted", "round_begun"], "actions"),
    (Story, [DECLINE], ["proposed", "declined"], "objection"),
    (Story, [DECLINE, INSIST], ["proposed", "declined", "escalated"], "ruling"),
    (
        Story,
        [DECLINE, INSIST, GO_ON],
        ["proposed", "declined", "escalated", "ruled", "round_begun"],
        "actions",
    ),
    (Story, [DECLINE, INSIST, STOP], ["proposed", "declined", "escalated", "ruled", "closed"], "dismissed"),
    (Story, [WITHDRAW], ["proposed", "withdrawn", "closed"], "withdrawn"),
    (Story, [DECLINE, WITHDRAW], ["proposed", "declined", "withdrawn", "closed"], "withdrawn"),
    (accepted, [WITHDRAW], ["proposed", "accepted", "round_begun", "withdrawn", "closed"], "withdrawn"),
]


@pytest.mark.parametrize(("given", "commands", "then", "where"), STORIES)
def test_a_proposal_is_answered(
    given: Given, commands: list[ask.Command], then: list[str], where: str
) -> None:
    story = given().asked(*commands)
    assert story.names() == then
    assert (story.state.outcome or story.state.stage) == where


def test_the_departments_lead_is_told_what_recurs_and_until_when_to_answer() -> None:
    story = Story()
    [told] = story.notices
    assert (told.kind, told.role, told.team, told.customer_id) == (
        "improvement_proposed",
        "lead",
        "logistics",
        None,
    )
    [due] = [row.due_at for row in clock_rows(story.state, story.now) if row.name == "acceptance"]
    assert told.facts == NoticeFacts(severity="major", recurs="category logistics, carrier swift", until=due)


def test_where_nobody_must_answer_in_time_none_is_said_and_where_no_policy_sends_it_nobody_is_told() -> None:
    untimed = Story(content={"metrics": {}}).notices
    assert [told.facts.until for told in untimed] == [None]
    assert Story(content={"notices": {"send": []}}).notices == []


WANTS = {"what": "Use thicker boxes.", "due_by": "2026-12-24T18:00:00+08:00"}


@pytest.mark.parametrize("answers", [[ACCEPT], [DECLINE, INSIST, GO_ON]], ids=["accepted", "insisted"])
def test_the_first_round_begins_with_what_whoever_asked_wants_done(answers: list[ask.Command]) -> None:
    story = Story(wants=WANTS).asked(*answers)
    assert story.names()[-2:] == ["round_begun", "action_added"]
    [action] = story.state.actions
    assert (action.action, action.round, action.what) == (1, 1, WANTS["what"])
    assert action.due_by == datetime.fromisoformat(WANTS["due_by"])
    story.asked(FINISH_FIRST, FINISH).after(days=31).counted(9, "complaint:m1:C-8")
    assert (story.names()[-1], len(story.state.actions)) == ("round_begun", 1)


def test_silence_agrees_to_the_no_after_the_policys_days() -> None:
    story = Story().asked(DECLINE)
    assert story.after(days=5).names() == ["proposed", "declined"]
    assert story.after(days=1).names() == ["proposed", "declined", "closed"]
    assert (story.state.outcome, story.state.declined) == ("declined", DECLINE.reason)


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (accepted, ACCEPT),
        (accepted, DECLINE),
        (Story, INSIST),
        (Story, GO_ON),
        (accepted, STOP),
        (Story, ADD),
        (done, WITHDRAW),
        (watched, WITHDRAW),
        (recurring, ACCEPT),
    ],
)
def test_what_the_stage_does_not_allow_is_refused(given: Given, command: ask.Command) -> None:
    with pytest.raises(WrongStage):
        given().asked(command)


def test_nothing_is_asked_of_what_is_closed() -> None:
    with pytest.raises(CaseClosed):
        Story().asked(WITHDRAW, ACCEPT)


def test_a_reopened_improvement_begins_another_round() -> None:
    story = watched().counted(0)
    story.happens(*decide_reopen(story.state, Reopen(reason="by_ops", by="da-01")))
    assert story.names()[-2:] == ["reopened", "round_begun"]
    assert (story.state.stage, story.state.round, story.state.outcome) == ("actions", 2, None)


def test_what_nobody_took_on_is_proposed_anew_instead() -> None:
    state = Story().asked(WITHDRAW).state
    with pytest.raises(Refused, match="withdrawn; open a new improvement"):
        decide_reopen(state, Reopen(reason="by_ops", by="da-01"))


@pytest.mark.parametrize(
    ("given", "reason"), [(accepted, "by_ops"), (lambda: watched().counted(0), "linked_reported")]
)
def test_a_run_that_only_takes_it_up_changes_nothing(given: Given, reason: Any) -> None:
    assert decide_reopen(given().state, Reopen(reason=reason, by="ops")) == []


def test_the_case_that_asks_is_linked_as_the_cause_and_not_as_evidence() -> None:
    story = Story(cause=EVIDENCE[0])
    assert (story.state.evidence, story.state.link(EVIDENCE[0])) == (EVIDENCE[1:], None)
    story.happens(Linked(case_id=EVIDENCE[0], relation="caused_by"))
    assert [link.relation for link in story.state.links] == ["evidenced_by", "caused_by"]
    assert story.after(days=1).state.evidence == EVIDENCE[1:]
