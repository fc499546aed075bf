"""Given a rung of a case's clock, then each member is told once, and the case is given away by a fact."""

from typing import Any

import pytest

from domain.cases.escalating import addressed, decide_given, rung_of
from domain.cases.events import Assigned, ClockChanged
from domain.cases.folding import Fact
from domain.complaints import requests as ask
from domain.complaints.kind import COMPLAINT
from domain.notices import Notice
from domain.staff.ladder import Climbed, Given
from tests.domain.complaints.given import Story

SV = Given(team="quality", member="sv-03", reason="take_over reached 4h; leads quality")


def untaken(hours: float = 4, **changes: Any) -> Story:
    """A complaint about quality that nobody of its team has taken for so many hours of a Monday."""
    return Story(**changes).after(hours=hours).happens()


def rung(story: Story, clock: str, text: str) -> Fact:
    """The fact that a clock has reached a rung."""
    [found] = [
        fact
        for fact in story.facts
        if isinstance(fact.event, ClockChanged) and (fact.event.metric, fact.event.rung) == (clock, text)
    ]
    return found


def notices(story: Story, fact: Fact) -> list[Notice]:
    return COMPLAINT.notices_of(story.state, fact, story.now)


def told(notices: list[Notice]) -> list[tuple[str | None, str | None]]:
    return [(notice.role, notice.member) for notice in notices]


def test_the_staff_is_asked_with_what_the_case_is() -> None:
    story = untaken()
    fired = rung_of(COMPLAINT, story.state, rung(story, "take_over", "100%").event, story.now)
    assert fired is not None
    assert (fired.kind, fired.category, fired.team, fired.assignee) == (
        "complaint",
        "product_quality",
        "quality",
        None,
    )
    assert (fired.clock, fired.rung, fired.tell, fired.reassign) == ("take_over", "100%", ("lead",), "team")


def test_nothing_but_a_rung_is_asked_about() -> None:
    story = untaken()
    others = [fact.event for fact in story.facts if not getattr(fact.event, "rung", None)]
    assert {event.name for event in others} == {"complaint.opened", "complaint.dispatched", "clock.changed"}
    assert not any(rung_of(COMPLAINT, story.state, event, story.now) for event in others)
    silent = ClockChanged(metric="take_over", instance=1, change="warned", rung="50%")
    assert rung_of(COMPLAINT, story.state, silent, story.now) is None


def test_each_role_is_addressed_by_its_member() -> None:
    story = untaken(hours=33)
    fact = rung(story, "first_review", "100%")
    climbed = Climbed(readers={"agent": "cs-01", "lead": "sv-03"})
    found = list(addressed(notices(story, fact), fact.record.seq, climbed))
    assert told(found) == [("agent", "cs-01"), ("lead", "sv-03")]
    assert found[0].notice_id == f"complaint:m1:C-1:clock_breached:{fact.record.seq}:agent:cs-01"


def test_who_stands_in_for_two_roles_is_told_once() -> None:
    story = untaken(hours=33)
    fact = rung(story, "first_review", "100%")
    climbed = Climbed(readers={"agent": "sv-03", "lead": "sv-03"})
    assert told(list(addressed(notices(story, fact), fact.record.seq, climbed))) == [("agent", "sv-03")]


def test_without_a_staff_each_role_keeps_its_address() -> None:
    story = untaken(hours=33)
    fact = rung(story, "first_review", "100%")
    by_role = notices(story, fact)
    assert list(addressed(by_role, fact.record.seq, Climbed())) == by_role
    assert told(by_role) == [("agent", None), ("lead", None)]


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        ({"lead": "sv-03"}, [("lead", "sv-03"), ("agent", "cs-02")]),
        ({"lead": "cs-02"}, [("lead", "cs-02")]),
    ],
)
def test_who_gets_the_case_hears_of_it(readers: Any, expected: Any) -> None:
    story = untaken()
    fact = rung(story, "take_over", "100%")
    climbed = Climbed(readers=readers, given=SV.model_copy(update={"member": "cs-02"}))
    assert told(list(addressed(notices(story, fact), fact.record.seq, climbed))) == expected


def test_a_policy_that_sends_nothing_tells_the_new_owner_nothing() -> None:
    assert list(addressed([], 7, Climbed(given=SV))) == []


def test_the_case_is_given_away() -> None:
    given = decide_given(untaken().state, SV, team="quality", assignee=None)
    assert given == [Assigned(team="quality", assignee="sv-03", reason=SV.reason)]


def test_a_case_without_a_team_gets_its_owners() -> None:
    story = Story(category=None)
    given = decide_given(story.state, SV, team=None, assignee=None)
    assert given == [Assigned(team="quality", assignee="sv-03", reason=SV.reason)]
    alone = decide_given(story.state, SV.model_copy(update={"team": None}), team=None, assignee=None)
    assert alone == [Assigned(assignee="sv-03", reason=SV.reason)]


def test_what_went_on_meanwhile_stays_as_it_is() -> None:
    taken = untaken().asked(ask.Take(agent="cs-01"))
    assert decide_given(taken.state, SV, team="quality", assignee=None) == []
    closed = Story().asked(ask.WithdrawComplaint())
    assert decide_given(closed.state, SV, team="quality", assignee=None) == []


def test_nobody_and_a_team_that_the_policy_does_not_name_get_nothing() -> None:
    assert decide_given(untaken().state, None, team="quality", assignee=None) == []
    unknown = SV.model_copy(update={"team": "night_watch"})
    assert decide_given(Story(category=None).state, unknown, team=None, assignee=None) == []
