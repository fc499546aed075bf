"""Another way for money that did not arrive: a voucher in its place, with the customer's word."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.approvals import destination, subject_hash
from domain.cases.refund_orders import order_of
from domain.complaints.decisions.solution import decide_measures_failed, decide_payment
from domain.complaints.feedback import written_answer
from domain.complaints.record import MeasureWanted
from domain.deliveries import messages as delivery_ask
from domain.deliveries.decisions.settlement import decide_pay
from domain.errors import CustomerWordMissing, MeasureRefused, WrongStage
from domain.refunds import PayRefund, requested
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.decisions.settlement import decide_refund
from tests.domain.complaints.given import propose, to_solution
from tests.domain.deliveries.given import Story as DeliveryStory
from tests.domain.deliveries.given import decide_on
from tests.domain.returns.given import Story, inspected

WORD = "call 4711, 20 November"
RETRY: dict[str, Any] = {"by": "sl-01", "reason": "The card is closed."}
BY_VOUCHER = {"way": "voucher", "customer_says": WORD}


def unpaid(state: str = "failed") -> Story:
    """A return whose refund did not arrive, or came back."""
    story = inspected()
    story.happens(*decide_refund(story.state))
    told = {"refund_seq": 1, "state": state, "reason": "account_closed"}
    return story.happens(facts.RefundReported.model_validate(told), by="payment")


# What may be asked


def test_money_goes_the_way_that_it_was_paid_unless_somebody_says_otherwise() -> None:
    """Messages and facts of an older program say nothing of ways."""
    asked = ask.RetryRefund.model_validate(RETRY)
    assert (asked.way, asked.customer_says) == ("original", None)
    [again] = unpaid().when(asked)
    stored = again.model_dump(mode="json", exclude_defaults=True)
    assert not {"way", "customer_says"} & set(stored)
    assert facts.RefundStarted.model_validate(stored) == again


@pytest.mark.parametrize("state", ["failed", "returned"])
def test_with_the_customers_word_the_next_number_is_a_voucher_over_all_that_is_owed(state: str) -> None:
    story = unpaid(state)
    [again] = story.when(ask.RetryRefund.model_validate(RETRY | BY_VOUCHER))
    assert isinstance(again, facts.RefundStarted)
    assert (again.refund_seq, again.amount_minor, again.purpose) == (2, 3333, "refund")
    assert (again.way, again.customer_says, again.requested_by) == ("voucher", WORD, "sl-01")
    story.happens(again)
    part = story.state.refunds[1]
    assert (part.way, part.customer_says, part.as_voucher) == ("voucher", WORD, True)
    assert story.state.refunds[0].as_voucher is False


@pytest.mark.parametrize("word", [None, "", "   "])
@pytest.mark.parametrize("state", ["failed", "returned"])
def test_without_it_nothing_happens_and_the_message_says_what_to_do(state: str, word: str | None) -> None:
    asked = ask.RetryRefund.model_validate(RETRY | {"way": "voucher", "customer_says": word})
    with pytest.raises(CustomerWordMissing, match="ask them, then say where and when") as refused:
        unpaid(state).when(asked)
    assert (refused.value.code, refused.value.detail) == (
        "customer_word_missing",
        {"field": "customer_says"},
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"customer_says": WORD}, "goes with the way `voucher` only"),
        ({"way": "cash", "customer_says": WORD}, "way"),
        ({"way": "voucher", "customer_says": "x" * 201}, "200"),
        ({"way": "voucher", "customer_says": "a\x00b"}, "NUL"),
        ({"way": "voucher", "customer_says": 4711}, "customer_says"),
    ],
)
@pytest.mark.parametrize("message", [ask.RetryRefund, delivery_ask.PayAgain])
def test_what_is_no_way_and_no_word_is_refused(message: Any, said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        message.model_validate(RETRY | said)


def test_the_word_is_kept_without_blanks_around_it() -> None:
    asked = ask.RetryRefund.model_validate(RETRY | {"way": "voucher", "customer_says": f"  {WORD}\n"})
    assert asked.customer_says == WORD


def test_what_has_not_failed_has_no_other_way() -> None:
    story = inspected()
    asked = ask.RetryRefund.model_validate(RETRY | BY_VOUCHER)
    with pytest.raises(WrongStage):
        story.when(asked)
    story.happens(*decide_refund(story.state))
    with pytest.raises(WrongStage, match="no refund of this case has failed"):
        story.when(asked)


def test_each_number_has_its_own_way() -> None:
    """A voucher that the shop refused may be followed by money, and the other way round."""
    story = unpaid().asked(ask.RetryRefund.model_validate(RETRY | BY_VOUCHER))
    story.happens(facts.RefundReported(refund_seq=2, state="failed", reason="no_vouchers"), by="payment")
    [third] = story.when(ask.RetryRefund.model_validate(RETRY))
    assert isinstance(third, facts.RefundStarted)
    assert (third.refund_seq, third.way, third.amount_minor) == (3, "original", 3333)


def test_a_part_of_it_may_be_a_voucher() -> None:
    [again] = unpaid().when(ask.RetryRefund.model_validate(RETRY | BY_VOUCHER | {"amount_minor": 3000}))
    assert isinstance(again, facts.RefundStarted)
    assert (again.amount_minor, again.way, again.edited_by) == (3000, "voucher", "sl-01")


# What becomes of it


def paid_by_voucher() -> Story:
    story = unpaid("returned").asked(ask.RetryRefund.model_validate(RETRY | BY_VOUCHER))
    return story.happens(facts.RefundReported(refund_seq=2, state="settled"), facts.Settled(), by="payment")


def test_it_counts_as_paid_and_the_customer_hears_that_it_is_a_voucher() -> None:
    story = paid_by_voucher()
    assert (story.state.stage, story.state.refunded_minor) == ("confirmation", 3333)
    told = [notice for notice in story.notices if notice.kind == "refund_settled"]
    assert [notice.facts.as_voucher for notice in told] == [True]


def order(way: dict[str, str]) -> PayRefund:
    """The order of the second refund."""
    story = unpaid().asked(ask.RetryRefund.model_validate(RETRY | way))
    return order_of(story.state, story.state.refunds[1])


def test_the_refund_is_another_one_for_who_approves_it_and_says_the_word_in_its_first_fact() -> None:
    money, voucher = order({}), order(BY_VOUCHER)
    assert (money.is_voucher, voucher.is_voucher) == (False, True)
    assert voucher.goodwill is None
    back, instead = money.intent("sandbox"), voucher.intent("voucher")
    assert instead.from_captured
    assert (instead.customer_says, back.customer_says) == (WORD, None)
    assert destination(instead) == "voucher:m1:SO-1"
    assert subject_hash(instead) != subject_hash(back)
    at = unpaid().now
    assert {"way": "voucher", "customer_says": WORD}.items() <= requested(voucher, at).events[0].data.items()
    assert not {"way", "customer_says"} & set(requested(money, at).events[0].data)


@pytest.mark.parametrize("word", [None, " "])
def test_no_refund_goes_another_way_without_the_word_whoever_starts_it(word: str | None) -> None:
    content = order({}).model_dump() | {"way": "voucher", "customer_says": word}
    with pytest.raises(ValidationError, match="has the customer's word"):
        PayRefund.model_validate(content)


# The other kinds of cases


@pytest.mark.parametrize("state", ["failed", "returned"])
@pytest.mark.parametrize("remedy", ["refund", "compensate"])
def test_a_delivery_goes_another_way_too(remedy: str, state: str) -> None:
    story = DeliveryStory("late" if remedy == "compensate" else "damage")
    story.state = story.state.model_copy(update={"stage": "decision"})
    amount = {"amount_minor": 500} if remedy == "compensate" else {}
    story.happens(*story.when(decide_on(remedy, **amount)), by="agent:a17").paid(state)
    owed_minor = story.state.refunds[0].amount_minor
    with pytest.raises(CustomerWordMissing):
        story.when(delivery_ask.PayAgain.model_validate(RETRY | {"way": "voucher"}))
    story.asked(delivery_ask.PayAgain.model_validate(RETRY | BY_VOUCHER))
    part = story.state.refunds[1]
    assert (part.amount_minor, part.way, part.customer_says) == (owed_minor, "voucher", WORD)
    assert part.purpose == story.state.refunds[0].purpose
    [original] = decide_pay(story.state)
    assert getattr(original, "way", None) == "original"


MONEY = {"kind": "refund", "amount_minor": 100}


def test_a_complaint_promises_a_voucher_in_place_of_money_that_did_not_arrive() -> None:
    story = to_solution(language="en").asked(propose(MONEY))
    story.happens(*decide_payment(story.state, story.state.measures[0])).paid(state="failed")
    story.happens(*decide_measures_failed(story.state))
    with pytest.raises(CustomerWordMissing):
        story.when(propose(MONEY | {"way": "voucher"}))
    story.asked(propose(MONEY | BY_VOUCHER))
    story.happens(*decide_payment(story.state, story.state.measures[1]))
    part = story.state.refunds[1]
    assert (part.purpose, part.way, part.customer_says) == ("refund", "voucher", WORD)
    story.paid(seq=2)
    assert story.state.refunded_minor == 100
    assert story.notices[-1].facts.as_voucher is True
    assert "- Refund, as a voucher: 1.00 CNY" in written_answer(story.state, "en")


@pytest.mark.parametrize("other", [None, {"kind": "compensation", "amount_minor": 100}])
def test_a_complaint_has_no_other_way_for_what_was_not_tried(other: dict[str, Any] | None) -> None:
    story = to_solution()
    if other is not None:
        story.asked(propose(other)).happens(*decide_payment(story.state, story.state.measures[0]))
        story.paid(state="failed").happens(*decide_measures_failed(story.state))
    with pytest.raises(MeasureRefused, match="0 of complaint:m1:C-1 failed or came back"):
        story.when(propose(MONEY | BY_VOUCHER))


def test_a_complaints_vouchers_are_for_no_more_than_did_not_arrive() -> None:
    """Neither at once nor one after the other; one that failed itself may be given again."""
    story = to_solution().asked(propose(MONEY))
    story.happens(*decide_payment(story.state, story.state.measures[0]))
    story.paid(state="failed").happens(*decide_measures_failed(story.state))
    half, more = ({**MONEY, **BY_VOUCHER, "amount_minor": amount} for amount in (50, 51))
    with pytest.raises(MeasureRefused, match="100 of complaint:m1:C-1 failed or came back"):
        story.when(propose(half, more))
    story.asked(propose(half, half)).happens(*decide_payment(story.state, story.state.measures[1]))
    story.happens(*decide_payment(story.state, story.state.measures[2]))
    story.paid(2).paid(3, "failed").happens(*decide_measures_failed(story.state))
    with pytest.raises(MeasureRefused):
        story.when(propose(more))
    assert story.when(propose(half))


@pytest.mark.parametrize("kind", ["voucher", "apology"])
def test_what_is_no_money_has_no_way(kind: str) -> None:
    amount = {"amount_minor": 100} if kind == "voucher" else {}
    with pytest.raises(ValidationError, match=f"{kind} has no `way`"):
        MeasureWanted.model_validate({"kind": kind, **amount, **BY_VOUCHER})
