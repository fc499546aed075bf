"""What is paid, exchanged and sent back, and in which order (sop R3, R5)."""

from typing import Any

import pytest

from domain.records import UnitRange
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.decisions.settlement import (
    decide_out_of_stock,
    decide_refund,
    decide_settled,
    next_step,
    refund_amounts,
)
from domain.returns.requests import exchange_request, label_request, send_back_request
from tests.domain.returns.given import APPROVE, RECEIVE, SHIP, Story, inspect, inspected

WHOLE_ORDER = [("1", 3, "quality"), ("2", 2, "quality")]


def amounts(story: Story) -> tuple[int, int, int]:
    found = refund_amounts(story.state)
    return found.goods_minor, found.outbound_freight_minor, found.return_freight_minor


def test_units_that_passed_are_paid_by_their_numbers():
    assert amounts(inspected(passed=2)) == (6666, 0, 0)


def test_the_outbound_freight_comes_back_with_the_whole_order_and_a_fault():
    assert amounts(inspected(lines=WHOLE_ORDER)) == (15000, 800, 0)


def test_the_outbound_freight_stays_where_the_customer_changed_their_mind():
    wish = [("1", 3, "no_reason"), ("2", 2, "no_reason")]
    story = Story(*wish).asked(SHIP, RECEIVE)
    found = [ask.InspectedLine(line=line, passed=quantity) for line, quantity, _ in wish]
    assert amounts(story.asked(ask.Inspect(inspector="i", lines=found))) == (15000, 0, 0)


# Given what the customer laid out, then what comes back: bounded by the cap and by the order's own freight.
RETURN_FREIGHT = [(500, 500), (5000, 800), (0, 0)]


@pytest.mark.parametrize(("paid", "back"), RETURN_FREIGHT)
def test_the_way_back_is_paid_where_it_is_the_platforms(paid: int, back: int):
    ship = ask.Ship(carrier="swift", tracking_no="SW123456", freight_paid_minor=paid)
    story = Story().asked(APPROVE, ship, RECEIVE, inspect(passed=1))
    assert amounts(story) == (3333, 0, back)


def test_the_way_back_never_exceeds_what_was_captured():
    ship = ask.Ship(carrier="swift", tracking_no="SW123456", freight_paid_minor=500)
    story = Story(*WHOLE_ORDER).asked(APPROVE, ship, RECEIVE)
    found = [ask.InspectedLine(line=line, passed=quantity) for line, quantity, _ in WHOLE_ORDER]
    assert amounts(story.asked(ask.Inspect(inspector="i", lines=found))) == (15000, 800, 0)


def test_a_return_is_refunded_and_then_settled():
    story = inspected()
    assert next_step(story.state) == "refund"
    story.happens(*decide_refund(story.state))
    assert next_step(story.state) == "wait"
    story.happens(facts.RefundReported(refund_seq=1, state="settled"))
    assert next_step(story.state) == "done"
    assert [event.name for event in decide_settled(story.state)] == ["return.settled"]


def test_goods_that_cost_nothing_settle_without_a_refund():
    gift = {"line": "1", "sku": "GIFT", "title": "Gift", "quantity": 1, "paid_minor": 0}
    assert next_step(inspected(order={"lines": [gift], "freight_paid_minor": 0}).state) == "done"


def test_goods_that_failed_are_sent_back_first_and_the_case_closes():
    story = Story().asked(APPROVE, RECEIVE, inspect(failed=1, reason="scratched"))
    assert next_step(story.state) == "send_back"
    wanted = send_back_request(story.state)
    assert (wanted.key, wanted.goods[0].sku, wanted.goods[0].quantity) == ("sb-m1-R-1", "CUP-01", 1)
    story.happens(facts.GoodsSentBack(carrier="swift", tracking_no="SW9"))
    assert next_step(story.state) == "done"
    [closed] = decide_settled(story.state)
    assert closed == facts.Closed(outcome="goods_failed")


def test_goods_that_failed_may_be_kept():
    story = Story().asked(APPROVE, RECEIVE, inspect(failed=1, reason="broken", disposition="keep"))
    assert next_step(story.state) == "done"


def test_only_units_that_passed_stay_claimed_after_the_close():
    mixed = inspect(passed=1, failed=1, short=1, reason="one scratched, one missing")
    story = Story(("1", 3, "quality")).asked(APPROVE, RECEIVE, mixed)
    story.happens(facts.Closed(outcome="refunded"))
    assert story.state.held == {"1": [UnitRange(first=1, last=1)]}


EXCHANGE: dict[str, Any] = {"kind": "exchange", "lines": [("1", 1, "quality")]}


def exchanged(line: str = "1") -> facts.ExchangePlaced:
    return facts.ExchangePlaced(line=line, quantity=1, exchange_order_id=f"X-{line}")


def test_an_exchange_is_ordered_and_costs_nothing():
    story = inspected(**EXCHANGE)
    assert next_step(story.state) == "exchange"
    wanted = exchange_request(story.state, story.state.lines["1"])
    assert (wanted.key, wanted.wait_until) == ("ex-m1-R-1-1", None)
    story.happens(exchanged())
    assert (next_step(story.state), story.state.settled_outcome) == ("done", "exchanged")


def out_of_stock(**given: Any) -> Story:
    story = inspected(**{**EXCHANGE, **given})
    return story.happens(*decide_out_of_stock(story.state, story.state.lines["1"], story.now))


def test_an_exchange_out_of_stock_asks_the_customer():
    story = out_of_stock()
    assert (next_step(story.state), story.state.choose_by is not None) == ("wait", True)


def test_the_customer_may_take_the_money():
    story = out_of_stock().asked(ask.Choose(choice="refund"))
    assert next_step(story.state) == "refund"


def test_the_customer_may_wait_for_stock_and_change_their_mind():
    story = out_of_stock().asked(ask.Choose(choice="wait"))
    assert next_step(story.state) == "exchange"
    wanted = exchange_request(story.state, story.state.lines["1"])
    assert (wanted.wait_until, wanted.retry_every) == (story.state.wait_until, "6h")
    story.asked(ask.Choose(choice="refund"))
    assert next_step(story.state) == "refund"


def test_waiting_in_vain_ends_in_the_refund():
    story = out_of_stock().asked(ask.Choose(choice="wait"))
    [choice] = decide_out_of_stock(story.state, story.state.lines["1"], story.now)
    assert choice == facts.ChoiceMade(choice="refund", automatic=True)


def test_one_line_exchanged_and_the_other_refunded():
    story = inspected(kind="exchange", lines=[("1", 1, "quality"), ("2", 1, "quality")])
    story.happens(exchanged("2"), *decide_out_of_stock(story.state, story.state.lines["1"], story.now))
    story.asked(ask.Choose(choice="refund"))
    assert amounts(story) == (3333, 0, 0)
    story.happens(*decide_refund(story.state), facts.RefundReported(refund_seq=1, state="settled"))
    assert (next_step(story.state), story.state.settled_outcome) == ("done", "refunded_and_exchanged")


def test_a_lost_parcel_with_our_label_is_paid_in_full():
    label = facts.LabelMade(carrier="swift", tracking_no="SW123456", url="https://labels.example/1")
    story = Story().asked(APPROVE).happens(label, facts.ParcelLost(refund=True, reason="lost"))
    assert (story.state.stage, next_step(story.state), amounts(story)) == (
        "settlement",
        "refund",
        (3333, 0, 0),
    )


def test_a_label_has_a_key_of_its_own_after_each_refused_parcel():
    story = Story().asked(APPROVE)
    assert (story.state.needs_label, label_request(story.state).key) == (True, "lb-m1-R-1-1")
    story.asked(SHIP, ask.ResolveParcel(by="dock", event="refused", reason="open"))
    assert label_request(story.state).key == "lb-m1-R-1-2"
    story.happens(facts.LabelRefused(reason="no_service"))
    assert not story.state.needs_label
