"""What follows from each request, and what is refused (sop R1-R7)."""

from datetime import timedelta

import pytest

from domain.cases.events import CaseEvent
from domain.cases.news import refund_news
from domain.errors import (
    CaseClosed,
    CaseworkError,
    InvalidRequest,
    OrderNotFound,
    QuantityExceeds,
    WrongStage,
)
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.actors import actor_of
from domain.returns.decisions.opening import decide_open, decide_reopen
from domain.returns.decisions.settlement import decide_refund
from domain.returns.decisions.shipping import decide_parcel_seen
from domain.returns.state import ReturnState
from tests.domain.returns.given import (
    APPROVE,
    CONFIRM,
    OPENED_AT,
    RECEIVE,
    SHIP,
    Given,
    Story,
    application,
    inspect,
    inspected,
    order,
    prepared,
    terms,
)

REJECTED = {"failed": 1, "reason": "scratched"}


def news(state: ReturnState, report: ask.RefundReport) -> list[CaseEvent]:
    """What a return makes of a refund's report."""
    return refund_news(state, report, facts.RefundReported)


def test_an_application_without_fault_is_approved_at_once():
    story = Story(("1", 1, "no_reason"))
    assert story.names() == ["return.applied", "return.approved"]
    assert story.state.stage == "ship_back"
    assert story.state.held == {"1": story.state.lines["1"].units}


def test_an_application_for_a_fault_waits_for_an_agent():
    story = Story(("1", 1, "quality"))
    assert (story.names(), story.state.stage) == (["return.applied"], "review")


def test_an_application_against_the_rules_is_refused_with_code_and_reason():
    story = Story(("1", 1, "no_reason"), order={"received_at": OPENED_AT - timedelta(days=30)})
    assert story.names() == ["return.applied", "return.refused", "return.closed"]
    assert (story.state.code, story.state.outcome, story.state.held) == ("window_closed", "refused", {})


def test_a_refused_line_leaves_the_others():
    story = Story(("1", 3, "no_reason"), ("2", 1, "no_reason"), held={"line_1": 1})
    assert list(story.state.lines) == ["2"]
    applied = story.facts[0].event
    assert isinstance(applied, facts.Applied)
    [refused] = [line for line in applied.lines if line.decision == "refuse"]
    assert (refused.line, refused.code) == ("1", "quantity_exceeds_bought")


def test_units_are_claimed_of_the_lines_that_an_application_names():
    """Of the others nothing was claimed, and that is not the same as nothing being left."""
    ready = prepared(terms(), order())
    ready = ready.model_copy(update={"claims": {"1": ready.claims["1"]}})
    applied, *_ = decide_open(application(("1", 1, "quality")), ready, "h", OPENED_AT)
    assert isinstance(applied, facts.Applied)
    assert [(line.line, line.code) for line in applied.lines] == [("1", "ok")]


def test_a_customers_order_is_nobody_elses():
    asked = application(("1", 1, "quality"), customer_id="c2")
    with pytest.raises(OrderNotFound):
        decide_open(asked, prepared(terms(), order()), "h", OPENED_AT)


# Given a story, when this is asked, then these events.
ALLOWED: list[tuple[Given, ask.Command, list[str]]] = [
    (Story, APPROVE, ["return.approved"]),
    (Story, ask.Review(agent="a", approve=False, reason="no"), ["return.refused", "return.closed"]),
    (Story, ask.RequestInfo(agent="a", question="which cup?"), ["return.info_requested"]),
    (
        lambda: Story().asked(ask.RequestInfo(agent="a", question="?")),
        ask.GiveInfo(answer="!"),
        ["return.info_given"],
    ),
    (Story, ask.Cancel(), ["return.cancelled", "return.closed"]),
    (lambda: Story().asked(APPROVE), SHIP, ["return.shipped"]),
    (lambda: Story().asked(APPROVE), RECEIVE, ["return.received"]),
    (lambda: Story().asked(APPROVE, SHIP, RECEIVE), inspect(passed=1), ["return.inspected"]),
    (
        lambda: Story().asked(APPROVE, SHIP),
        ask.ResolveParcel(by="a", event="refused", reason="open"),
        ["return.parcel_refused"],
    ),
    (
        lambda: Story().asked(APPROVE, SHIP),
        ask.ResolveParcel(by="a", event="lost", refund=True, reason="gone"),
        ["return.parcel_lost"],
    ),
    (
        lambda: Story().asked(APPROVE, SHIP),
        ask.ResolveParcel(by="a", event="lost", reason="empty box"),
        ["return.parcel_lost", "return.closed"],
    ),
    (lambda: inspected().happens(facts.Settled()), CONFIRM, ["return.confirmed", "return.closed"]),
]


@pytest.mark.parametrize(("given", "command", "then"), ALLOWED)
def test_a_request_that_the_stage_allows(given: Given, command: ask.Command, then: list[str]):
    assert [event.name for event in given().when(command)] == then


CLOSED = ask.Cancel()
REFUSED: list[tuple[Given, ask.Command, type[CaseworkError], str]] = [
    (lambda: Story().asked(CLOSED), APPROVE, CaseClosed, "is closed"),
    (Story, RECEIVE, WrongStage, "possible in ship_back or inspection"),
    (Story, CONFIRM, WrongStage, "is in review"),
    (Story, ask.GiveInfo(answer="!"), WrongStage, "nobody asked"),
    (
        lambda: Story().asked(ask.RequestInfo(agent="a", question="?")),
        ask.RequestInfo(agent="a", question="again?"),
        WrongStage,
        "was asked already",
    ),
    (lambda: Story().asked(APPROVE, SHIP, RECEIVE), ask.Cancel(), WrongStage, "withdrawing is possible"),
    (
        lambda: Story(("1", 1, "no_reason")),
        ask.ResolveParcel(by="a", event="lost", reason="gone"),
        WrongStage,
        "no parcel",
    ),
    (
        lambda: Story().asked(APPROVE),
        ask.Receive(warehouse="w", received_at=OPENED_AT + timedelta(days=1)),
        InvalidRequest,
        "lies in the future",
    ),
    (
        lambda: Story().asked(APPROVE),
        ask.Receive(warehouse="w", lines=[ask.LineCount(line="9", quantity=1)]),
        InvalidRequest,
        "line 9 is not part",
    ),
    (
        lambda: Story().asked(APPROVE),
        ask.Receive(warehouse="w", lines=[ask.LineCount(line="1", quantity=2)]),
        QuantityExceeds,
        "0 \\+ 2 received, 1 expected",
    ),
    (
        lambda: Story(("1", 2, "quality")).asked(APPROVE),
        ask.Receive(warehouse="w", lines=[ask.LineCount(line="1", quantity=1)] * 2),
        InvalidRequest,
        "named twice",
    ),
    (lambda: Story().asked(APPROVE, RECEIVE), inspect(passed=2), QuantityExceeds, "add up to 2, not to 1"),
    (
        lambda: Story(("1", 2, "quality")).asked(
            APPROVE, ask.Receive(warehouse="w", lines=[ask.LineCount(line="1", quantity=1)])
        ),
        inspect(passed=2),
        QuantityExceeds,
        "2 units inspected, 1 received",
    ),
    (
        lambda: Story().asked(APPROVE, RECEIVE),
        ask.Inspect(inspector="i", lines=[ask.InspectedLine(line="9", passed=1)]),
        InvalidRequest,
        "line 9 is not part",
    ),
    (
        lambda: Story().asked(APPROVE, RECEIVE),
        ask.Inspect(inspector="i", lines=[ask.InspectedLine(line="1", passed=1)] * 2),
        InvalidRequest,
        "named twice",
    ),
    (
        lambda: Story(("1", 1, "quality"), ("2", 1, "quality")).asked(APPROVE, RECEIVE),
        inspect(passed=1),
        InvalidRequest,
        "line 2 is missing",
    ),
    (inspected, ask.Choose(choice="refund"), WrongStage, "nothing is out of stock"),
    (inspected, ask.RetryRefund(by="o", reason="again"), WrongStage, "no refund of this case has failed"),
]


@pytest.mark.parametrize(("given", "command", "error", "why"), REFUSED)
def test_a_request_that_is_refused_says_why(
    given: Given, command: ask.Command, error: type[CaseworkError], why: str
):
    with pytest.raises(error, match=why):
        given().when(command)


def test_a_second_parcel_adds_to_the_first():
    first = ask.Receive(warehouse="w1", lines=[ask.LineCount(line="1", quantity=1)])
    story = Story(("1", 3, "quality"), ("2", 1, "quality")).asked(APPROVE, SHIP, first)
    [received] = story.when(RECEIVE)
    assert isinstance(received, facts.Received)
    assert {line.line: line.quantity for line in received.lines} == {"1": 2, "2": 1}
    story.happens(received)
    [nothing] = story.when(RECEIVE)
    assert isinstance(nothing, facts.Received)
    assert nothing.lines == []


def test_a_refused_parcel_may_be_sent_again_under_a_new_deadline():
    story = Story().asked(APPROVE, SHIP).after(days=3)
    before = story.state.ship_back_by
    story.asked(ask.ResolveParcel(by="dock", event="refused", reason="open"))
    assert (story.state.parcel, story.state.stage) == (None, "ship_back")
    assert story.state.ship_back_by is not None
    assert before is not None
    assert story.state.ship_back_by - before == timedelta(days=3)


LOST = "carrier_parcel_lost"
SEEN: list[tuple[str, str | None, list[str]]] = [
    ("registered", None, []),
    ("in_transit", None, ["return.shipped"]),
    ("delivered", None, ["return.shipped", "return.delivered"]),
    ("returning", None, ["return.shipped", "return.parcel_refused"]),
    ("exception", LOST, ["return.parcel_missing", "return.parcel_lost"]),
]


@pytest.mark.parametrize(("status", "reason", "then"), SEEN)
def test_a_scan_of_a_parcel_with_our_label(status: str, reason: str | None, then: list[str]):
    label = facts.LabelMade(carrier="swift", tracking_no="SW123456", url="https://labels.example/1")
    story = Story().asked(APPROVE).happens(label)
    seen = decide_parcel_seen(story.state, status, story.now, reason, story.now)
    assert [event.name for event in seen] == then


def test_a_scan_changes_nothing_where_no_parcel_is_awaited():
    story = Story()
    assert decide_parcel_seen(story.state, "delivered", story.now, None, story.now) == []
    story.asked(APPROVE, SHIP)
    assert decide_parcel_seen(story.state, "in_transit", story.now, None, story.now) == []
    story.happens(facts.Delivered(scanned_at=story.now))
    assert decide_parcel_seen(story.state, "delivered", story.now, None, story.now) == []


def test_a_parcel_of_their_own_that_is_lost_is_looked_into_once():
    story = Story().asked(APPROVE, SHIP)
    missing = decide_parcel_seen(story.state, "exception", story.now, LOST, story.now)
    assert [event.name for event in missing] == ["return.parcel_missing"]
    story.happens(*missing)
    assert decide_parcel_seen(story.state, "exception", story.now, LOST, story.now) == []


REOPEN = ask.Reopen(reason="late_parcel", by="dock")


def test_a_late_parcel_reopens_an_expired_case_in_time():
    story = Story().asked(APPROVE).happens(facts.Expired(), facts.Closed(outcome="expired"))
    units = {"1": story.state.lines["1"].model_copy().units or Story().state.lines["1"].units}
    story.after(days=3).happens(*decide_reopen(story.state, REOPEN, units, story.now))
    assert (story.state.stage, story.state.outcome, story.state.held) == ("ship_back", None, units)


def test_a_late_parcel_comes_too_late():
    story = Story().asked(APPROVE).happens(facts.Expired(), facts.Closed(outcome="expired")).after(days=90)
    with pytest.raises(WrongStage, match="too late"):
        decide_reopen(story.state, REOPEN, {}, story.now)


def test_a_policy_may_take_in_no_late_parcel():
    rules = {"ship_back": {"within": "7 days", "presumed_lost_after": "7d"}}
    story = Story(rules=rules).asked(APPROVE).happens(facts.Expired(), facts.Closed(outcome="expired"))
    with pytest.raises(WrongStage, match="too late"):
        decide_reopen(story.state, REOPEN, {}, story.now)


def test_a_case_is_not_reopened_when_others_hold_its_units_by_now():
    story = Story().asked(ask.Cancel())
    with pytest.raises(QuantityExceeds, match="other returns hold"):
        decide_reopen(story.state, ask.Reopen(reason="by_ops", by="o"), {}, story.now)


def test_a_refused_application_is_not_reopened():
    story = Story().asked(ask.Review(agent="a", approve=False, reason="no"))
    with pytest.raises(WrongStage, match="open a new return"):
        decide_reopen(story.state, REOPEN, {}, story.now)


def test_a_refunds_news_counts_once_and_only_for_this_case():
    story = inspected()
    story.happens(*decide_refund(story.state))
    report = ask.RefundReport(refund_id="r", seq=1, state="held", at=story.now)
    assert news(story.state, report.model_copy(update={"seq": 9})) == []
    story.happens(*news(story.state, report))
    assert news(story.state, report) == []
    story.happens(*news(story.state, report.model_copy(update={"state": "settled"})))
    assert news(story.state, report) == []
    assert story.state.refunded_minor == 3333


def test_a_failed_refund_is_paid_again_under_a_new_number():
    story = inspected()
    story.happens(*decide_refund(story.state))
    story.happens(facts.RefundReported(refund_seq=1, state="failed", reason="account_closed"))
    [again] = story.when(ask.RetryRefund(by="ops1", reason="new account"))
    assert isinstance(again, facts.RefundStarted)
    assert (again.refund_seq, again.amount_minor) == (2, 3333)


ACTORS = [
    (APPROVE, "agent:a17"),
    (RECEIVE, "warehouse:w1"),
    (inspect(passed=1), "inspector:i4"),
    (ask.ResolveParcel(by="o1", event="lost", reason="?"), "staff:o1"),
    (ask.Cancel(by="agent"), "agent"),
    (SHIP, "customer"),
]


@pytest.mark.parametrize(("command", "actor"), ACTORS)
def test_a_fact_names_who_did_it(command: ask.Command, actor: str):
    assert actor_of(command) == actor


MALFORMED = [
    (ask.Review, {"agent": "a", "approve": False}, "a refusal needs `reason`"),
    (ask.InspectedLine, {"line": "1", **REJECTED, "reason": None}, "need `reason`"),
    (ask.OpenReturn, {"merchant": "m1", "number": "R-1"}, "give either"),
    (ask.Confirm, {"schema_version": 2}, "unsupported_schema"),
    (ask.Receive, {"warehouse": "w 1"}, "warehouse"),
    (ask.Confirm, {"schema_version": 0}, "unsupported_schema"),
    (ask.GiveInfo, {"answer": "a\x00b"}, "plain text"),
    (ask.GiveInfo, {"answer": "ok", "attachments": ["\ud800"]}, "plain text"),
]


@pytest.mark.parametrize(("model", "content", "why"), MALFORMED)
def test_a_malformed_message_says_what_is_wrong(
    model: type[ask.Message], content: dict[str, object], why: str
):
    with pytest.raises(ValueError, match=why):
        model.model_validate(content)


def test_a_version_that_is_spoken_may_be_said():
    assert ask.Confirm.model_validate({"schema_version": 1}) == CONFIRM


def test_a_line_is_named_once():
    with pytest.raises(ValueError, match="line 1 is named twice"):
        application(("1", 1, "quality"), ("1", 2, "quality"))
