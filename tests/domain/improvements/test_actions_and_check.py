"""Improvements: actions until all is done, and whether it helped (sop C16, L6)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.cases.readings import clock_rows
from domain.errors import InvalidRequest, NotFound, Refused, WrongStage
from domain.improvements import messages as ask
from domain.improvements.archive import archive_entry
from domain.improvements.decisions.actions import ACTIONS_MAX
from domain.improvements.decisions.check import decide_due, next_deadline
from domain.improvements.opening import wanted_count
from domain.improvements.views import actor_of, facets, headline, opening_answer, progress, waiting_for
from domain.notice_kinds import NoticeFacts
from tests.domain.improvements.given import (
    ACCEPT,
    ADD,
    DECLINE,
    DROP_FIRST,
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
    recurring,
    watched,
)
from tests.domain.returns.given import CONTENT, OPENED_AT

AGAIN = ["complaint:m1:C-8", "complaint:m1:C-9"]


def test_actions_are_numbered_and_done_with_what_shows_it() -> None:
    state = accepted().asked(ADD, ADD, FINISH_FIRST).state
    assert [(each.action, each.round, each.open) for each in state.actions] == [(1, 1, False), (2, 1, True)]
    assert state.actions[0].evidence == "contract 2026-114"


@pytest.mark.parametrize(
    ("commands", "error", "why"),
    [
        ([FINISH_FIRST], NotFound, "no action 1; it has 0"),
        ([ADD, FINISH_FIRST, FINISH_FIRST], Refused, "done already"),
        ([ADD, DROP_FIRST, FINISH_FIRST], Refused, "dropped already"),
        ([ADD, FINISH], Refused, "still to be done: 1"),
        ([FINISH], Refused, "nothing was done in round 1"),
        ([ADD, DROP_FIRST, FINISH], Refused, "nothing was done in round 1"),
        ([ADD, FINISH_FIRST, FINISH, ADD], WrongStage, "possible in actions"),
        ([ADD, FINISH_FIRST, FINISH, DROP_FIRST], WrongStage, "possible in actions"),
        ([ADD, FINISH_FIRST, FINISH, FINISH], WrongStage, "possible in actions"),
        ([ADD] * (ACTIONS_MAX + 1), Refused, "100 actions already"),
        ([ADD.model_copy(update={"due_by": OPENED_AT})], InvalidRequest, "in the past"),
    ],
)
def test_an_action_that_cannot_be_is_refused(
    commands: list[ask.Command], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        accepted().asked(*commands)


def test_an_action_may_have_its_own_day() -> None:
    by = OPENED_AT + timedelta(days=3)
    assert accepted().asked(ADD.model_copy(update={"due_by": by})).state.actions[0].due_by == by


def test_the_figures_are_watched_for_the_time_of_its_severity() -> None:
    story = done()
    assert next_deadline(story.state) == (story.state.check_at, "effectiveness check")
    assert decide_due(story.state, story.now) == []
    asked = wanted_count(story.state)
    assert asked.since == OPENED_AT
    assert (asked.until - asked.since).days == 30
    assert (asked.merchant, asked.kinds) == ("m1", ["return", "complaint", "delivery"])
    assert story.after(days=30).state.stage == "observation"
    assert story.after(days=1).state.stage == "check"
    assert next_deadline(story.state) is None


@pytest.mark.parametrize(
    ("severity", "baseline", "tolerated"),
    [("critical", 50, 0), ("major", 9, 0), ("major", 10, 1), ("minor", 9, 4), ("minor", 0, 0)],
)
def test_what_is_tolerated_is_a_part_of_what_was_before(severity: str, baseline: int, tolerated: int) -> None:
    assert Story(severity=severity, baseline=baseline).state.tolerated == tolerated


@pytest.mark.parametrize("found", [0, 2])
def test_what_came_up_no_more_than_tolerated_is_effective(found: int) -> None:
    story = watched().counted(found)
    assert story.names()[-3:] == ["check_due", "checked", "closed"]
    assert (story.state.outcome, story.state.found) == ("effective", found)
    assert story.state.evidence == EVIDENCE


def test_what_recurs_goes_back_to_actions_with_the_new_cases_as_evidence() -> None:
    story = watched().counted(3, *AGAIN)
    assert story.names()[-3:] == ["checked", "recurred", "round_begun"]
    assert (story.state.stage, story.state.round) == ("actions", 2)
    assert story.state.evidence == [*EVIDENCE, *AGAIN]
    assert (story.state.done_at, story.state.check_at) == (None, None)


def test_the_departments_lead_is_told_of_each_further_round_and_until_when() -> None:
    story = watched()
    assert "improvement_round" not in {each.kind for each in story.notices}, "of the first they know"
    [told] = [each for each in story.counted(3, *AGAIN).notices if each.kind == "improvement_round"]
    assert (told.role, told.team, told.customer_id) == ("lead", "logistics", None)
    *_, due = [row.due_at for row in clock_rows(story.state, story.now) if row.name == "completion"]
    assert told.facts == NoticeFacts(severity="major", recurs="category logistics, carrier swift", until=due)


def test_after_the_last_round_the_head_decides() -> None:
    story = recurring()
    assert story.names()[-2:] == ["recurred", "escalated"]
    assert (story.state.stage, story.state.because) == ("ruling", "recurs")
    assert story.asked(GO_ON).state.round == 3
    assert recurring().asked(STOP).state.outcome == "not_effective"


def test_each_round_has_a_clock_of_its_own_and_so_has_each_check() -> None:
    story = recurring()
    assert story.clocks("completion") == ["activated", "met"] * 2
    assert story.clocks("effectiveness") == ["activated", "met"] * 2
    assert story.clocks("ruling") == ["activated"]
    assert story.clocks("acceptance") == ["activated", "met"]
    assert story.asked(STOP).clocks("ruling") == ["activated", "met"]


def test_the_lead_and_the_head_are_told_of_what_nobody_answers() -> None:
    story = Story().after(days=3)
    assert story.clocks("acceptance") == ["activated", "75%", "100%", "breached", "9h"]
    assert [(each.kind, each.role) for each in story.notices] == [
        ("improvement_proposed", "lead"),
        ("clock_breached", "lead"),
        ("clock_breached", "lead"),
        ("clock_breached", "head"),
        ("clock_breached", "head"),
    ]
    assert {each.customer_id for each in story.notices} == {None}


def test_what_is_withdrawn_or_declined_stops_its_clocks() -> None:
    assert Story().asked(WITHDRAW).clocks("acceptance") == ["activated", "cancelled"]
    assert accepted().asked(WITHDRAW).clocks("completion") == ["activated", "cancelled"]
    assert Story().asked(DECLINE, INSIST, WITHDRAW).clocks("ruling") == ["activated", "cancelled"]


WHERE: list[tuple[Given, str | None, str | None]] = [
    (Story, "department", "accept"),
    (lambda: Story().asked(DECLINE), "requester", "insist"),
    (lambda: Story().asked(DECLINE, INSIST), "head", "rule"),
    (accepted, "department", "done"),
    (done, "time", None),
    (watched, "system", None),
    (lambda: watched().counted(0), None, None),
]


@pytest.mark.parametrize(("given", "who", "asks"), WHERE)
def test_who_owes_the_next_step_is_seen_at_every_stage(
    given: Given, who: str | None, asks: str | None
) -> None:
    state = given().state
    assert (waiting_for(state), progress(state).next) == (who, asks)


def test_the_staff_sees_where_it_is() -> None:
    story = accepted().asked(ADD, ADD, ADD, FINISH_FIRST, ask.DropAction(by="x", action=2, reason="no"))
    seen = progress(story.state)
    assert [each.state for each in seen.actions] == ["done", "dropped", "open"]
    assert (seen.department, seen.evidence, seen.baseline, seen.tolerated) == ("logistics", 2, 20, 2)
    assert seen.until is None
    assert progress(Story().asked(DECLINE).state).until is not None
    assert headline(story.state) == "Improvement I-1 for logistics, major, category logistics, carrier swift"


def test_figures_group_improvements_by_what_recurs_and_whose_it_is() -> None:
    assert facets(Story(by_figures=True).state) == {
        "department": "logistics",
        "severity": "major",
        "source": "figures",
        "category": "logistics",
        "carrier": "swift",
    }


def test_the_opening_answers_what_was_before_and_what_may_be() -> None:
    answer = opening_answer(Story().state)
    assert (answer.baseline, answer.tolerated, answer.stage, answer.outcome) == (20, 2, "proposal", None)
    assert opening_answer(Story().asked(WITHDRAW).state).outcome == "withdrawn"


@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (ACCEPT, "department:lead-7"),
        (INSIST, "staff:da-01"),
        (WITHDRAW, "staff:da-01"),
        (GO_ON, "head:head-1"),
    ],
)
def test_who_did_it_is_written_down(command: ask.Command, actor: str) -> None:
    assert actor_of(command) == actor


def test_the_library_keeps_the_root_cause_and_what_prevents_it() -> None:
    entry = archive_entry(watched(recurs={"sku": "CUP-01", "party": "supplier"}).counted(0).state)
    assert (entry.kind, entry.outcome, entry.severity, entry.party) == (
        "improvement",
        "effective",
        "major",
        "supplier",
    )
    assert (entry.skus, entry.findings) == (["CUP-01"], FINISH.root_cause)
    assert (entry.measures, entry.improvement_plan) == (ADD.what, FINISH.prevention)
    bare = archive_entry(Story().asked(DECLINE).after(days=6).state)
    assert (bare.skus, bare.reasons, bare.findings) == ([], DECLINE.reason, "")


def test_without_a_clock_the_days_of_the_desk_count_all_the_same() -> None:
    metrics: dict[str, Any] = {**CONTENT["metrics"], "improvement": {}}
    assert Story(content={"metrics": metrics}).state.timezone == "Asia/Shanghai"
