"""Taking in, classifying, grading, dispatching, owning (sop C1–C6)."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from domain.cases.links import Cause
from domain.cases.messages import Assign
from domain.complaints import requests as ask
from domain.complaints.decisions.intake import refuse_hidden_transfer
from domain.complaints.decisions.opening import (
    decide_reopen,
    links_about,
    links_alike,
    links_caused,
    may_reopen,
)
from domain.complaints.messages import OpenComplaint
from domain.complaints.opening import AboutCase, AlikeCase
from domain.errors import (
    CaseClosed,
    InvalidRequest,
    OrderNotFound,
    QuantityExceeds,
    TransferLimit,
    UnknownTeam,
    WrongStage,
)
from domain.grading import CATEGORIES
from domain.orders import IntakeChannel
from tests.domain.complaints.given import FILE, OPENED_AT, SHA, Story, complaint

TRANSCRIPT = {"ref": "calls/1", "sha256": SHA}


@pytest.mark.parametrize("channel", get_args(IntakeChannel))
def test_c1_a_complaint_is_taken_in_by_every_channel(channel: str) -> None:
    transcript = TRANSCRIPT if channel == "phone" else None
    story = Story(channel=channel, transcript=transcript)
    assert (story.state.channel, story.names()) == (channel, ["complaint.opened", "complaint.dispatched"])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"channel": "phone"}, "a call needs its `transcript`"),
    (
        {"order_id": None, "goods": [{"line": "1", "quantity": 1}], "timezone": "UTC"},
        "goods need the `order_id`",
    ),
    ({"order_id": None}, "without an `order_id` say the `timezone`"),
    ({"source": "regulator"}, "`regulator_reference` goes with"),
    ({"regulator_reference": "12315-7"}, "`regulator_reference` goes with"),
    ({"severity": "major"}, "`severity` and `urgency` go together"),
    ({"received_at": OPENED_AT - timedelta(hours=4)}, "`received_at` lies before"),
    ({"goods": [{"line": "1", "quantity": 1}] * 2}, "`goods` names a line twice"),
    ({"demand": {"wants": ["refund", "refund"]}}, "names something twice"),
    ({"demand": {"wants": ["refund"], "amount_minor": 5}}, "an amount needs its currency"),
    ({"attachments": [{"ref": "a", "sha256": "xyz"}]}, "String should match pattern"),
    ({"about": "a return"}, "String should match pattern"),
    ({"content": "half \ud800"}, "surrogate"),
]


@pytest.mark.parametrize(("changes", "why"), BAD)
def test_c2_a_record_that_is_not_whole_is_refused_and_says_why(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match="(?s)" + why.replace("`", ".")):
        complaint(**changes)


def test_c2_a_complaint_about_no_order_knows_its_customer() -> None:
    story = Story(
        order_id=None,
        timezone="Europe/London",
        category="staff_attitude",
        severity="minor",
        urgency="normal",
        taken_in_by="a17",
    )
    state = story.state
    assert (state.customer_id, state.timezone, state.tier) == ("c1", "Europe/London", "ordinary")
    assert (state.priority, state.team, state.owner) == ("P4", "second_line", "a17")


def test_c2_a_complaint_counts_from_its_receipt() -> None:
    received = OPENED_AT - timedelta(hours=1)
    story = Story(received_at=received, channel="email")
    assert story.state.opened_at == received
    assert story.facts[0].record.data["recorded_at"] is not None
    assert story.clock("first_response").due_at == received + timedelta(hours=2)
    late = Story(received_at=OPENED_AT - timedelta(hours=3), channel="email")
    assert late.clock("first_response").verdict == "breached"


@pytest.mark.parametrize(
    ("changes", "error", "saying"),
    [
        ({"received_at": OPENED_AT + timedelta(hours=1)}, InvalidRequest, "from the future"),
        ({"occurred_at": OPENED_AT + timedelta(hours=1)}, InvalidRequest, "from the future"),
        (
            {"occurred_at": OPENED_AT - timedelta(days=50), "received_at": OPENED_AT - timedelta(days=31)},
            InvalidRequest,
            "more than 30d back",
        ),
        ({"customer_id": "c2"}, OrderNotFound, "do not belong together"),
        ({"goods": [{"line": "9", "quantity": 1}]}, InvalidRequest, "has no line 9"),
        ({"goods": [{"line": "1", "quantity": 4}]}, QuantityExceeds, "4 of line 1, 3 bought"),
    ],
)
def test_c2_what_the_shop_or_the_calendar_contradicts_is_refused(
    changes: dict[str, Any], error: type[Exception], saying: str
) -> None:
    with pytest.raises(error, match=saying):
        Story(**changes)


@pytest.mark.parametrize("category", CATEGORIES)
def test_c3_c5_each_category_goes_to_its_team(category: Any) -> None:
    story = Story(category=None)
    assert (story.state.stage, story.state.team) == ("intake", None)
    story.asked(ask.Classify(agent="a17", category=category))
    rules = story.state.terms.complaints
    assert (story.state.stage, story.state.team) == ("review", rules.dispatch.teams[category])
    story.asked(ask.Classify(agent="a17", category="payment", reason="on second thoughts"))
    assert (story.state.category, story.state.team) == ("payment", rules.dispatch.teams[category])


MATRIX = {
    ("critical", "immediate"): "P1",
    ("critical", "soon"): "P1",
    ("critical", "normal"): "P2",
    ("major", "immediate"): "P1",
    ("major", "soon"): "P2",
    ("major", "normal"): "P3",
    ("minor", "immediate"): "P2",
    ("minor", "soon"): "P3",
    ("minor", "normal"): "P4",
}


@pytest.mark.parametrize(("grade", "priority"), MATRIX.items())
def test_c4_severity_and_urgency_give_the_priority(grade: tuple[Any, Any], priority: str) -> None:
    severity, urgency = grade
    assert Story(severity=severity, urgency=urgency).state.priority == priority
    later = Story().asked(ask.Grade(agent="a17", severity=severity, urgency=urgency))
    assert later.state.priority == priority


def test_c4_a_new_grade_holds_the_case_to_other_clocks() -> None:
    story = Story(channel="email")
    due = OPENED_AT + timedelta(hours=2)
    assert (story.state.priority, story.clock("first_response").due_at) == ("P3", due)
    assert story.clock("solution").due_at == datetime.fromisoformat("2026-08-10T18:00:00+08:00")
    story.after(minutes=5).asked(ask.Grade(agent="a17", severity="critical", urgency="immediate"))
    assert story.clock("first_response").due_at == OPENED_AT + timedelta(minutes=10)
    assert story.clock("solution").due_at == datetime.fromisoformat("2026-08-04T18:00:00+08:00")
    told = [fact.record.data for fact in story.facts if fact.record.type == "clock.changed"]
    moved = {str(each["metric"]) for each in told if each["change"] == "retargeted"}
    assert moved == {"first_response", "take_over", "first_review", "solution", "resolution"}


def test_c5_a_team_has_a_time_limit_for_each_transfer() -> None:
    story = Story()
    assert story.clock("take_over").due_at == OPENED_AT + timedelta(hours=4)
    story.after(hours=1).asked(ask.Transfer(by="a17", to_team="logistics", reason="the carrier's"))
    assert (story.state.team, story.state.taken_at) == ("logistics", None)
    again = story.clock("take_over")
    assert (again.instance, again.due_at) == (2, OPENED_AT + timedelta(hours=5))
    story.after(hours=1).asked(ask.Take(agent="b2"))
    assert (story.clock("take_over").verdict, story.state.assignee) == ("met", "b2")


def test_c5_nobody_passes_the_buck_for_ever() -> None:
    story = Story()
    for team in ("logistics", "quality"):
        story.asked(ask.Transfer(by="a17", to_team=team, reason="not ours"))
    with pytest.raises(TransferLimit, match="passed on 2 times, and the policy allows 2; quality keeps it"):
        story.when(ask.Transfer(by="a17", to_team="returns", reason="not ours"))


def test_c5_it_goes_only_to_another_team_that_there_is() -> None:
    story = Story()
    with pytest.raises(UnknownTeam, match="there is no team sales; the policy has returns"):
        story.when(ask.Transfer(by="a17", to_team="sales", reason="x"))
    with pytest.raises(WrongStage, match="quality has complaint:m1:C-1 already"):
        story.when(ask.Transfer(by="a17", to_team="quality", reason="x"))
    with pytest.raises(WrongStage, match="a transfer is possible in review or"):
        Story(category=None).when(ask.Transfer(by="a17", to_team="quality", reason="x"))


def test_c5_without_a_list_of_teams_those_of_the_categories_are_known() -> None:
    story = Story()
    story.state = story.state.model_copy(update={"terms": story.state.terms.model_copy(update={"teams": ()})})
    with pytest.raises(UnknownTeam, match="the policy has quality, logistics"):
        story.when(ask.Transfer(by="a17", to_team="claims", reason="x"))


def test_c5_an_assignment_is_no_hidden_transfer() -> None:
    story = Story()
    refuse_hidden_transfer(story.state, Assign(by="lead", assignee="b2", reason="load"))
    refuse_hidden_transfer(story.state, Assign(by="lead", team="quality", reason="load"))
    with pytest.raises(WrongStage, match="send `transfer`"):
        refuse_hidden_transfer(story.state, Assign(by="lead", team="returns", reason="load"))


def test_c5_it_is_taken_once_by_each() -> None:
    story = Story().asked(ask.Take(agent="b2"))
    with pytest.raises(WrongStage, match="b2 has taken"):
        story.when(ask.Take(agent="b2"))
    assert story.asked(ask.Take(agent="b3")).state.assignee == "b3"


def test_c6_the_first_contact_owns_it_until_it_is_handed_over_by_name() -> None:
    story = Story()
    with pytest.raises(WrongStage, match="nobody owns"):
        story.when(ask.HandOver(by="a17", to="b2", reason="x"))
    story.asked(ask.Acknowledge(agent="a17"), ask.Take(agent="b2"))
    assert (story.state.owner, story.state.assignee) == ("a17", "b2")
    story.asked(ask.HandOver(by="a17", to="b2", reason="shift ends"))
    assert story.state.owner == "b2"
    with pytest.raises(WrongStage, match="b2 owns"):
        story.when(ask.HandOver(by="a17", to="b2", reason="x"))
    assert Story().asked(ask.Take(agent="b2")).state.owner == "b2"


def test_the_first_answer_is_a_persons_and_there_is_one() -> None:
    story = Story(channel="chat")
    assert [notice.kind for notice in story.notices] == ["complaint_received"]
    assert story.clock("first_response").state == "running"
    story.after(minutes=2).asked(ask.Acknowledge(agent="a17"))
    assert story.clock("first_response").verdict == "met"
    with pytest.raises(WrongStage, match="was acknowledged already"):
        story.when(ask.Acknowledge(agent="a17"))


def test_alike_complaints_are_linked_the_newest_of_each_sort() -> None:
    alike = [AlikeCase(case_id=f"complaint:m1:C-{n}", open=n % 2 == 0) for n in (5, 4, 3, 2)]
    linked = {link.model_dump()["relation"]: link.model_dump()["case_id"] for link in links_alike(alike)}
    assert linked == {"repeats": "complaint:m1:C-5", "duplicate_of": "complaint:m1:C-4"}
    assert links_alike([]) == []


ABOUT = AboutCase(case_id="return:m1:R-1", open=False, outcome="goods_failed", closed_at=OPENED_AT)


@pytest.mark.parametrize(
    ("changes", "days", "reopens"),
    [
        ({}, 15, True),
        ({}, 16, False),
        ({"outcome": "refunded"}, 1, False),
        ({"open": True, "closed_at": None}, 1, False),
        ({"closed_at": None}, 1, False),
    ],
)
def test_what_a_complaint_is_about_goes_on_where_the_policy_says_so(
    changes: dict[str, Any], days: int, reopens: bool
) -> None:
    rules = Story().state.terms.complaints
    now = OPENED_AT + timedelta(days=days)
    assert may_reopen(ABOUT.model_copy(update=changes), rules, now) is reopens


def test_a_complaint_follows_what_is_closed_and_is_about_what_goes_on() -> None:
    state = Story().state

    def relation(about: AboutCase, *, reopened: bool = False) -> str:
        [link] = links_about(state, about, reopened=reopened)
        return link.model_dump()["relation"]

    assert relation(ABOUT) == "follows"
    assert relation(ABOUT, reopened=True) == "about"
    assert relation(ABOUT.model_copy(update={"open": True})) == "about"
    assert links_about(state, None, reopened=False) == []
    known = Story().linked("return:m1:R-1", relation="caused_by").state
    assert links_about(known, ABOUT, reopened=False) == []


def test_what_opened_it_is_linked() -> None:
    assert links_caused(None) == []
    [link] = links_caused(Cause(case_id="delivery:m1:D-1"))
    assert link.model_dump()["relation"] == "caused_by"


def test_a_closed_complaint_is_looked_into_again() -> None:
    story = Story().asked(ask.WithdrawComplaint())
    with pytest.raises(CaseClosed):
        story.when(ask.Take(agent="b2"))
    assert decide_reopen(story.state, "refund_reported") == []
    story.happens(*decide_reopen(story.state, "by_ops"))
    assert (story.state.stage, story.state.round, story.state.outcome) == ("investigation", 2, None)
    assert decide_reopen(story.state, "by_ops") == []


def test_nothing_that_the_customer_wrote_is_in_what_strangers_read() -> None:
    start = OpenComplaint(merchant="m1", number="C-1", complaint=complaint(transcript=FILE))
    told = f"{start.headline()} {start.page()}"
    assert "pieces" not in told
    assert "Order SO-1, product quality, from customer by app" in told
    bare = complaint(order_id=None, timezone="UTC", category=None)
    start = OpenComplaint(merchant="m1", number="C-1", complaint=bare)
    assert "No order, not classified yet" in start.page()
    reopened = OpenComplaint.model_validate(
        {"merchant": "m1", "number": "C-1", "reopen": {"reason": "by_ops", "by": "ops"}}
    )
    assert reopened.page() == "Complaint C-1 of m1"
