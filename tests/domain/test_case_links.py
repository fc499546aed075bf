"""How cases belong together: links without rings, news that are taken once, requests that all kinds share."""

import pytest

from domain.cases.decisions import actor_of_shared, check_unchanged, decide_shared
from domain.cases.events import Assigned, Linked, LinkReported, Retargeted
from domain.cases.links import OPPOSITES, OUTLIVING, CaseLink, refuse_ring
from domain.cases.messages import Assign, Link, LinkReport, Nudge
from domain.cases.news import link_news
from domain.cases.page import markdown
from domain.errors import CaseChanged, CaseClosed, InvalidRequest, LinkRefused, UnknownPolicy, UnknownTeam
from domain.kinds import has_kind, kind_of
from domain.returns import messages as ask
from domain.returns.evolve import FOLD
from domain.returns.kind import RETURN
from tests.domain.returns.given import APPROVE, Story

CHILD = LinkReport(case_id="return:m1:R-2", relation="started", stage="review")


def test_every_relation_has_its_opposite() -> None:
    assert all(OPPOSITES[OPPOSITES[relation]] == relation for relation in OPPOSITES)


@pytest.mark.parametrize(
    ("relation", "other", "upward"),
    [
        ("caused_by", "a:m:1", {}),
        ("caused_by", "c:m:3", {"c:m:3": ["b:m:2"], "b:m:2": ["a:m:1"]}),
        ("started", "b:m:2", {"a:m:1": ["c:m:3"], "c:m:3": ["b:m:2"]}),
        ("about", "b:m:2", {"b:m:2": ["c:m:3", "d:m:4"], "c:m:3": ["d:m:4"], "d:m:4": ["a:m:1"]}),
    ],
)
def test_a_link_that_would_make_a_ring_is_refused(
    relation: str, other: str, upward: dict[str, list[str]]
) -> None:
    with pytest.raises(LinkRefused, match="would make a ring"):
        refuse_ring("a:m:1", relation, other, upward)  # type: ignore[arg-type]


def test_two_ways_to_the_same_case_are_no_ring() -> None:
    refuse_ring("a:m:1", "caused_by", "b:m:2", {"b:m:2": ["d:m:4", "c:m:3"], "c:m:3": ["d:m:4"]})


def test_nobody_waits_for_what_outlives_its_cause() -> None:
    started = [CaseLink(case_id=f"{kind}:m1:1", relation="started") for kind in ("return", *OUTLIVING)]
    assert [link.is_child for link in started] == [True, False, False]


def test_news_of_a_linked_case_are_taken_once() -> None:
    story = Story()
    linked, told = link_news(story.state, CHILD)
    assert (linked, told) == (
        Linked(case_id="return:m1:R-2", relation="started"),
        LinkReported(case_id="return:m1:R-2", stage="review"),
    )
    story.happens(linked, told)
    assert link_news(story.state, CHILD) == []
    assert [link.case_id for link in story.state.open_children] == ["return:m1:R-2"]
    closed = CHILD.model_copy(update={"stage": "closed", "outcome": "refunded", "open": False})
    [ended] = link_news(story.state, closed)
    assert story.happens(ended).state.open_children == []
    assert "Started: `return:m1:R-2`, refunded" in markdown(RETURN, story.state, story.now)


def test_a_case_is_no_news_to_itself() -> None:
    story = Story()
    own = CHILD.model_copy(update={"case_id": story.state.case_id})
    assert link_news(story.state, own) == []


def test_a_case_is_given_to_a_team_or_to_one_of_its_members() -> None:
    story = Story()
    asked = Assign(by="lead-1", team="returns", assignee="fl-07", reason="least load")
    [assigned] = decide_shared(story.state, asked, story.now)
    assert assigned == Assigned(team="returns", assignee="fl-07", reason="least load")
    story.happens(assigned)
    assert (story.state.team, story.state.assignee) == ("returns", "fl-07")
    [queued] = decide_shared(story.state, Assign(by="lead-1", reason="away"), story.now)
    assert story.happens(queued).state.assignee is None
    assert story.state.team == "returns"
    assert actor_of_shared(asked) == "staff:lead-1"


def test_a_team_that_the_policy_does_not_name_is_refused() -> None:
    story = Story()
    named = story.state.terms.model_copy(update={"teams": ("returns", "quality")})
    state = story.state.model_copy(update={"terms": named})
    with pytest.raises(UnknownTeam, match="no team night; the policy has returns, quality"):
        decide_shared(state, Assign(by="lead-1", team="night", reason="late"), story.now)
    assert decide_shared(state, Assign(by="lead-1", team="quality", reason="late"), story.now)


def test_a_case_is_linked_once_never_to_itself_and_never_in_two_ways() -> None:
    story = Story()
    wanted = Link(by="lead-1", case_id="return:m1:R-2", relation="follows")
    story.happens(*decide_shared(story.state, wanted, story.now))
    assert decide_shared(story.state, wanted, story.now) == []
    with pytest.raises(LinkRefused, match="linked already, as follows"):
        decide_shared(story.state, wanted.model_copy(update={"relation": "repeats"}), story.now)
    with pytest.raises(LinkRefused, match="to itself"):
        decide_shared(story.state, wanted.model_copy(update={"case_id": story.state.case_id}), story.now)


def test_a_nudge_decides_nothing_and_a_closed_case_takes_none() -> None:
    story = Story().asked(APPROVE)
    assert decide_shared(story.state, Nudge(), story.now) == []
    assert actor_of_shared(Nudge()) == "watchdog"
    with pytest.raises(CaseClosed, match="open a new return or reopen this one"):
        decide_shared(story.asked(ask.Cancel()).state, Nudge(), story.now)


def test_who_asks_is_held_to_what_they_saw_of_the_case() -> None:
    state = Story().asked(APPROVE).state
    seq = state.seq
    for expected, unread in ((None, 0), ([seq], 0), ([1, seq], 0), ([seq - 1], 1), ([seq - 2], 3)):
        check_unchanged(state, expected, unread)
    for expected, unread in (([], 0), ([seq - 1], 0), ([seq + 1], 1), ([seq - 2], 1)):
        with pytest.raises(CaseChanged, match=f"its last event is {seq}"):
            check_unchanged(state, expected, unread)


def test_a_kind_is_known_by_the_id() -> None:
    assert kind_of("return:m1:R-1") is RETURN
    assert (has_kind("return:m1:R-1"), has_kind("refund:m1:R-1:1")) == (True, False)
    with pytest.raises(InvalidRequest, match="there is no kind of case parrot; there is: return"):
        kind_of("parrot:m1:R-1")


def test_a_start_says_what_it_is_for_people() -> None:
    reopening = ask.OpenReturn(merchant="m1", number="R-1", reopen=ask.Reopen(reason="by_ops", by="o"))
    assert (reopening.headline(), reopening.page()) == ("Return R-1 of m1", "Return R-1 of m1")
    assert (reopening.priority, reopening.channel) == (None, None)


def test_terms_that_nobody_has_cannot_be_folded() -> None:
    story = Story()
    to = Retargeted(policy="p", policy_hash="h", calendar_revision="c", terms_hash="t9", reason="ours")
    with pytest.raises(UnknownPolicy, match="no terms t9"):
        FOLD.record(story.state, [to], story.now, "staff:lead-1")
