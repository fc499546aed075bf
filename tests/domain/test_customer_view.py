"""What a customer's page shows: four stages of every kind, whose turn it is, and what they may say."""

from datetime import timedelta
from typing import Any

import pytest

from domain.cases.events import Linked
from domain.complaints import requests as on_complaints
from domain.customer_view import CustomerView, customer_view, told
from domain.deliveries import messages as on_deliveries
from domain.errors import InvalidRequest
from domain.records import Recorded
from domain.returns import advances
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.decisions.settlement import decide_out_of_stock
from tests.domain.complaints import given as complaints
from tests.domain.deliveries import given as deliveries
from tests.domain.deliveries.given import handled
from tests.domain.improvements import given as improvements
from tests.domain.returns import given as returns
from tests.domain.returns.given import APPROVE, CONFIRM, RECEIVE, SHIP, inspect, inspected
from tests.domain.returns.test_advances import advanced

REFUSE = ask.Review(agent="a17", approve=False, reason="It was worn.")
OBJECT = on_deliveries.Object(reason="It is still broken.")
QUESTION = on_complaints.RequestInfo(agent="a17", question="Which cup?")


def out_of_stock() -> returns.Story:
    story = inspected(kind="exchange")
    return story.happens(*decide_out_of_stock(story.state, story.state.lines["1"], story.now))


def complained() -> returns.Story:
    """A return that is settled, about which its customer has complained."""
    story = inspected().happens(facts.Settled())
    return story.happens(Linked(case_id="complaint:m1:C-1", relation="complained_of_in"))


def undecided() -> complaints.Story:
    story = complaints.answered()
    story.state = story.state.model_copy(update={"round": 2})
    return story.asked(complaints.UNHAPPY)


def refused() -> returns.Story:
    return returns.Story().asked(REFUSE)


# Given a case, then its four stages, its stage, and what its customer may say, what is next first.
SEEN: list[tuple[str, Any, str, str, str]] = [
    ("applied", returns.Story, "current open open open", "review", ""),
    (
        "asked for more",
        lambda: returns.Story().asked(ask.RequestInfo(agent="a", question="?")),
        "current open open open",
        "review",
        "give_info",
    ),
    ("approved", lambda: returns.Story().asked(APPROVE), "done current open open", "ship_back", "ship"),
    (
        "sent, and the number may be corrected",
        lambda: returns.Story().asked(APPROVE, SHIP),
        "done current open open",
        "ship_back",
        "ship",
    ),
    (
        "arrived",
        lambda: returns.Story().asked(APPROVE, SHIP).happens(facts.Delivered(scanned_at=returns.Story().now)),
        "done current open open",
        "ship_back",
        "",
    ),
    ("out of stock", out_of_stock, "done done done current", "settlement", "choose"),
    (
        "settled",
        lambda: inspected().happens(facts.Settled()),
        "done done done current",
        "confirmation",
        "confirm wrong",
    ),
    ("complained of", complained, "done done done current", "confirmation", ""),
    (
        "confirmed",
        lambda: inspected().happens(facts.Settled()).asked(CONFIRM),
        "done done done done",
        "closed",
        "",
    ),
    ("refused", refused, "done skipped skipped skipped", "closed", "wrong"),
    ("refused long ago", lambda: _much_later(refused()), "done skipped skipped skipped", "closed", ""),
    (
        "appealed",
        lambda: refused().asked(ask.Appeal(reason="It was new.")),
        "done skipped skipped skipped",
        "closed",
        "",
    ),
    ("complaint", complaints.Story, "current open open open", "review", ""),
    (
        "complaint not classified",
        lambda: complaints.Story(category=None),
        "current open open open",
        "intake",
        "",
    ),
    (
        "complaint with a question",
        lambda: complaints.Story().asked(QUESTION),
        "current open open open",
        "review",
        "give_info",
    ),
    (
        "looked into",
        lambda: complaints.Story().asked(complaints.REVIEW),
        "done current open open",
        "investigation",
        "",
    ),
    ("answered", complaints.answered, "done done done current", "confirmation", "confirm wrong"),
    ("final decision", undecided, "done done done current", "decision", ""),
    (
        "satisfied",
        lambda: complaints.answered().asked(complaints.SATISFIED),
        "done done done done",
        "closed",
        "",
    ),
    ("damaged", deliveries.Story, "done current open open", "choice", "choose"),
    (
        "looked for",
        lambda: deliveries.Story("late", rules=handled(remedies=["refund"], look_into="3 days")),
        "done current open open",
        "investigation",
        "",
    ),
    (
        "paid",
        lambda: _fed_back(deliveries.Story().asked(deliveries.choose("refund")).paid()),
        "done done done current",
        "confirmation",
        "confirm wrong",
    ),
    (
        "all is well",
        lambda: _fed_back(deliveries.Story().asked(deliveries.choose("refund")).paid()).asked(
            deliveries.CONFIRM
        ),
        "done done done done",
        "closed",
        "",
    ),
    (
        "called off",
        lambda: deliveries.Story().asked(on_deliveries.CallOff()),
        "done done skipped skipped",
        "closed",
        "",
    ),
]


def _fed_back(story: deliveries.Story) -> deliveries.Story:
    return story.asked(deliveries.FEEDBACK) if story.state.stage == "feedback" else story


def _much_later(story: returns.Story) -> returns.Story:
    story.now += timedelta(days=30)
    return story


def seen(story: Any) -> CustomerView:
    return customer_view(story.state, story.now)


@pytest.mark.parametrize(
    ("given", "steps", "now", "asks"), [row[1:] for row in SEEN], ids=[r[0] for r in SEEN]
)
def test_a_customer_sees_four_stages_and_what_they_may_say(
    given: Any, steps: str, now: str, asks: str
) -> None:
    view = seen(given())
    assert " ".join(step.state for step in view.steps) == steps
    assert (view.now, " ".join(view.asks)) == (now, asks)
    assert len({step.name for step in view.steps}) == 4


NEXT: list[tuple[Any, str | None]] = [
    (returns.Story, None),
    (lambda: returns.Story().asked(APPROVE), "ship"),
    (lambda: returns.Story().asked(APPROVE, SHIP), None),
    (lambda: inspected().happens(facts.Settled()), "confirm"),
    (complained, None),
    (refused, None),
    (complaints.answered, "confirm"),
    (undecided, None),
    (deliveries.Story, "choose"),
    (lambda: deliveries.Story().asked(deliveries.choose("refund")), None),
]


@pytest.mark.parametrize(("given", "turn"), NEXT)
def test_it_is_the_customers_turn_only_where_the_case_waits_for_them(given: Any, turn: str | None) -> None:
    """What they may correct or object to meanwhile is nothing that they are asked for."""
    assert seen(given()).next == turn


def test_a_complaint_that_is_not_upheld_is_not_called_solved() -> None:
    no = on_complaints.Review(agent="a17", valid=False, reason="The cup was dropped.")
    view = seen(complaints.Story().asked(no))
    assert (view.next, view.is_rejected) == ("confirm", True)
    assert not seen(complaints.answered()).is_rejected


def test_an_answer_to_a_question_has_no_limit_and_the_desk_has_one() -> None:
    story = complaints.Story()
    assert seen(story).until is not None
    assert seen(story.asked(QUESTION)).until is None


def test_a_parcel_is_named_once_it_is_on_its_way() -> None:
    assert seen(returns.Story().asked(APPROVE)).tracking_no is None
    for story in (returns.Story().asked(APPROVE, SHIP), deliveries.Story()):
        view = seen(story)
        assert (view.carrier, view.tracking_no) == ("swift", "SW123456")


def test_an_advance_that_is_asked_back_is_not_money_on_its_way_to_them() -> None:
    story = advanced(("1", 3, "no_reason"))
    story.asked(RECEIVE, inspect(passed=1, failed=2, reason="worn", disposition="keep"))
    assert seen(story).now == "settlement"
    story.happens(*advances.decide_ask_back(story.state, 6667))
    view = seen(story)
    assert (view.now, view.next) == ("money_owed", None)


def test_what_may_be_chosen_is_what_the_case_takes() -> None:
    assert seen(out_of_stock()).options == ("refund", "wait")
    story = deliveries.Story()
    assert seen(story).options == tuple(story.state.options)
    assert seen(story.asked(deliveries.choose("refund"))).options == ()


@pytest.mark.parametrize(
    ("url", "shown"), [("https://labels.example/1", True), ("javascript:alert(1)", False), (None, False)]
)
def test_a_label_is_offered_until_the_goods_are_sent(url: str | None, shown: bool) -> None:
    label = facts.LabelMade(carrier="swift", tracking_no="SW123456", url=url or "")
    story = returns.Story().asked(APPROVE).happens(label)
    assert (seen(story).label_url is not None) == shown
    assert seen(story.asked(SHIP)).label_url is None


def test_a_complaint_about_no_order_has_no_currency() -> None:
    view = seen(complaints.Story(order_id=None, timezone="Asia/Shanghai", goods=[]))
    assert (view.order_id, view.currency, view.refunded_minor) == (None, None, 0)


def test_nothing_of_our_inner_life_is_shown() -> None:
    shown = seen(complaints.answered()).model_dump_json()
    assert "a17" not in shown
    assert "packaging" not in shown


def test_a_case_of_the_desks_own_is_no_customers() -> None:
    with pytest.raises(InvalidRequest, match="no customer's"):
        seen(improvements.Story())


def fact(seq: int, type: str, **data: Any) -> Recorded:
    return Recorded(seq=seq, type=type, at=returns.Story().now, actor="agent:a17", data=data)


def test_what_an_answer_is_asked_for_is_quoted() -> None:
    told_so = [
        fact(1, "return.info_requested", question="Which one?"),
        fact(2, "return.info_requested", question="Which colour?"),
        fact(3, "return.shipped", tracking_no="SW-1"),
    ]
    assert told(("give_info",), told_so) == "Which colour?"
    assert told(("confirm", "wrong"), told_so) is None
    assert told(("ship",), told_so) is None
    assert told((), told_so) is None
    assert told(("confirm", "wrong"), [fact(1, "delivery.feedback_given", automatic=True)]) is None
