"""Money in advance: given facts, when a scan, a request or time comes, then events."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import InvalidRequest, WrongStage
from domain.returns import advance_events as facts
from domain.returns import advances
from domain.returns import events as returns
from domain.returns import messages as ask
from domain.returns.amounts import RefundAmounts, less
from domain.returns.deadlines import decide_due, next_deadline
from domain.returns.decisions.clawback import decide_after_end
from domain.returns.decisions.settlement import decide_refund, decide_settled, next_step, owed_minor
from domain.returns.decisions.shipping import decide_parcel_seen
from domain.returns.views import progress, waiting_for
from tests.domain.returns.given import APPROVE, RECEIVE, SHIP, Story, inspect

KEY = {"customer_tier": "key"}
SETTLED = returns.RefundReported(refund_seq=1, state="settled")
FAILED = returns.RefundReported(refund_seq=1, state="failed", reason="account_closed")
LOST = ask.ResolveParcel(by="a17", event="lost", reason="gone")


def sent(*lines: tuple[str, int, str], **given: Any) -> Story:
    """A key customer's return that is on its way."""
    story = Story(*(lines or [("1", 1, "no_reason")]), **{"order": KEY, **given})
    if story.state.stage == "review":
        story.asked(APPROVE)
    return story.asked(SHIP)


def seen(story: Story, status: str) -> list[str]:
    """What a scan brings about."""
    events = decide_parcel_seen(story.state, status, story.now, None, story.now)
    story.happens(*events, by="carrier")
    return [event.name for event in events]


def advanced(*lines: tuple[str, int, str], settled: bool = True, **given: Any) -> Story:
    """The same, and the money went out."""
    story = sent(*lines, **given)
    seen(story, "picked_up")
    wanted = advances.advance_request(story.state, story.now)
    story.happens(*advances.decide_granted(story.state, wanted, True, story.now))
    return story.happens(SETTLED) if settled else story


def come(story: Story, **found: Any) -> Story:
    """The goods come and are inspected."""
    return story.asked(RECEIVE, inspect(**(found or {"passed": 1})))


def due(story: Story) -> list[str]:
    """What the next deadline brings about."""
    deadline = next_deadline(story.state)
    assert deadline is not None
    assert decide_due(story.state, deadline[0] - timedelta(seconds=1)) == []
    story.now = deadline[0]
    events = decide_due(story.state, story.now)
    story.happens(*events)
    return [event.name for event in events]


def answer(outcome: Any = "paid_back", **more: Any) -> ask.ResolveClawback:
    return ask.ResolveClawback.model_validate(
        {"by": "finance", "outcome": outcome, "reason": "by transfer", **more}
    )


def end(story: Story) -> list[str]:
    """The books have the advance's end."""
    [ended] = advances.decide_ended(story.state)
    events = decide_after_end(story.state, ended)
    story.happens(*events)
    return [event.name for event in events]


def test_the_carrier_has_the_parcel_and_the_money_goes_out():
    story = sent()
    assert advances.is_awaited(story.state)
    assert not advances.is_wanted(story.state)
    assert seen(story, "registered") == []
    assert seen(story, "picked_up") == ["return.picked_up"]
    assert advances.is_wanted(story.state)
    wanted = advances.advance_request(story.state, story.now)
    assert (wanted.amount_minor, wanted.exposure_minor, wanted.customer_id) == (3333, 100_000, "c1")
    events = advances.decide_granted(story.state, wanted, True, story.now)
    assert [event.name for event in events] == ["return.advanced", "return.refund_started"]
    story.happens(*events)
    assert not advances.may_advance(story.state)
    assert story.notices[-1].kind == "refund_advanced"
    assert seen(story, "in_transit") == []


def test_a_label_that_moves_first_is_sent_and_picked_up_at_once():
    story = Story(("1", 1, "quality"), order=KEY).asked(APPROVE)
    story.happens(returns.LabelMade(carrier="swift", tracking_no="SW1234", url="https://labels.example/1"))
    assert advances.is_awaited(story.state)
    assert seen(story, "in_transit") == ["return.shipped", "return.picked_up"]


# Given a return that is not for an advance, then nothing is awaited.
NOT_FOR_IT: list[Any] = [
    {"order": {"customer_tier": "ordinary"}},
    {"rules": {"advance": None}},
    {"kind": "exchange"},
    {"lines": [("1", 3, "no_reason"), ("2", 2, "no_reason")], "order": KEY | {"currency": "JPY"}},
]


@pytest.mark.parametrize("given", NOT_FOR_IT)
def test_nobody_else_is_paid_in_advance(given: Any):
    story = sent(*given.pop("lines", []), **given)
    assert not advances.may_advance(story.state)
    assert seen(story, "picked_up") == []


def test_reasons_that_the_policy_names_are_the_only_ones():
    rules = Story().state.terms.returns.advance
    assert rules is not None
    only = rules.model_copy(update={"reasons": ["quality"]}).model_dump(mode="json")
    assert not advances.may_advance(sent(rules={"advance": only}).state)
    assert advances.may_advance(sent(("1", 1, "quality"), rules={"advance": only}).state)


def test_a_parcel_that_comes_back_is_no_reason_to_pay():
    story = sent()
    assert "return.picked_up" not in seen(story, "returning")


def test_the_books_may_say_no_or_come_too_late():
    story = sent()
    seen(story, "picked_up")
    wanted = advances.advance_request(story.state, story.now)
    [declined] = advances.decide_granted(story.state, wanted, False, story.now)
    assert declined == facts.AdvanceDeclined(reason="exposure")
    come(story)
    [late] = advances.decide_granted(story.state, wanted, True, story.now)
    assert late == facts.AdvanceDeclined(reason="too_late")
    story.happens(late)
    assert story.state.advance_declined == "too_late"


def test_goods_that_pass_earn_the_advance_and_nothing_more_is_paid():
    story = come(advanced())
    assert next_step(story.state) == "end_advance"
    assert end(story) == ["return.advance_ended"]
    assert (next_step(story.state), owed_minor(story.state)) == ("done", 0)
    story.happens(*decide_settled(story.state))
    assert story.state.settled_outcome == "refunded"


def test_what_is_owed_beyond_the_advance_is_paid_after_it():
    ship = ask.Ship(carrier="swift", tracking_no="SW123456", freight_paid_minor=500)
    story = Story(("1", 1, "quality"), order=KEY).asked(APPROVE, ship)
    seen(story, "picked_up")
    wanted = advances.advance_request(story.state, story.now)
    story.happens(*advances.decide_granted(story.state, wanted, True, story.now), SETTLED)
    come(story)
    end(story)
    assert (next_step(story.state), owed_minor(story.state)) == ("refund", 500)
    [refund] = decide_refund(story.state)
    assert isinstance(refund, returns.RefundStarted)
    assert (refund.refund_seq, refund.amount_minor, refund.return_freight_minor) == (2, 500, 500)
    story.happens(refund)
    assert next_step(story.state) == "wait"
    story.happens(returns.RefundReported(refund_seq=2, state="settled"))
    assert next_step(story.state) == "done"


def test_an_advance_on_its_way_is_waited_for():
    assert next_step(come(advanced(settled=False)).state) == "wait"


def test_parts_that_failed_are_asked_back():
    story = advanced(("1", 3, "no_reason"))
    story.asked(RECEIVE, inspect(passed=1, failed=2, reason="worn", disposition="keep"))
    assert next_step(story.state) == "ask_back"
    story.happens(*advances.decide_ask_back(story.state, -owed_minor(story.state)))
    assert (next_step(story.state), waiting_for(story.state)) == ("wait", "customer")
    assert story.notices[-1].kind == "clawback_asked"
    story.asked(answer(amount_minor=6000))
    assert waiting_for(story.state) != "customer"
    assert next_step(story.state) == "end_advance"
    assert end(story) == ["return.advance_ended"]
    assert (next_step(story.state), owed_minor(story.state)) == ("done", -667)


def test_goods_that_do_not_come_are_due_reminded_of_and_then_the_money_is_asked_back():
    story = advanced()
    assert due(story) == ["return.clawback_due"]
    assert due(story) == ["return.clawback_reminded"]
    assert due(story) == ["return.clawback_asked"]
    assert next_deadline(story.state) is None
    kinds = [notice.kind for notice in story.notices]
    assert kinds[-3:] == ["clawback_due", "clawback_due", "clawback_asked"]
    story.asked(answer("written_off"))
    assert advances.ending(story.state) == "written_off"
    assert end(story) == ["return.advance_ended", "return.closed"]
    assert story.state.outcome == "written_off"
    assert [units.count for units in story.state.held["1"]] == [1], "nobody is paid for them again"
    assert progress(story.state).steps[-1].state == "skipped"


def test_who_pays_back_before_anybody_asks_ends_the_case_and_lets_the_units_go():
    story = advanced().asked(answer())
    assert end(story) == ["return.advance_ended", "return.closed"]
    assert (story.state.outcome, story.state.held) == ("clawed_back", {})


def test_goods_that_came_after_all_settle_what_was_asked():
    story = advanced()
    for _ in range(3):
        due(story)
    assert next_step(come(story).state) == "end_advance"
    with pytest.raises(WrongStage, match="nothing is owed"):
        story.when(answer())


def test_goods_that_came_after_all_but_failed_in_part_are_asked_for_anew():
    story = advanced(("1", 3, "no_reason"))
    for _ in range(3):
        due(story)
    story.asked(RECEIVE, inspect(passed=2, failed=1, reason="worn", disposition="keep"))
    assert next_step(story.state) == "ask_back"


def test_who_was_paid_in_advance_owes_the_goods_or_the_money():
    story = advanced()
    with pytest.raises(WrongStage, match="went out in advance"):
        story.when(ask.Cancel())
    story.asked(ask.ResolveParcel(by="w1", event="refused", reason="soaked"))
    names = [name for _ in range(5) for name in due(story)]
    assert "return.expired" not in names
    assert names[-1] == "return.clawback_asked"


def test_a_parcel_that_is_lost_is_asked_back_unless_it_is_ours_to_pay():
    story = advanced().asked(LOST)
    assert (story.state.stage, story.state.parcel_lost) == ("settlement", True)
    assert next_step(story.state) == "ask_back"
    story.happens(*advances.decide_ask_back(story.state, 3333)).asked(answer("written_off"))
    end(story)
    assert decide_settled(story.state) == [returns.Closed(outcome="parcel_lost")]
    ours = advanced().asked(LOST.model_copy(update={"refund": True}))
    assert next_step(ours.state) == "end_advance"


def test_an_advance_that_could_not_be_paid_ends_and_the_return_goes_on():
    story = advanced(settled=False).happens(FAILED)
    assert advances.clawback_deadline(story.state) is None
    assert advances.ending(story.state) == "unpaid"
    assert end(story) == ["return.advance_ended"]
    assert next_step(come(story).state) == "wait"
    story.asked(ask.RetryRefund(by="lead", reason="another account"))
    assert story.state.refunds[-1].amount_minor == 3333


REFUSED: list[tuple[Story, ask.ResolveClawback, type[Exception], str]] = [
    (sent(), answer(), WrongStage, "no money in advance is open"),
    (advanced(settled=False), answer(), WrongStage, "has not been paid yet"),
    (advanced().asked(answer()), answer(), WrongStage, "no money in advance is open"),
    (advanced(), answer(amount_minor=3334), InvalidRequest, "3334 came back, but 3333 are open"),
    (Story(), answer(), WrongStage, "a word on an advance is possible in"),
]


@pytest.mark.parametrize(("story", "word", "error", "words"), REFUSED)
def test_a_word_on_an_advance_must_fit_it(
    story: Story, word: ask.ResolveClawback, error: type[Exception], words: str
):
    with pytest.raises(error, match=words):
        story.when(word)


def test_what_came_back_is_not_written_off():
    with pytest.raises(ValidationError, match="written off is what did not"):
        answer("written_off", amount_minor=100)


def test_what_was_paid_before_is_taken_from_the_goods_first():
    refund = RefundAmounts(
        goods_minor=1000,
        outbound_freight_minor=800,
        return_freight_minor=500,
        total_minor=2300,
        currency="CNY",
    )
    left = less(refund, 1500)
    assert (left.goods_minor, left.outbound_freight_minor, left.return_freight_minor) == (0, 300, 500)
    assert less(refund, 0) == refund
