"""What others see of a return."""

from datetime import timedelta

import pytest

from domain.cases.answers import answer_to
from domain.cases.page import markdown
from domain.cases.readings import sla_state
from domain.cases.views import summarise, whole
from domain.digests import digest
from domain.errors import CaseworkError
from domain.notice_kinds import NoticeFacts
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.answers import opening_answer
from domain.returns.decisions.settlement import decide_out_of_stock, decide_refund
from domain.returns.kind import RETURN
from domain.returns.views import progress, waiting_for
from domain.sla import ClockBook
from tests.domain.returns.given import (
    APPROVE,
    CONFIRM,
    RECEIVE,
    SHIP,
    Given,
    Story,
    inspect,
    inspected,
    terms,
)

LABEL = facts.LabelMade(carrier="swift", tracking_no="SW123456", url="https://labels.example/1")


def choosing() -> Story:
    story = inspected(kind="exchange")
    return story.happens(*decide_out_of_stock(story.state, story.state.lines["1"], story.now))


def paying() -> Story:
    story = inspected()
    return story.happens(*decide_refund(story.state))


def missing() -> Story:
    return Story().asked(APPROVE, SHIP).happens(facts.ParcelMissing(last_seen_at=Story().now))


# Given a story, then who owes the next step, what the customer may do, and the four stages (sop R6).
SEEN: list[tuple[Given, str | None, str | None, str]] = [
    (Story, "agent", None, "current open open open"),
    (
        lambda: Story().asked(ask.RequestInfo(agent="a", question="?")),
        "customer",
        "give_info",
        "current open open open",
    ),
    (lambda: Story().asked(APPROVE), "customer", "ship", "done current open open"),
    (lambda: Story().asked(APPROVE, SHIP), "carrier", None, "done current open open"),
    (missing, "agent", None, "done current open open"),
    (
        lambda: Story().asked(APPROVE, SHIP).happens(facts.Delivered(scanned_at=Story().now)),
        "warehouse",
        None,
        "done current open open",
    ),
    (lambda: Story().asked(APPROVE, RECEIVE), "warehouse", None, "done done current open"),
    (paying, "payment", None, "done done done current"),
    (choosing, "customer", "choose", "done done done current"),
    (lambda: choosing().asked(ask.Choose(choice="wait")), "stock", None, "done done done current"),
    (
        lambda: paying().happens(facts.RefundReported(refund_seq=1, state="held", reason="unknown")),
        "ops",
        None,
        "done done done current",
    ),
    (lambda: inspected().happens(facts.Settled()), "customer", "confirm", "done done done current"),
    (lambda: inspected().happens(facts.Settled()).asked(CONFIRM), None, None, "done done done done"),
    (lambda: Story().asked(ask.Cancel()), None, None, "done skipped skipped skipped"),
    (lambda: Story().asked(APPROVE).asked(ask.Cancel()), None, None, "done done skipped skipped"),
]


@pytest.mark.parametrize(("given", "owes", "can", "steps"), SEEN)
def test_the_customer_sees_four_stages_and_what_is_next(
    given: Given, owes: str | None, can: str | None, steps: str
):
    state = given().state
    seen = progress(state)
    assert (waiting_for(state), seen.next) == (owes, can)
    assert [step.state for step in seen.steps] == steps.split()


def test_the_customer_is_told_until_when_it_is_their_turn():
    story = Story().asked(APPROVE)
    assert progress(story.state).until == story.state.ship_back_by
    assert progress(Story().state).until == Story().now + timedelta(hours=4)  # the review's promise
    assert progress(choosing().state).until == choosing().state.choose_by
    asked = Story().asked(ask.RequestInfo(agent="a", question="?"))
    assert progress(asked.state).until is None


def test_the_read_model_is_made_from_the_events_alone():
    story = Story()
    row = summarise(RETURN, story.state)
    assert (row.stage, row.waiting_for, row.due_metric, row.sla_state) == ("review", "agent", "review", "ok")
    assert row.next_instant_at == story.now + timedelta(hours=3)  # three quarters of four hours
    assert row.last_seq == len(story.facts)
    closed = summarise(RETURN, story.asked(ask.Cancel()).state)
    assert (closed.open, closed.outcome, closed.next_instant_at, closed.due_at) == (
        False,
        "cancelled",
        None,
        None,
    )


# Given time and requests, then the worst that the clocks say.
SLA: list[tuple[Given, str]] = [
    (Story, "ok"),
    (lambda: Story().after(hours=3).happens(), "warned"),
    (lambda: Story().after(hours=5).happens(), "breached"),
    (lambda: Story().after(hours=5).asked(APPROVE), "breached"),  # cured, and still a breach
    (lambda: Story().asked(ask.RequestInfo(agent="a", question="?")), "paused"),
]


@pytest.mark.parametrize(("given", "worst"), SLA)
def test_the_worst_clock_counts(given: Given, worst: str):
    assert summarise(RETURN, given().state).sla_state == worst


def test_a_case_without_clocks_has_no_sla():
    assert sla_state(()) == "none"


def test_a_page_without_clocks_has_no_table():
    story = Story()
    bare = story.state.model_copy(update={"clocks": ClockBook(), "terms": terms()})
    assert "| clock |" not in markdown(RETURN, bare, story.now)


def test_while_the_case_is_opened_it_waits_for_the_desk():
    assert waiting_for(RETURN.blank("return:m1:R-1", terms())) == "system"


def test_answers_say_the_sequence_and_the_request_they_are_to():
    story = Story().asked(APPROVE)
    answer = answer_to(story.state, APPROVE)
    assert (answer.seq, answer.stage, answer.request_hash) == (len(story.facts), "ship_back", digest(APPROVE))
    assert answer_to(Story().asked(ask.Cancel()).state, ask.Cancel()).outcome == "cancelled"
    opened = opening_answer(Story().state)
    assert (opened.decision, opened.refund_minor, opened.ship_back_by) == ("review", 3333, None)
    assert whole(RETURN, story.state, story.now)["waiting_for"] == "customer"


def test_the_page_says_where_it_is_what_is_next_and_until_when():
    page = markdown(RETURN, Story().asked(APPROVE).state, Story().now)
    assert "**Return R-1 of order SO-1: ship back**" in page
    assert "Next: the customer acts" in page
    assert "reminder to send the goods" in page
    assert "| review | stopped | met |" in page
    assert "3333 CNY" in markdown(RETURN, paying().state, Story().now)
    assert "closed, cancelled" in markdown(RETURN, Story().asked(ask.Cancel()).state, Story().now)


def told(story: Story) -> list[str]:
    return [
        notice.kind if notice.role is None else f"{notice.kind} to {notice.role}" for notice in story.notices
    ]


TOLD: list[tuple[Given, list[str]]] = [
    (lambda: Story().asked(APPROVE).happens(LABEL), ["review_approved"]),
    (lambda: Story(("1", 1, "no_reason")), ["review_approved"]),
    (lambda: Story().asked(APPROVE).happens(facts.LabelRefused(reason="no_service")), ["review_approved"]),
    (lambda: Story().asked(ask.Review(agent="a", approve=False, reason="no")), ["review_refused"]),
    (lambda: Story().asked(ask.RequestInfo(agent="a", question="?")), ["info_requested"]),
    (lambda: Story().asked(ask.Cancel()), ["cancelled"]),
    (lambda: Story(("1", 1, "no_reason")).happens(facts.Expired()), ["review_approved", "return_expired"]),
    (lambda: Story().happens(facts.Reminded(ship_back_by=Story().now)), ["ship_back_reminder"]),
    (missing, ["parcel_missing"]),
    (lambda: Story().happens(facts.ParcelLost(refund=False, reason="gone")), ["parcel_lost"]),
    (
        lambda: Story().asked(APPROVE, RECEIVE, inspect(failed=1, reason="scratched")),
        ["inspection_failed"],
    ),
    (lambda: Story().happens(facts.GoodsSentBack(carrier="swift", tracking_no="S1")), ["goods_sent_back"]),
    (choosing, ["inspection_passed", "exchange_out_of_stock"]),
    (
        lambda: paying().happens(facts.RefundReported(refund_seq=1, state="failed", reason="closed")),
        ["inspection_passed", "refund_failed_hold"],
    ),
    (
        lambda: paying().happens(facts.RefundReported(refund_seq=1, state="settled")),
        ["inspection_passed", "refund_settled"],
    ),
    (lambda: Story().after(hours=3.5).happens(), ["clock_warned to agent"]),
    (
        lambda: Story().after(hours=5).happens(),
        ["clock_breached to agent", "clock_breached to agent", "clock_breached to lead"],
    ),
]


@pytest.mark.parametrize(("given", "kinds"), TOLD)
def test_who_is_told_what(given: Given, kinds: list[str]):
    assert told(given()) == kinds


def test_a_notice_names_its_order_and_nobody():
    story = Story().asked(APPROVE).happens(LABEL)
    [notice] = story.notices
    assert isinstance(notice.facts, NoticeFacts)
    assert (notice.facts.order_id, notice.facts.label_url) == ("SO-1", LABEL.url)
    assert notice.notice_id == f"return:m1:R-1:review_approved:{story.facts[-1].record.seq}"


def test_who_gets_part_of_it_is_told_what_not_and_why():
    story = Story(("1", 3, "no_reason"), ("2", 1, "no_reason"), held={"line_1": 1})
    [notice] = story.notices
    assert (notice.kind, notice.facts.refused_units) == ("review_approved", 3)
    assert notice.facts.code == "quantity_exceeds_bought"


def test_a_refusal_carries_its_code():
    with pytest.raises(CaseworkError) as refused:
        Story().when(RECEIVE)
    assert refused.value.code == "wrong_stage"
