"""Advice, repair, reissue and appeal: given facts, when a request or time comes, then events (sop R8)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.cases.events import Linked
from domain.errors import CaseworkError, InvalidRequest, WrongStage
from domain.orders import Kind
from domain.returns import aftercare_events as care
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns import repairs
from domain.returns.appeals import appeal_complaint, complaint_number
from domain.returns.deadlines import choose_by, decide_due, next_deadline
from domain.returns.decisions.opening import check_reopen, decide_reopen
from domain.returns.decisions.settlement import decide_settled, next_step, refund_amounts
from domain.returns.kind import RETURN
from domain.returns.requests import exchange_request, repair_request, return_repaired_request
from domain.returns.views import progress, waiting_for
from tests.domain.returns.given import APPROVE, CONFIRM, RECEIVE, SHIP, Story, inspect, inspected

LABEL = facts.GoodsSentBack(carrier="swift", tracking_no="SW999999")


def advise(recommend: Kind) -> ask.Advise:
    return ask.Advise(agent="a17", diagnosis="a worn seal", recommend=recommend)


def in_repair(**given: Any) -> Story:
    """A repair that the workshop was asked for."""
    story = inspected(kind="repair", **given)
    assert next_step(story.state) == "order_repair"
    return story.happens(*repairs.decide_order(story.state, story.now))


def said(story: Story, outcome: repairs.WorkshopSays, reason: str = "leaks") -> Story:
    """The workshop's word."""
    until = choose_by(story.state, story.now)
    return story.happens(*repairs.decide_outcome(story.state, outcome, reason, until))


def missing(*, part: str | None = None, quantity: int = 1, **given: Any) -> Story:
    """A reissue of cups that were not in the parcel."""
    story = Story(("1", quantity, "missing"), kind="reissue", **given)
    if part is not None:
        line = story.state.lines["1"].model_copy(update={"part": part})
        story.state = story.state.model_copy(update={"lines": {"1": line}})
    return story


def test_advice_that_agrees_with_the_application_asks_nobody():
    story = Story().asked(advise("return"))
    assert story.names() == ["return.applied", "return.diagnosed"]
    assert (story.state.diagnosis, story.state.advised) == ("a worn seal", None)
    assert waiting_for(story.state) == "agent"


@pytest.mark.parametrize(("accept", "kind"), [(True, "repair"), (False, "return")])
def test_other_advice_is_the_customers_to_take(accept: bool, kind: str):
    story = Story().asked(advise("repair"))
    assert (waiting_for(story.state), progress(story.state).next) == ("customer", "accept_advice")
    assert [notice.kind for notice in story.notices] == ["advice_given"]
    story.asked(ask.AcceptAdvice(accept=accept))
    assert (story.state.kind, story.state.advised) == (kind, None)


def test_an_approval_settles_advice_that_nobody_answered():
    story = Story().asked(advise("repair"), APPROVE)
    assert (story.state.kind, story.state.advised) == ("return", None)


REFUSED: list[tuple[Story, ask.Command, type[CaseworkError], str]] = [
    (Story(), ask.AcceptAdvice(), WrongStage, "no advice waits"),
    (Story().asked(APPROVE), advise("repair"), WrongStage, "advice is possible in review"),
    (Story(("1", 1, "damaged")), ask.Appeal(reason="no"), WrongStage, "nothing was refused"),
    (
        Story(rules={"repair": None}),
        advise("repair"),
        InvalidRequest,
        "recommend: this policy offers no repair",
    ),
    (
        Story(),
        ask.Review(agent="a", approve=True, nothing_back=True),
        InvalidRequest,
        "nothing_back: only a reissue",
    ),
]


@pytest.mark.parametrize(("story", "command", "error", "words"), REFUSED)
def test_what_cannot_be_is_refused(
    story: Story, command: ask.Command, error: type[CaseworkError], words: str
):
    with pytest.raises(error, match=words):
        story.when(command)


@pytest.mark.parametrize(
    ("kind", "lines", "words"),
    [
        ("repair", [("1", 1, "no_reason")], "request.kind: a repair needs what is wrong"),
        ("reissue", [("1", 1, "no_reason")], "request.kind: a reissue needs what is wrong"),
    ],
)
def test_a_wish_is_no_reason_for_a_repair_or_a_reissue(kind: str, lines: list[Any], words: str):
    with pytest.raises(InvalidRequest, match=words):
        Story(*lines, kind=kind)


def test_only_a_reissue_sends_a_part():
    line = {"line": "1", "quantity": 1, "reason": "quality", "part": "LID-01"}
    request = {"kind": "return", "proof_of_purchase": True, "lines": [line]}
    with pytest.raises(InvalidRequest, match=r"request.lines.0.part: only a reissue"):
        Story(request=request)


def test_goods_may_be_repaired_for_longer_than_they_may_go_back():
    bought = {"received_at": Story().now - timedelta(days=200)}
    assert Story(order=bought).state.outcome == "refused"
    assert Story(kind="repair", order=bought).state.stage == "review"


# Repair


def test_a_repair_is_ordered_done_sent_and_confirmed():
    story = in_repair()
    assert next_step(story.state) == "repair"
    assert waiting_for(story.state) == "workshop"
    wanted = repair_request(story.state)
    assert (wanted.key, wanted.ask_every) == ("rp-m1-R-1-1", "1d")
    assert [(goods.sku, goods.quantity) for goods in wanted.goods] == [("CUP-01", 1)]
    said(story, "repaired")
    assert next_step(story.state) == "return_repaired"
    assert return_repaired_request(story.state).key == "sr-m1-R-1"
    story.happens(LABEL)
    assert "goods_repaired" in [notice.kind for notice in story.notices]
    assert next_step(story.state) == "done"
    story.happens(*decide_settled(story.state)).asked(CONFIRM)
    assert story.state.outcome == "repaired"
    assert story.state.held == {}, "repaired goods may come back"


def test_goods_that_did_not_pass_go_back_before_the_others_are_repaired():
    story = Story(("1", 2, "quality"), kind="repair").asked(APPROVE, SHIP, RECEIVE)
    story.asked(inspect(passed=1, failed=1, reason="dropped"))
    assert next_step(story.state) == "send_back"
    story.happens(LABEL)
    assert "goods_sent_back" in [notice.kind for notice in story.notices]
    assert next_step(story.state) == "order_repair"


def test_a_repair_of_nothing_ends_as_goods_that_failed():
    story = Story(kind="repair").asked(APPROVE, SHIP, RECEIVE)
    story.asked(inspect(failed=1, reason="dropped", disposition="keep"))
    assert next_step(story.state) == "done"
    assert decide_settled(story.state) == [facts.Closed(outcome="goods_failed")]


def test_a_repair_that_failed_is_tried_once_more_in_the_same_time():
    story = in_repair()
    first = story.state.repair
    said(story.after(days=3), "failed")
    assert (next_step(story.state), story.notices[-1].kind) == ("order_repair", "inspection_passed")
    story.happens(*repairs.decide_order(story.state, story.now))
    assert first is not None
    assert story.state.repair is not None
    assert (story.state.repair.attempt, story.state.repair.repair_by) == (2, first.repair_by)
    said(story, "failed")
    assert (next_step(story.state), story.notices[-1].kind) == ("wait", "repair_failed")


@pytest.mark.parametrize(
    ("choice", "step", "kind"), [("exchange", "exchange", "exchange"), ("refund", "refund", "repair")]
)
def test_what_cannot_be_repaired_is_exchanged_or_paid(choice: Any, step: str, kind: str):
    story = said(in_repair(), "impossible")
    deadline = next_deadline(story.state)
    assert deadline is not None
    assert deadline[1] == "choice between exchange and refund"
    with pytest.raises(InvalidRequest, match="here it is refund or exchange"):
        story.when(ask.Choose(choice="wait"))
    story.asked(ask.Choose(choice=choice))
    assert (next_step(story.state), story.state.kind) == (step, kind)
    assert refund_amounts(story.state).total_minor == (3333 if choice == "refund" else 0)


def test_nobody_waits_for_the_workshop_for_ever_and_silence_means_other_goods():
    story = in_repair()
    deadline = next_deadline(story.state)
    assert deadline is not None
    assert deadline[1] == "end of the time for the repair"
    assert decide_due(story.state, deadline[0] - timedelta(seconds=1)) == []
    story.now = deadline[0]
    [overdue] = decide_due(story.state, story.now)
    assert isinstance(overdue, care.RepairFailed)
    assert overdue.reason == "overdue"
    story.happens(overdue)
    choosing = next_deadline(story.state)
    assert choosing is not None
    story.now = choosing[0]
    assert decide_due(story.state, story.now) == [facts.ChoiceMade(choice="exchange", automatic=True)]


def test_a_repaired_item_cannot_be_chosen_about():
    with pytest.raises(WrongStage, match="nothing to choose"):
        in_repair().when(ask.Choose(choice="refund"))


# Reissue


def test_what_is_missing_is_sent_at_once_and_nothing_comes_back():
    story = missing(part="LID-01").asked(APPROVE)
    assert story.names()[-2:] == ["return.approved", "return.goods_waived"]
    assert [notice.kind for notice in story.notices] == ["goods_waived"]
    assert next_step(story.state) == "exchange"
    [goods] = exchange_request(story.state, story.state.lines["1"]).goods
    assert goods.sku == "LID-01"
    story.happens(facts.ExchangePlaced(line="1", quantity=1, exchange_order_id="EX-1"))
    story.happens(*decide_settled(story.state)).asked(CONFIRM)
    assert (story.state.outcome, story.state.held) == ("reissued", {})


def test_a_whole_unit_that_was_sent_again_is_kept_from_being_paid():
    story = missing().asked(APPROVE)
    story.happens(facts.ExchangePlaced(line="1", quantity=1, exchange_order_id="EX-1"))
    story.happens(*decide_settled(story.state)).asked(CONFIRM)
    assert [units.count for units in story.state.held["1"]] == [1]


DEAR = {"lines": [{"line": "1", "sku": "POT", "title": "Pot", "quantity": 3, "paid_minor": 90_000}]}

# Given what it is worth and the agent's word, then whether the goods have to come back.
WAIVED: list[tuple[dict[str, Any], bool | None, bool]] = [
    ({}, None, True),
    ({}, False, False),
    (DEAR, None, False),
    (DEAR, True, True),
]


@pytest.mark.parametrize(("order", "nothing_back", "waived"), WAIVED)
def test_policy_or_agent_do_without_the_goods(order: Any, nothing_back: bool | None, waived: bool):
    word = ask.Review(agent="a17", approve=True, nothing_back=nothing_back)
    story = missing(order=order).asked(word)
    assert (story.state.waived, story.state.stage) == (
        waived,
        "settlement" if waived else "ship_back",
    )


def test_a_reissue_that_needs_no_review_is_sent_without_any_word():
    one_click = {"automatic_review": [{"up_to_minor": {"CNY": 50_000}}]}
    story = missing(rules=one_click)
    assert story.names() == ["return.applied", "return.approved", "return.goods_waived"]
    assert missing(rules=one_click, order=DEAR | {"currency": "CNY"}, quantity=1).state.stage == "ship_back"


def test_a_reissue_that_is_out_of_stock_is_paid_without_the_goods():
    story = missing().asked(APPROVE)
    story.happens(facts.ExchangeOutOfStock(line="1", choose_by=story.now + timedelta(days=3)))
    story.asked(ask.Choose(choice="refund"))
    assert (next_step(story.state), refund_amounts(story.state).goods_minor) == ("refund", 3333)


# Appeal

APPEAL = ask.Appeal(reason="It was broken when it came.")
REFUSE = ask.Review(agent="a17", approve=False, reason="The photo shows wear.")


def test_a_refusal_may_be_appealed_against_once_and_in_time():
    story = Story().asked(REFUSE).after(days=2).asked(APPEAL)
    assert (story.state.stage, story.state.appeal) == ("closed", APPEAL.reason)
    assert story.when(APPEAL) == [], "the same words again change nothing"
    with pytest.raises(WrongStage, match="is being looked into"):
        story.when(ask.Appeal(reason="And another thing."))


def test_an_appeal_may_come_too_late_or_be_none_of_the_policy():
    with pytest.raises(WrongStage, match="time to appeal is over"):
        Story().asked(REFUSE).after(days=8).when(APPEAL)
    with pytest.raises(WrongStage, match="takes no appeals"):
        Story(rules={"appeal": None}).asked(REFUSE).when(APPEAL)


def test_goods_that_failed_may_be_appealed_about_while_the_rest_is_settled():
    story = Story(("1", 2, "quality")).asked(APPROVE, SHIP, RECEIVE)
    story.asked(inspect(passed=1, failed=1, reason="worn"), APPEAL)
    assert story.state.appeals == 1


def test_an_appeal_becomes_a_complaint_about_the_return_and_its_refused_units():
    story = Story(("1", 2, "quality")).asked(APPROVE, SHIP, RECEIVE)
    story.asked(inspect(passed=1, failed=1, reason="worn"), APPEAL)
    start = appeal_complaint(story.state)
    assert start.case_id == "complaint:m1:R-1-appeal-1"
    assert (start.cause.case_id, start.cause.relation) == ("return:m1:R-1", "about")  # type: ignore[union-attr]
    assert start.complaint is not None
    assert start.complaint["goods"] == [{"line": "1", "quantity": 1}]
    assert start.complaint["demand"] == {"wants": ["refund"]}
    whole = appeal_complaint(Story(kind="exchange").asked(REFUSE, APPEAL).state).complaint
    assert whole is not None
    assert (whole["goods"], whole["demand"]) == ([{"line": "1", "quantity": 1}], {"wants": ["exchange"]})


def test_a_long_number_still_names_its_complaint():
    assert complaint_number("R-1", 2) == "R-1-appeal-2"
    numbers = {complaint_number("R" * 60 + end, appeals) for end in ("1", "2") for appeals in (1, 2)}
    assert len(numbers) == 4
    assert all(len(number) <= 64 for number in numbers)


def reopened(story: Story, reason: Any) -> list[str]:
    """What a reopening brings about, with all units free."""
    units = {name: line.units or [] for name, line in story.state.lines.items()}
    taken = {"1": [{"first": 1, "last": 1}]}
    reopen = ask.Reopen(reason=reason, by="desk")
    events = decide_reopen(story.state, reopen, {**units, **_ranges(taken)}, story.now)
    story.happens(*events)
    return [event.name for event in events]


def _ranges(units: dict[str, list[dict[str, int]]]) -> dict[str, Any]:
    return facts.Reopened.model_validate({"reason": "", "stage": "review", "units": units}).units


def test_a_complaint_takes_a_refusal_back_and_the_lines_with_it():
    story = Story().asked(REFUSE, APPEAL)
    assert reopened(story, "complaint") == ["return.reopened"]
    state = story.state
    assert (state.stage, state.code, state.preview_minor, list(state.lines)) == ("review", "ok", 3333, ["1"])
    assert (state.appeal, state.refused_lines) == (None, {})
    assert story.asked(APPROVE).state.stage == "ship_back"


def test_a_complaint_may_make_an_exception_of_a_rule():
    story = Story(("1", 1, "no_reason"), order={"received_at": Story().now - timedelta(days=30)})
    assert story.state.outcome == "refused"
    reopened(story, "complaint")
    assert (story.state.stage, list(story.state.lines)) == ("review", ["1"])


def test_an_appeal_takes_a_closed_case_up_without_opening_it_again():
    assert reopened(Story().asked(REFUSE), "appeal") == []


@pytest.mark.parametrize("rules", [{"appeal": None}, {"appeal": {"within": "7 days", "reopens": []}}])
def test_a_complaint_opens_nothing_that_the_policy_does_not_name(rules: Any):
    story = Story(rules=rules).asked(REFUSE)
    with pytest.raises(WrongStage, match="open a new return instead"):
        check_reopen(story.state, ask.Reopen(reason="complaint", by="desk"), story.now)


def test_a_complaint_lets_failed_goods_be_inspected_again():
    story = Story().asked(APPROVE, SHIP, RECEIVE, inspect(failed=1, reason="worn", disposition="keep"))
    story.happens(*decide_settled(story.state))
    stage = check_reopen(story.state, ask.Reopen(reason="complaint", by="desk"), story.now)
    assert stage == "inspection"


def test_the_commands_of_a_return_are_told_by_who_sent_them():
    assert RETURN.actor_of(advise("repair")) == "agent:a17"
    assert RETURN.actor_of(APPEAL) == "customer"
    assert RETURN.actor_of(ask.AcceptAdvice()) == "customer"
    word = ask.ResolveClawback(by="finance", outcome="paid_back", reason="paid")
    assert RETURN.actor_of(word) == "staff:finance"


def test_a_return_waits_for_what_it_started():
    story = inspected().happens(Linked(case_id="return:m1:R-2", relation="started"), facts.Settled())
    assert next_deadline(story.state) is None
    with pytest.raises(WrongStage, match="still open: return:m1:R-2"):
        story.when(CONFIRM)
