"""The customer's word, another look, a lead's decision, the written answer, the archive (sop C12–C14)."""

import hashlib
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.complaints import requests as ask
from domain.complaints.archive import archive_entry
from domain.complaints.deadlines import decide_due, next_deadline
from domain.complaints.decisions.solution import decide_answer, decide_payment
from domain.complaints.feedback import written_answer
from domain.complaints.record import Improvement
from domain.errors import ApprovalNeeded, ChildrenOpen, WrongStage
from tests.domain.complaints.given import (
    FILE,
    FIND,
    SATISFIED,
    UNHAPPY,
    Story,
    answered,
    propose,
    to_solution,
)

LEAD_CLOSES = ask.DecideFinal(by="lead-1", role="lead", decision="close", reason="All was done.")


def again(story: Story) -> Story:
    """The customer said no, and it was looked into once more."""
    story.asked(UNHAPPY, FIND, propose())
    return story.happens(*decide_answer(story.state))


def due(story: Story) -> Story:
    """The next deadline comes."""
    deadline = next_deadline(story.state)
    assert deadline is not None
    story.now = deadline[0]
    return story.happens(*decide_due(story.state, story.now), by="clock")


def test_c12_a_satisfied_customer_closes_it() -> None:
    story = answered().asked(SATISFIED)
    assert (story.state.outcome, story.names()[-2:]) == (
        "resolved",
        ["complaint.confirmed", "complaint.closed"],
    )
    assert story.notices[-1].kind == "complaint_closed"
    assert next_deadline(story.state) is None


def test_c12_a_rejection_may_be_accepted_or_looked_at_again() -> None:
    no = ask.Review(agent="a17", valid=False, reason="The cup was dropped.")
    assert Story().asked(no, SATISFIED).state.outcome == "not_valid"
    appealed = Story().asked(no, UNHAPPY)
    assert (appealed.state.stage, appealed.state.round, appealed.state.rejection) == (
        "investigation",
        2,
        None,
    )


def test_c12_an_agent_says_where_the_customers_word_stands() -> None:
    with pytest.raises(ValidationError, match="said_in"):
        ask.ConfirmSolution(by="agent", satisfied=True)
    with pytest.raises(ValidationError, match="said_in"):
        ask.WithdrawComplaint(by="agent")
    with pytest.raises(ValidationError, match=r"says why: .words"):
        ask.ConfirmSolution(satisfied=False)
    story = answered().asked(ask.ConfirmSolution(by="agent", satisfied=True, said_in=FILE))
    assert story.state.outcome == "resolved"


def test_c12_after_the_last_round_a_lead_decides() -> None:
    story = again(answered())
    assert story.state.round == 2
    story.asked(UNHAPPY)
    assert (story.state.stage, story.state.final_reason) == ("decision", "rounds")
    with pytest.raises(ApprovalNeeded, match="by lead or head, not by agent"):
        story.when(LEAD_CLOSES.model_copy(update={"role": "agent"}))
    with pytest.raises(WrongStage, match="asking for another look is possible in confirmation"):
        story.when(UNHAPPY)
    more = LEAD_CLOSES.model_copy(update={"decision": "evaluate_again"})
    assert [each.name for each in story.when(more)] == [
        "complaint.final_decided",
        "complaint.evaluated_again",
    ]
    story.asked(LEAD_CLOSES)
    assert story.state.outcome == "decided"


def test_c12_silence_closes_nothing_the_customer_is_asked_again_then_a_lead_decides() -> None:
    story = answered()
    assert decide_due(story.state, story.now) == []
    first = next_deadline(story.state)
    assert first == (datetime.fromisoformat("2026-08-07T00:00:00+08:00"), "the customer is asked again")
    due(due(story))
    assert story.state.reminders == 2
    assert next_deadline(story.state) == (
        datetime.fromisoformat("2026-08-15T00:00:00+08:00"),
        "silence: a lead decides",
    )
    due(story)
    assert (story.state.stage, story.state.final_reason, story.state.open) == ("decision", "silence", True)
    assert decide_due(story.state, story.now) == []
    assert [notice.kind for notice in story.notices].count("complaint_reminder") == 2
    assert story.asked(SATISFIED).state.outcome == "resolved"


def test_c12_nothing_is_closed_while_something_that_it_started_goes_on() -> None:
    story = answered().linked("return:m1:C-1-1")
    with pytest.raises(ChildrenOpen, match="return:m1:C-1-1 must end first"):
        story.when(SATISFIED)
    with pytest.raises(ChildrenOpen):
        story.when(ask.WithdrawComplaint())
    paying = to_solution().asked(propose({"kind": "refund", "amount_minor": 100}))
    paying.happens(*decide_payment(paying.state, paying.state.measures[0]))
    with pytest.raises(ChildrenOpen, match="refund 1 must end first"):
        paying.when(ask.WithdrawComplaint())
    undecided = again(answered()).asked(UNHAPPY).linked("return:m1:C-1-1")
    with pytest.raises(ChildrenOpen):
        undecided.when(LEAD_CLOSES)


def test_c12_the_customer_may_take_it_back() -> None:
    assert Story().asked(ask.WithdrawComplaint(reason="It was my fault.")).state.outcome == "withdrawn"
    with pytest.raises(WrongStage, match="the customer's word on the answer is possible"):
        Story().when(SATISFIED)


PLAN = {"department": "quality", "action": "Use thicker boxes."}
ENGLISH = """# Our answer to complaint C-1

Received on 2026-08-03 for order SO-1, about the quality of the goods.

## What we found

The box is too thin.

Responsible: the seller.

## What we have done

- Compensation: 10.00 CNY
- Exchange, number: C-1-2
- We apologise

## Why

We are sorry.

## What we will improve

- Use thicker boxes. (by 2026-09-03)
"""


def solved(**given: Any) -> Story:
    """Compensated, exchanged, apologised for, and to be improved."""
    story = to_solution(**given).asked(
        propose(
            {"kind": "compensation", "amount_minor": 1000},
            {"kind": "exchange", "lines": [{"line": "1", "quantity": 1}]},
            {"kind": "apology"},
            {"kind": "improvement", "improvement": PLAN},
        )
    )
    story.happens(*decide_payment(story.state, story.state.measures[0])).paid()
    story.linked("return:m1:C-1-2", "exchanged").linked("improvement:m1:C-1-4")
    return story.happens(*decide_answer(story.state))


def test_c13_the_written_answer_has_measures_reasons_and_plan_and_keeps_its_hash() -> None:
    story = solved()
    text = next(fact.record.data["text"] for fact in story.facts if fact.record.type == "complaint.answered")
    assert text == ENGLISH
    assert story.state.answer_sha256 == hashlib.sha256(ENGLISH.encode()).hexdigest()
    assert story.notices[-1].facts.text == ENGLISH


def test_c13_it_is_written_in_chinese_too() -> None:
    text = written_answer(solved(language="zh-CN").state, "zh-CN")
    for words in (
        "# 关于投诉 C-1 的书面答复",
        "订单：SO-1",
        "责任方：商家",
        "- 换货，编号: C-1-2",
        "## 改进计划",
    ):
        assert words in text


def test_c13_a_complaint_that_is_not_valid_is_told_why_and_about_what_is_not_known_nothing_is_said() -> None:
    story = Story(order_id=None, timezone="UTC", category=None)
    told = story.state.model_copy(update={"rejection": "It was dropped."})
    text = written_answer(told, "en")
    assert "It was dropped." in text
    assert "about our service" in text
    assert "What we found" not in text
    bare = written_answer(story.state, "en")
    assert bare.count("\n\n") == 1
    undated = to_solution().asked(propose({"kind": "improvement", "improvement": PLAN})).state
    measure = undated.measures[0].model_copy(update={"improvement": Improvement.model_validate(PLAN)})
    assert "- Use thicker boxes.\n" in written_answer(
        undated.model_copy(update={"measures": [measure]}), "en"
    )


def test_c14_the_library_keeps_what_was_complained_of_found_and_done() -> None:
    entry = archive_entry(solved(goods=[{"line": "1", "quantity": 1}]).asked(SATISFIED).state)
    assert (entry.category, entry.party, entry.skus) == ("product_quality", "merchant", ["CUP-01"])
    assert entry.measures == "compensation, exchange, apology, improvement"
    assert (entry.customer_text, entry.reasons) == ("The cups came in pieces.", "We are sorry.")
    assert (entry.findings, entry.improvement_plan) == (
        "packaging: The box is too thin.",
        "Use thicker boxes.",
    )
    bare = archive_entry(
        Story(order_id=None, timezone="UTC", category=None).asked(ask.WithdrawComplaint()).state
    )
    assert (bare.order_id, bare.party, bare.skus, bare.findings) == (None, None, [], "")
