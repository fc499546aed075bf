"""First review, investigation, solution, follow-up (sop C7–C11)."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.complaints import requests as ask
from domain.complaints.decisions.solution import (
    NextStep,
    decide_answer,
    decide_measures_failed,
    decide_payment,
    next_step,
)
from domain.complaints.measures import linked_return, linked_start
from domain.complaints.record import Evidence, MeasureWanted
from domain.complaints.solution_events import MeasureRefused
from domain.errors import (
    ApprovalNeeded,
    InvalidRequest,
    QuantityExceeds,
    UnknownTeam,
    WrongStage,
)
from domain.errors import (
    MeasureRefused as NotPossible,
)
from tests.domain.complaints.given import (
    FILE,
    FIND,
    OPENED_AT,
    REVIEW,
    SATISFIED,
    SHA,
    Story,
    propose,
    to_solution,
)

RETURN = {"kind": "return", "lines": [{"line": "1", "quantity": 1}]}
NO = ask.Review(agent="a17", valid=False, reason="The cup was dropped.")
LEAD = ask.Approval(by="lead-1", role="lead")


def test_c7_a_valid_complaint_is_looked_into_and_whoever_reviews_has_taken_it() -> None:
    story = Story().asked(REVIEW)
    assert story.names()[2:] == ["complaint.taken", "complaint.accepted"]
    assert (story.state.stage, story.clock("first_review").verdict) == ("investigation", "met")
    with pytest.raises(WrongStage, match="a first review is possible in review"):
        story.when(REVIEW)


def test_c7_one_that_is_not_valid_is_answered_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="needs `reason`"):
        ask.Review(agent="a17", valid=False)
    story = Story().asked(ask.Take(agent="a17"), NO)
    assert story.names()[-2:] == ["complaint.rejected", "complaint.answered"]
    assert story.state.stage == "confirmation"
    [told] = [notice.facts.text for notice in story.notices if notice.kind == "complaint_answer"]
    assert told is not None
    assert "The cup was dropped." in told


def test_c7_asking_for_more_pauses_only_the_clocks_that_the_policy_names() -> None:
    story = Story().asked(ask.Acknowledge(agent="a17")).after(hours=1)
    story.asked(ask.RequestInfo(agent="a17", question="A photo?"))
    states = {name: story.clock(name).state for name in ("first_review", "resolution", "take_over")}
    assert states == {"first_review": "paused", "resolution": "paused", "take_over": "running"}
    with pytest.raises(WrongStage, match="was asked already"):
        story.when(ask.RequestInfo(agent="a17", question="And?"))
    story.after(hours=2).asked(ask.GiveInfo(answer="Here.", attachments=[FILE]))
    assert story.clock("first_review").paused_seconds == 2 * 3600
    assert story.state.attachments == [FILE]
    with pytest.raises(WrongStage, match="nobody asked"):
        Story().when(ask.GiveInfo(answer="Here."))


def test_c7_a_later_stage_goes_on_without_the_answer_and_takes_it_all_the_same() -> None:
    story = Story().asked(ask.RequestInfo(agent="a17", question="A photo?")).after(hours=1).asked(REVIEW)
    assert not story.state.waits_for_info
    assert story.clock("resolution").state == "running"
    story.asked(ask.GiveInfo(answer="Here."))
    assert story.names()[-1] == "complaint.info_given"


def test_c8_customer_merchant_and_carrier_are_heard() -> None:
    story = Story().asked(REVIEW)
    for number, party in enumerate(("customer", "merchant", "carrier"), start=1):
        story.asked(ask.AskParty.model_validate({"agent": "a17", "party": party, "question": "How?"}))
        story.asked(ask.GiveStatement(by="x", statement=number, words="So.", attachments=[FILE]))
    assert [(each.party, each.answered) for each in story.state.statements] == [
        ("customer", True),
        ("merchant", True),
        ("carrier", True),
    ]
    assert [notice.kind for notice in story.notices].count("complaint_question") == 1
    with pytest.raises(WrongStage, match="statement 1 was given already"):
        story.when(ask.GiveStatement(by="x", statement=1, words="So."))
    with pytest.raises(InvalidRequest, match="nobody was asked under number 9"):
        story.when(ask.GiveStatement(by="x", statement=9, words="So."))
    with pytest.raises(WrongStage, match="a statement is possible in investigation"):
        Story().when(ask.AskParty(agent="a17", party="carrier", question="How?"))


def test_c8_evidence_stays_what_it_was() -> None:
    photo = Evidence(ref="photos/1", sha256=SHA, shows="the crack")
    story = Story().asked(ask.AddEvidence(by="a17", evidence=photo))
    assert story.when(ask.AddEvidence(by="a17", evidence=photo)) == []
    other = photo.model_copy(update={"sha256": "cd" * 32})
    with pytest.raises(InvalidRequest, match="another hash"):
        story.when(ask.AddEvidence(by="a17", evidence=other))
    assert story.asked(
        ask.AddEvidence(by="a17", evidence=photo.model_copy(update={"ref": "photos/2"}))
    ).state.evidence


def test_c9_each_update_begins_the_next_interval() -> None:
    story = Story(severity="major", urgency="immediate").asked(ask.Acknowledge(agent="a17"))
    assert story.clock("update_interval").due_at == OPENED_AT + timedelta(hours=4)
    story.after(hours=1).asked(ask.UpdateCustomer(agent="a17", words="We ask the carrier."))
    second = story.clock("update_interval")
    assert (second.instance, second.due_at) == (2, OPENED_AT + timedelta(hours=5))
    [told] = [notice.facts.reason for notice in story.notices if notice.kind == "complaint_update"]
    assert (story.state.updates, told) == (1, "We ask the carrier.")
    story.after(hours=5)
    story.happens()
    assert story.clock("update_interval").verdict == "breached"


MEASURES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "refund"}, "refund needs .amount_minor"),
    ({"kind": "apology", "amount_minor": 1}, "apology has no .amount_minor"),
    ({"kind": "return"}, "return needs .lines"),
    ({"kind": "improvement", "lines": [{"line": "1", "quantity": 1}]}, "improvement needs .improvement"),
    ({"kind": "compensation", "amount_minor": 0}, "greater than or equal to 1"),
]


@pytest.mark.parametrize(("measure", "why"), MEASURES)
def test_c10_a_measure_has_what_its_kind_needs(measure: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        MeasureWanted.model_validate(measure)


def test_c10_several_measures_are_decided_at_once() -> None:
    plan = {"department": "quality", "action": "Use thicker boxes."}
    story = to_solution().asked(
        propose(
            {"kind": "compensation", "amount_minor": 1000},
            RETURN,
            {"kind": "apology"},
            {"kind": "improvement", "improvement": plan},
        )
    )
    assert story.state.stage == "follow_up"
    assert [story.state.status(each) for each in story.state.measures] == [
        "to_start",
        "to_start",
        "done",
        "to_start",
    ]
    [asked] = [fact for fact in story.facts if fact.record.type == "complaint.improvement_asked"]
    data = asked.record.data
    assert data["improvement"] == {**plan, "due_at": "2026-09-03T00:00:00+08:00"}


def test_c10_what_is_not_possible_is_refused_as_a_whole() -> None:
    story = to_solution()
    with pytest.raises(InvalidRequest, match="has no line 9"):
        story.when(propose({"kind": "exchange", "lines": [{"line": "9", "quantity": 1}]}))
    with pytest.raises(QuantityExceeds, match="4 of line 1, 3 bought"):
        story.when(propose({"kind": "apology"}, {"kind": "return", "lines": [{"line": "1", "quantity": 4}]}))
    with pytest.raises(NotPossible, match="more than the 10800"):
        story.when(propose({"kind": "refund", "amount_minor": 10801}, approval=LEAD))
    without_order = to_solution(order_id=None, timezone="UTC")
    with pytest.raises(NotPossible, match="is about none"):
        without_order.when(propose({"kind": "refund", "amount_minor": 1}))
    assert without_order.asked(propose()).state.stage == "follow_up"


@pytest.mark.parametrize(
    ("grade", "kind", "ceiling"),
    [
        (("critical", "immediate"), "compensation", 20000),
        (("major", "soon"), "compensation", 10000),
        (("minor", "normal"), "compensation", 5000),
        (("minor", "normal"), "refund", 20000),
    ],
)
def test_c10_above_the_ceiling_of_the_grade_a_lead_allows_it(
    grade: tuple[Any, Any], kind: str, ceiling: int
) -> None:
    line = {"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 100_000}
    story = to_solution(severity=grade[0], urgency=grade[1], bought={"lines": [line]})
    assert story.when(propose({"kind": kind, "amount_minor": ceiling}))
    above = {"kind": kind, "amount_minor": ceiling + 1}
    with pytest.raises(ApprovalNeeded, match=f"above the {ceiling}"):
        story.when(propose(above))
    with pytest.raises(ApprovalNeeded, match="lead or head"):
        story.when(propose(above, approval=ask.Approval(by="a17", role="agent")))
    [proposed] = [
        each for each in story.when(propose(above, approval=LEAD)) if each.name == "complaint.proposed"
    ]
    assert proposed.model_dump()["approved_by"] == "lead:lead-1"


def test_c10_small_sums_do_not_go_round_the_ceiling_nor_do_other_currencies() -> None:
    story = to_solution()
    half = {"kind": "compensation", "amount_minor": 2501}
    with pytest.raises(ApprovalNeeded, match="5002 is above the 5000"):
        story.when(propose(half, half))
    pounds = to_solution(bought={"currency": "JPY"})
    with pytest.raises(ApprovalNeeded, match="above the 0"):
        pounds.when(propose({"kind": "compensation", "amount_minor": 1}))


def test_c10_a_policy_without_a_ceiling_for_the_grade_promises_nothing_by_itself() -> None:
    rules = to_solution().state.terms.complaints.money
    only_p1 = [rules.compensation[0]]
    assert rules.ceiling_minor(only_p1, "P3", "CNY") == 0


def test_c11_money_is_followed_until_it_settled() -> None:
    story = to_solution().asked(propose({"kind": "refund", "amount_minor": 3000}, {"kind": "apology"}))
    what, measure = next_step(story.state)
    assert what == "start"
    assert measure is not None
    story.happens(*decide_payment(story.state, measure))
    assert next_step(story.state) == NextStep("wait")
    story.paid(state="held")
    assert next_step(story.state) == NextStep("wait")
    story.paid()
    assert next_step(story.state) == NextStep("answer")
    story.happens(*decide_answer(story.state))
    assert (story.state.stage, story.state.refunded_minor) == ("confirmation", 3000)
    assert [notice.kind for notice in story.notices][-3:] == [
        "complaint_payment_held",
        "complaint_paid",
        "complaint_answer",
    ]


def test_c10_a_voucher_is_given_from_its_own_budget_and_told_by_the_shop() -> None:
    story = to_solution().asked(propose({"kind": "voucher", "amount_minor": 3000}))
    _, measure = next_step(story.state)
    assert measure is not None
    story.happens(*decide_payment(story.state, measure))
    assert story.state.refunds[0].purpose == "voucher"
    story.paid()
    assert story.state.refunded_minor == 0
    assert next_step(story.state) == NextStep("answer")
    assert "complaint_paid" not in [notice.kind for notice in story.notices]


def test_c10_a_policy_without_goodwill_gives_no_vouchers() -> None:
    story = to_solution()
    terms = story.state.terms.model_copy(update={"goodwill": None})
    story.state = story.state.model_copy(update={"terms": terms})
    with pytest.raises(NotPossible, match="gives no vouchers"):
        story.when(propose({"kind": "voucher", "amount_minor": 1}))


def test_c11_linked_cases_are_followed_until_they_end() -> None:
    story = to_solution().asked(propose(RETURN))
    assert next_step(story.state).what == "start"
    story.linked("return:m1:C-1-1")
    assert next_step(story.state) == NextStep("wait")
    story.linked("return:m1:C-1-1", "refunded")
    assert next_step(story.state) == NextStep("answer")


PLAN = {"department": "quality", "action": "Use thicker boxes.", "due_at": "2026-09-30T18:00:00+08:00"}


def asking(**plan: Any) -> Story:
    """A solution that is only an improvement."""
    return to_solution().asked(propose({"kind": "improvement", "improvement": {**PLAN, **plan}}))


def test_c16_an_improvement_is_a_case_that_the_complaint_starts_and_does_not_wait_for() -> None:
    story = asking()
    what, measure = next_step(story.state)
    assert (what, measure and measure.kind) == ("start", "improvement")
    story.linked("improvement:m1:C-1-1")
    assert next_step(story.state) == NextStep("answer")
    story.happens(*decide_answer(story.state)).asked(SATISFIED)
    assert story.state.outcome == "resolved"


def test_c16_the_department_is_told_what_was_found_what_to_do_and_until_when() -> None:
    state = (
        to_solution(severity="critical", urgency="soon")
        .asked(propose({"kind": "improvement", "improvement": PLAN}))
        .state
    )
    start = linked_start(state, state.measures[0])
    assert (start.case_id, start.cause and start.cause.case_id) == (
        "improvement:m1:C-1-1",
        "complaint:m1:C-1",
    )
    assert start.content.model_dump(mode="json", exclude_defaults=True) == {
        "department": "quality",
        "severity": "critical",
        "recurs": {"category": "product_quality", "party": "merchant", "root_cause": "packaging"},
        "kinds": ["complaint"],
        "words": "The box is too thin.",
        "wants": {"what": PLAN["action"], "due_by": PLAN["due_at"]},
        "by": "a17",
        "language": "en",
    }


def test_c16_what_nobody_graded_or_took_is_minor_and_the_desks() -> None:
    state = asking().state.model_copy(update={"assignee": None, "owner": None})
    finding = linked_start(state, state.measures[0]).content
    assert (finding.severity, finding.by) == ("minor", "desk")


def test_c16_an_improvement_that_could_not_be_opened_is_decided_anew() -> None:
    story = asking().happens(MeasureRefused(measure=1, code="unknown_team"))
    assert next_step(story.state) == NextStep("decide_anew")


@pytest.mark.parametrize(
    ("plan", "refusal", "why"),
    [
        ({"department": "packing"}, UnknownTeam, "there is no team packing; the policy has returns"),
        ({"due_at": OPENED_AT.isoformat()}, InvalidRequest, "due_at lies in the past"),
    ],
)
def test_c16_an_improvement_goes_to_a_department_that_there_is_and_into_the_future(
    plan: dict[str, Any], refusal: type[Exception], why: str
) -> None:
    with pytest.raises(refusal, match=why):
        asking(**plan)


def test_c11_what_came_to_nothing_goes_back_to_the_desk() -> None:
    story = to_solution().asked(
        propose(RETURN, {"kind": "refund", "amount_minor": 100}, RETURN, {"kind": "apology"})
    )
    story.linked("return:m1:C-1-1", "expired")
    story.happens(*decide_payment(story.state, story.state.measures[1])).paid(state="failed")
    story.happens(MeasureRefused(measure=3, code="window_closed"))
    assert next_step(story.state) == NextStep("decide_anew")
    story.happens(*decide_measures_failed(story.state))
    assert story.state.stage == "solution"
    assert [each.number for each in story.state.counted_measures] == [4]
    story.asked(propose({"kind": "refund", "amount_minor": 200}))
    what, measure = next_step(story.state)
    assert (what, measure and measure.number) == ("start", 5)


def test_the_case_of_a_measure_is_always_the_same_one() -> None:
    story = to_solution(severity="critical", urgency="soon").asked(
        propose(RETURN, {**RETURN, "kind": "exchange"})
    )
    first, second = (linked_return(story.state, measure) for measure in story.state.measures)
    assert (first.case_id, second.number) == ("return:m1:C-1-1", "C-1-2")
    assert first.cause is not None
    assert first.cause.case_id == "complaint:m1:C-1"
    assert first.application is not None
    assert (first.application.priority, first.application.policy) == ("P1", "standard")
    assert second.application is not None
    assert second.application.request.kind == "exchange"
    long = story.state.model_copy(update={"number": "C" * 64})
    assert linked_return(long, long.measures[0]) == linked_return(long, long.measures[0])
    assert len(linked_return(long, long.measures[0]).number) <= 64
    assert linked_return(long, long.measures[0]).number != linked_return(long, long.measures[1]).number


def test_a_finding_is_made_in_the_investigation() -> None:
    with pytest.raises(WrongStage, match="a finding is possible in investigation"):
        Story().when(FIND)
    with pytest.raises(WrongStage, match="a solution is possible in solution"):
        Story().when(propose())
