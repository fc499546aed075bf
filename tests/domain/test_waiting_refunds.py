"""What a case makes of a refund that waits for a second person: facts, a clock, and whose hands are in it."""

from typing import Any

import pytest

from domain.cases.events import ApprovalAnswered, ApprovalAsked, ApprovalsDone, CaseEvent
from domain.cases.folding import staff_of
from domain.cases.messages import RefundReport
from domain.cases.news import refund_news
from domain.cases.page import markdown
from domain.complaints import views as complaint_views
from domain.complaints.decisions.solution import decide_payment
from domain.complaints.solution_events import RefundReported as ComplaintReported
from domain.deliveries import messages as delivery_ask
from domain.deliveries import views as delivery_views
from domain.deliveries.decisions.settlement import decide_pay
from domain.errors import InvalidRequest
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.amounts import RefundAmounts, up_to
from domain.returns.decisions.settlement import decide_refund
from domain.returns.kind import RETURN
from domain.returns.state import AdvanceState, ReturnState
from domain.returns.views import waiting_for
from tests.domain.complaints.given import propose, to_solution
from tests.domain.deliveries.given import Story as DeliveryStory
from tests.domain.deliveries.given import decide_on
from tests.domain.returns.given import APPROVE, RECEIVE, SHIP, Story, inspect, inspected

HASH = "0123456789abcdef"


def report(state: Any, seq: int = 1, **more: Any) -> RefundReport:
    at = "2026-11-16T10:00:00+08:00"
    return RefundReport.model_validate({"refund_id": "r", "seq": seq, "state": state, "at": at, **more})


ASKED = report("asked", hash=HASH, why=["refund"])
APPROVED = report("approved", by="sv-01")
DECLINED = report("failed", reason="declined", by="sv-01", words="Too much.")
QUESTION = ApprovalAsked(refund_seq=1, hash=HASH, why=["refund"])
YES = ApprovalAnswered(refund_seq=1, verdict="approved", by="sv-01")


def news(state: Any, told: RefundReport) -> list[CaseEvent]:
    return refund_news(state, told, facts.RefundReported)


def waiting() -> Story:
    """A return whose refund waits for a second person."""
    story = inspected()
    story.happens(*decide_refund(story.state))
    return story.happens(*news(story.state, ASKED), by="payment")


def test_the_question_is_a_fact_once_and_starts_the_clock() -> None:
    story = waiting()
    assert story.names()[-1] == "case.approval_asked"
    assert (story.state.refunds[0].approval, story.state.awaits_approval) == ("asked", True)
    assert news(story.state, ASKED) == []
    assert waiting_for(story.state) == "approver"
    assert "waits for a second person" in markdown(RETURN, story.state, story.now)
    [started] = [f.event for f in story.facts if getattr(f.event, "metric", "") == "refund_approval"]
    assert getattr(started, "change", None) == "activated"


def test_a_yes_is_a_fact_and_the_refund_goes_on() -> None:
    story = waiting()
    assert news(story.state, APPROVED) == [YES, ApprovalsDone()]
    story.happens(*news(story.state, APPROVED), by="payment")
    assert (story.state.refunds[0].state, story.state.refunds[0].approval) == ("started", "approved")
    assert news(story.state, APPROVED) == news(story.state, ASKED) == []
    assert waiting_for(story.state) == "payment"
    changes = [f.event for f in story.facts if getattr(f.event, "metric", "") == "refund_approval"]
    assert [getattr(change, "change", None) for change in changes] == ["activated", "met"]


def test_a_no_is_a_fact_and_the_refund_has_failed() -> None:
    story = waiting()
    told = news(story.state, DECLINED)
    assert told == [
        ApprovalAnswered(refund_seq=1, verdict="declined", by="sv-01", words="Too much."),
        ApprovalsDone(),
        facts.RefundReported(refund_seq=1, state="failed", reason="declined"),
    ]
    story.happens(*told, by="payment")
    assert (story.state.refunds[0].state, story.state.refunds[0].approval) == ("failed", "declined")
    assert waiting_for(story.state) == "ops"
    assert news(story.state, DECLINED) == []


def test_a_question_about_a_refund_that_is_over_changes_nothing() -> None:
    story = inspected()
    story.happens(*decide_refund(story.state), facts.RefundReported(refund_seq=1, state="failed"))
    assert news(story.state, ASKED) == []


def test_a_yes_of_which_the_case_did_not_hear_the_question_changes_nothing() -> None:
    story = inspected()
    story.happens(*decide_refund(story.state))
    assert news(story.state, APPROVED) == []


def test_the_clock_stops_when_the_last_of_several_is_answered() -> None:
    story = to_solution()
    story.happens(
        *story.when(
            propose({"kind": "refund", "amount_minor": 100}, {"kind": "compensation", "amount_minor": 100})
        )
    )
    for measure in story.state.measures:
        story.happens(*decide_payment(story.state, measure))
        seq = measure.number
        asked = report("asked", seq, hash=HASH, why=["refund"])
        story.happens(*refund_news(story.state, asked, ComplaintReported))
    assert complaint_views.waiting_for(story.state) == "approver"
    first = refund_news(story.state, APPROVED, ComplaintReported)
    assert first == [YES]
    story.happens(*first)
    second = refund_news(story.state, report("approved", 2, by="sv-01"), ComplaintReported)
    assert second[-1] == ApprovalsDone()
    story.happens(*second)
    assert complaint_views.waiting_for(story.state) == "measures"


def test_a_delivery_waits_for_it_too() -> None:
    story = DeliveryStory("signed_not_received")
    story.happens(*decide_pay_of(story))
    story.happens(*refund_news(story.state, ASKED, facts.RefundReported))
    assert delivery_views.waiting_for(story.state) == "approver"


def decide_pay_of(story: DeliveryStory) -> list[CaseEvent]:
    """The money of an agent's decision, put on its way."""
    story.state = story.state.model_copy(update={"stage": "decision"})
    story.happens(*story.when(decide_on("refund")), by="agent:a17")
    return [*decide_pay(story.state)]


# Whose hands


def test_who_lets_it_be_paid_and_who_fixes_the_amount_are_in_the_fact() -> None:
    story = Story()
    story.happens(*story.when(APPROVE), by="agent:fl-01").asked(SHIP, RECEIVE)
    story.happens(*story.when(inspect(passed=1)), by="inspector:in-01")
    [started] = decide_refund(story.state)
    assert isinstance(started, facts.RefundStarted)
    assert (started.requested_by, started.edited_by) == ("fl-01", "in-01")
    story.happens(started)
    assert (story.state.refunds[0].requested_by, story.state.refunds[0].edited_by) == ("fl-01", "in-01")


def test_what_the_policy_approves_nobody_has_asked_for() -> None:
    story = Story(("1", 1, "no_reason"))
    assert story.state.money_asked_by is None


def test_an_agents_grant_and_proposal_are_theirs() -> None:
    delivery = DeliveryStory("signed_not_received")
    [started] = decide_pay_of(delivery)
    assert getattr(started, "requested_by", None) == "a17"
    [again] = decide_pay(delivery.state, delivery_ask.PayAgain(by="l1", reason="again"))
    assert getattr(again, "requested_by", None) == "l1"
    complaint = to_solution()
    complaint.happens(*complaint.when(propose({"kind": "refund", "amount_minor": 100})), by="agent:a17")
    [paid] = decide_payment(complaint.state, complaint.state.measures[0])
    assert getattr(paid, "requested_by", None) == "a17"


@pytest.mark.parametrize(
    ("actor", "who"),
    [
        ("agent:a17", "a17"),
        ("staff:sv-01", "sv-01"),
        ("head:hd-01", "hd-01"),
        ("customer", None),
        ("agent", None),
        ("watch:w", None),
        ("policy", None),
    ],
)
def test_an_envelope_names_a_member_of_the_staff_or_nobody(actor: str, who: str | None) -> None:
    assert staff_of(actor) == who


# A changed amount


def declined() -> ReturnState:
    story = waiting()
    return story.happens(*news(story.state, DECLINED)).state


def test_a_declined_refund_is_paid_again_in_full_or_in_part_by_who_says_so() -> None:
    state = declined()
    [whole] = decide_refund(state, ask.RetryRefund(by="sl-01", reason="as agreed"))
    [part] = decide_refund(state, ask.RetryRefund(by="sl-01", reason="as agreed", amount_minor=3000))
    assert isinstance(whole, facts.RefundStarted)
    assert isinstance(part, facts.RefundStarted)
    assert (whole.refund_seq, whole.amount_minor, whole.requested_by, whole.edited_by) == (
        2,
        3333,
        "sl-01",
        None,
    )
    assert (part.amount_minor, part.goods_minor, part.requested_by, part.edited_by) == (
        3000,
        3000,
        "sl-01",
        "sl-01",
    )


def test_more_than_is_owed_is_never_paid() -> None:
    with pytest.raises(InvalidRequest, match="more than the 3333 that are owed"):
        decide_refund(declined(), ask.RetryRefund(by="sl-01", reason="as agreed", amount_minor=3334))


def test_after_an_advance_the_difference_is_not_to_be_chosen() -> None:
    state = declined()
    advance = AdvanceState.model_construct(amount_minor=1, recovered_minor=0)
    with pytest.raises(InvalidRequest, match="in advance"):
        decide_refund(
            state.model_copy(update={"advance": advance}),
            ask.RetryRefund(by="sl-01", reason="as agreed", amount_minor=100),
        )


@pytest.mark.parametrize(
    ("total", "parts"), [(100, (100, 0, 0)), (250, (200, 50, 0)), (330, (200, 80, 50)), (1, (1, 0, 0))]
)
def test_a_part_is_for_goods_first(total: int, parts: tuple[int, int, int]) -> None:
    whole = RefundAmounts(
        goods_minor=200,
        outbound_freight_minor=80,
        return_freight_minor=50,
        total_minor=330,
        currency="CNY",
    )
    found = up_to(whole, total)
    assert (found.goods_minor, found.outbound_freight_minor, found.return_freight_minor) == parts
    assert found.total_minor == total
