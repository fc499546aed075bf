"""What a case makes of money that came back: it is not paid any more, and the case goes on where it pays."""

from typing import Any

import pytest

from domain.cases.events import CaseEvent, MoneyReturned
from domain.cases.messages import RefundReport
from domain.cases.news import refund_news
from domain.complaints import views as complaint_views
from domain.complaints.decisions.solution import decide_measures_failed, decide_payment, next_step
from domain.complaints.solution_events import RefundReported as ComplaintReported
from domain.deliveries import views as delivery_views
from domain.deliveries.decisions.settlement import decide_pay
from domain.deliveries.decisions.settlement import next_step as next_of_delivery
from domain.deliveries.events import RefundReported as DeliveryReported
from domain.deliveries.messages import Object as ObjectToIt
from domain.deliveries.messages import PayAgain
from domain.errors import WrongStage
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.decisions.settlement import decide_refund, decide_retry_refund
from domain.returns.decisions.settlement import next_step as next_of_return
from domain.returns.views import waiting_for
from tests.domain.complaints.given import propose, to_solution
from tests.domain.deliveries.given import Story as DeliveryStory
from tests.domain.deliveries.given import decide_on
from tests.domain.returns.given import Story, inspected

AGAIN = ask.RetryRefund(by="sl-01", reason="The customer has a new card.")


def report(state: Any, seq: int = 1, **more: Any) -> RefundReport:
    return RefundReport.model_validate(
        {"refund_id": "r", "seq": seq, "state": state, "at": "2026-11-20T10:00:00+08:00", **more}
    )


BACK = report("returned", reason="account_closed")


def news(state: Any, told: RefundReport) -> list[CaseEvent]:
    return refund_news(state, told, facts.RefundReported)


def paid(*, confirmed: bool = False) -> Story:
    """A return whose refund has settled; the customer may have confirmed it."""
    story = inspected()
    story.happens(*decide_refund(story.state))
    story.happens(*news(story.state, report("settled")), facts.Settled(), by="payment")
    return story.happens(facts.Confirmed(), facts.Closed(outcome="refunded")) if confirmed else story


def clock_changes(story: Story) -> list[str]:
    """What became of the promise to pay again."""
    of_it = [fact.event for fact in story.facts if getattr(fact.event, "metric", "") == "repayment"]
    return [getattr(event, "change", "") for event in of_it]


@pytest.mark.parametrize("confirmed", [False, True], ids=["not confirmed", "closed"])
def test_a_return_that_had_paid_goes_on_in_its_settlement_and_waits_for_a_person(confirmed: bool) -> None:
    story = paid(confirmed=confirmed)
    told = news(story.state, BACK)
    assert told == [
        facts.RefundReported(refund_seq=1, state="returned", reason="account_closed"),
        MoneyReturned(refund_seq=1, stage="settlement"),
    ]
    story.happens(*told, by="payment")
    state = story.state
    assert (state.stage, state.outcome, state.closed_at, state.refunded_minor) == (
        "settlement",
        None,
        None,
        0,
    )
    assert (next_of_return(state), waiting_for(state)) == ("wait", "ops")
    assert clock_changes(story) == ["activated"]


def test_it_is_paid_again_under_the_next_number_and_the_clock_of_it_is_met() -> None:
    story = paid(confirmed=True)
    story.happens(*news(story.state, BACK), by="payment")
    [again] = decide_retry_refund(story.state, AGAIN, story.now)
    assert isinstance(again, facts.RefundStarted)
    assert (again.refund_seq, again.amount_minor) == (2, story.state.refunds[0].amount_minor)
    story.happens(again).happens(*news(story.state, report("settled", 2)), facts.Settled(), by="payment")
    assert story.state.stage == "confirmation"
    assert clock_changes(story) == ["activated", "met"]


def test_told_again_it_changes_nothing_and_a_settlement_told_late_neither() -> None:
    story = paid()
    story.happens(*news(story.state, BACK), by="payment")
    assert news(story.state, BACK) == news(story.state, report("settled")) == []


def test_what_came_back_before_the_case_knew_that_it_was_paid_is_unpaid_all_the_same() -> None:
    story = inspected()
    story.happens(*decide_refund(story.state))
    told = news(story.state, BACK)
    assert [event.name for event in told] == ["return.refund_reported"]
    story.happens(*told, by="payment")
    assert (story.state.stage, waiting_for(story.state)) == ("settlement", "ops")
    assert decide_retry_refund(story.state, AGAIN, story.now)


def test_of_several_payments_only_what_came_back_is_owed() -> None:
    story = paid()
    whole_minor = story.state.refunds[0].amount_minor
    story.happens(*news(story.state, report("returned", paid_minor=whole_minor - 500)), by="payment")
    [again] = decide_retry_refund(story.state, AGAIN, story.now)
    assert getattr(again, "amount_minor", None) == 500


def test_the_customer_hears_how_much_of_it_came_back() -> None:
    story = paid()
    whole_minor = story.state.refunds[0].amount_minor
    for kept_minor in (500, 0):
        told = report("returned", paid_minor=kept_minor)
        story.happens(*news(story.state, told), by="payment")
        said = [notice for notice in story.notices if notice.kind == "refund_returned"][-1]
        assert said.facts.amount_minor == whole_minor - kept_minor
    assert "refund_failed_hold" not in [notice.kind for notice in story.notices]


def test_a_policy_from_before_there_was_a_notice_of_it_sends_the_one_that_it_has() -> None:
    story = paid()
    rules = story.state.terms.notices
    kept = [
        route.model_copy(update={"kinds": tuple(kind for kind in route.kinds if kind != "refund_returned")})
        for route in rules.send
    ]
    before = rules.model_copy(update={"send": tuple(kept)})
    story.state = story.state.model_copy(
        update={"terms": story.state.terms.model_copy(update={"notices": before})}
    )
    story.happens(*news(story.state, BACK), by="payment")
    assert [notice.kind for notice in story.notices][-1] == "refund_failed_hold"


def test_nothing_is_paid_again_that_is_paid() -> None:
    with pytest.raises(WrongStage):
        decide_retry_refund(paid().state, AGAIN, paid().now)


def test_a_delivery_pays_again_too() -> None:
    story = DeliveryStory("signed_not_received")
    story.state = story.state.model_copy(update={"stage": "decision"})
    story.happens(*story.when(decide_on("refund")), by="agent:a17")
    story.happens(*decide_pay(story.state))
    story.happens(*refund_news(story.state, report("settled"), DeliveryReported))
    story.state = story.state.model_copy(update={"stage": "closed", "outcome": "refunded"})
    told = refund_news(story.state, BACK, DeliveryReported)
    assert told[-1] == MoneyReturned(refund_seq=1, stage="settlement")
    story.happens(*told, by="payment")
    assert (story.state.stage, story.state.outcome) == ("settlement", None)
    assert delivery_views.waiting_for(story.state) == "ops"
    assert [notice.kind for notice in story.notices][-1] == "refund_returned"
    [again] = decide_pay(story.state, PayAgain(by="l1", reason="another account"))
    assert getattr(again, "refund_seq", None) == 2


def test_a_complaint_needs_another_solution() -> None:
    story = to_solution()
    story.happens(*story.when(propose({"kind": "refund", "amount_minor": 100})), by="agent:a17")
    story.happens(*decide_payment(story.state, story.state.measures[0]))
    story.happens(*refund_news(story.state, report("settled"), ComplaintReported))
    story.state = story.state.model_copy(update={"stage": "closed", "outcome": "resolved"})
    told = refund_news(story.state, BACK, ComplaintReported)
    assert told[-1] == MoneyReturned(refund_seq=1, stage="follow_up")
    story.happens(*told, by="payment")
    assert next_step(story.state).what == "decide_anew"
    assert [notice.kind for notice in story.notices][-1] == "refund_returned"
    story.happens(*decide_measures_failed(story.state))
    assert (story.state.stage, complaint_views.waiting_for(story.state)) == ("solution", "agent")


def test_a_share_that_comes_back_after_another_did_is_news_and_an_old_word_of_it_is_not() -> None:
    story = paid()
    first, second = report("returned", paid_minor=500), report("returned")
    story.happens(*news(story.state, first), by="payment")
    assert news(story.state, first) == []
    assert [event.name for event in news(story.state, second)] == ["return.refund_reported"]
    story.happens(*news(story.state, second), by="payment")
    assert news(story.state, first) == news(story.state, second) == []
    assert decide_refund(story.state, AGAIN)[0].amount_minor == story.state.refunds[0].amount_minor  # type: ignore[attr-defined]


def test_a_share_that_stayed_when_another_failed_may_come_back_too() -> None:
    story = inspected()
    story.happens(*decide_refund(story.state))
    whole_minor = story.state.refunds[0].amount_minor
    story.happens(*news(story.state, report("failed", paid_minor=500)), by="payment")
    [again] = decide_retry_refund(story.state, AGAIN, story.now)
    story.happens(again)
    story.happens(*news(story.state, report("settled", 2)), facts.Settled(), by="payment")
    told = news(story.state, report("failed"))
    assert told[-1] == MoneyReturned(refund_seq=1, stage="settlement")
    story.happens(*told, by="payment")
    assert (next_of_return(story.state), waiting_for(story.state)) == ("wait", "ops")
    [again] = decide_retry_refund(story.state, AGAIN, story.now)
    assert getattr(again, "amount_minor", None) == 500 < whole_minor


def test_a_delivery_pays_again_what_came_back_of_an_earlier_grant() -> None:
    """The compensation came back when the goods were paid as well: it alone is owed, by a person's word."""
    story = DeliveryStory("late").asked(decide_on("compensate", amount_minor=500)).paid()
    story.asked(ObjectToIt(reason="It never came."), decide_on("refund")).paid()
    goods_minor = story.state.refunds[1].amount_minor
    story.happens(*refund_news(story.state, BACK, DeliveryReported), by="payment")
    assert (story.state.stage, next_of_delivery(story.state)) == ("settlement", "wait")
    story.happens(*story.when(PayAgain(by="l1", reason="another account")))
    again = story.state.refunds[-1]
    assert (again.seq, again.amount_minor, again.purpose) == (3, 500, "compensation")
    story.happens(*refund_news(story.state, report("settled", 3), DeliveryReported))
    assert next_of_delivery(story.state) == "done"
    assert [grant.refund_seqs for grant in story.state.grants] == [[1, 3], [2]]
    story.settled().happens(*refund_news(story.state, report("returned", 3), DeliveryReported))
    story.happens(*story.when(PayAgain(by="l1", reason="another account")))
    assert [part.amount_minor for part in story.state.refunds] == [500, goods_minor, 500, 500]
