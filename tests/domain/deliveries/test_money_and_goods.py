"""What is paid, sent and held, who answers for it, and how a closed case goes on (sop L5, L6)."""

import pytest
from pydantic import ValidationError

from domain.cases.messages import Reopen
from domain.deliveries import messages as ask
from domain.deliveries.amounts import days_late, left_minor
from domain.deliveries.decisions.opening import decide_reopen
from domain.deliveries.decisions.settlement import (
    decide_call_off,
    decide_out_of_stock,
    decide_pay,
    decide_switch,
    next_step,
)
from domain.errors import QuantityExceeds, WrongStage
from domain.records import UnitRange
from tests.domain.deliveries.given import (
    CONFIRM,
    Given,
    Story,
    choose,
    cleared,
    decide_on,
    handled,
)

BIG = {"lines": [{"line": "1", "sku": "TV-01", "title": "TV", "quantity": 1, "paid_minor": 400_000}]}


def damaged() -> Story:
    """A damage that the customer may choose about."""
    return Story("damage")


def late() -> Story:
    """A parcel that is looked for."""
    return Story("late")


def referred() -> Story:
    """Too dear for the policy to decide alone."""
    return Story("damage", bought=BIG).asked(choose("refund"))


def refunded() -> Story:
    """The goods were paid back, the customer was told."""
    return damaged().asked(choose("refund")).paid()


def redelivered() -> Story:
    """The goods were sent once more, the customer was told."""
    return damaged().asked(choose("redeliver")).replaced()


def out_of_stock() -> Story:
    """The goods to be sent once more are out of stock."""
    story = damaged().asked(choose("redeliver"))
    return story.happens(*decide_out_of_stock(story.state, story.now))


def test_a_refund_is_of_the_affected_units_and_the_freight_only_of_the_whole_order() -> None:
    [whole] = decide_pay(damaged().asked(choose("refund")).state)
    assert (whole.goods_minor, whole.outbound_freight_minor, whole.amount_minor) == (15000, 800, 15800)  # type: ignore[attr-defined]
    part = Story("damage", lines=[{"line": "1", "quantity": 1}]).asked(choose("refund"))
    [paid] = decide_pay(part.state)
    assert (paid.goods_minor, paid.outbound_freight_minor) == (3333, 0)  # type: ignore[attr-defined]


def test_a_delay_is_worth_days_freight_and_no_more_than_the_cap() -> None:
    story = late()
    rules = story.state.terms.deliveries.delay
    assert days_late(story.state, story.now) == 2
    assert rules.amount_minor(2, 800, "CNY") == 0
    assert rules.amount_minor(3, 800, "CNY") == 200 + 160
    assert rules.amount_minor(100, 800, "CNY") == 3000
    assert rules.amount_minor(100, 800, "USD") == 0
    assert rules.model_copy(update={"freight_share_per_day": None}).amount_minor(3, 800, "CNY") == 200
    assert days_late(Story("late", promised_by=None).state, story.now) == 0


def test_what_was_given_is_no_longer_left() -> None:
    """Compensation has a budget of its own; without one, what was paid for the goods counts as well."""
    given = late().asked(decide_on("compensate", amount_minor=500)).paid().state
    assert left_minor(given) == 15300
    goods = refunded().state
    assert left_minor(goods) == 15800
    without = goods.terms.model_copy(update={"goodwill": None})
    assert left_minor(goods.model_copy(update={"terms": without})) == 0
    failed = late().asked(decide_on("compensate", amount_minor=500)).paid("failed").state
    assert left_minor(failed) == 15800


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (lambda: damaged().asked(choose("redeliver")), "replace"),
        (out_of_stock, "wait"),
        (lambda: out_of_stock().asked(choose("redeliver")), "replace"),
        (lambda: out_of_stock().asked(choose("refund")), "switch"),
        (lambda: damaged().asked(choose("refund")), "pay"),
        (lambda: damaged().asked(choose("refund")).paid("held"), "wait"),
        (
            lambda: Story(
                "damage",
                bought={
                    "freight_paid_minor": 0,
                    "lines": [{"line": "1", "sku": "G", "title": "Gift", "quantity": 1, "paid_minor": 0}],
                },
            ).asked(choose("refund")),
            "done",
        ),
    ],
)
def test_what_the_settlement_needs_next(given: Given, step: str) -> None:
    assert next_step(given().state) == step


def test_money_in_place_of_goods_that_never_came_back_in_stock() -> None:
    story = out_of_stock().asked(choose("redeliver"))
    story.happens(*decide_out_of_stock(story.state, story.now))
    assert next_step(story.state) == "switch"
    story.happens(*decide_switch(story.state)).paid()
    assert [grant.remedy for grant in story.state.grants] == ["refund"]
    assert story.asked(CONFIRM).state.outcome == "refunded"


def test_a_redelivery_that_is_not_ordered_is_called_off_when_the_parcel_comes() -> None:
    story = Story("loss").asked(choose("redeliver"))
    story.asked(cleared(story))
    assert next_step(story.state) == "call_off"
    story.happens(*decide_call_off(story.state))
    assert (story.state.outcome, story.state.held) == ("cleared", {})


def test_a_redelivery_after_a_compensation_is_called_off_to_what_was_paid() -> None:
    story = late().asked(decide_on("compensate", amount_minor=500)).paid().asked(ask.Object(reason="no"))
    story.asked(decide_on("redeliver"), cleared(story))
    story.happens(*decide_call_off(story.state))
    assert story.state.outcome == "compensated"


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (lambda: refunded().asked(CONFIRM), {"1": 3, "2": 2}),
        (lambda: redelivered().asked(CONFIRM), {"1": 3, "2": 2}),
        (lambda: damaged().asked(ask.CallOff()), {}),
    ],
)
def test_a_closed_case_holds_what_was_made_up_for(given: Given, held: dict[str, int]) -> None:
    units = given().state.held
    assert {line: sum(part.count for part in parts) for line, parts in units.items()} == held


def test_nothing_is_given_for_the_same_goods_twice() -> None:
    story = refunded().asked(ask.Object(reason="no"), ask.Identify(by="l1", kind="loss"))
    assert story.names()[-2:] == ["identified", "referred"]


def test_one_remedy_that_is_left_needs_no_choice() -> None:
    rules = handled(remedies=["compensate", "refund"], choose_within="2 days", automatic_up_to_minor=None)
    story = Story("late", rules=rules)
    assert story.state.grant is not None
    assert story.state.grant.remedy == "refund"


def test_silence_chooses_the_first_remedy_where_its_own_is_nothing() -> None:
    rules = handled(
        remedies=["refund", "redeliver", "compensate"],
        choose_within="2 days",
        no_answer_means="compensate",
    )
    assert Story("late", rules=rules).state.no_answer_means == "refund"


def test_a_policy_must_handle_what_it_opens_and_offer_what_silence_means() -> None:
    with pytest.raises(ValidationError, match="covers stalled"):
        Story(rules={"handling": [{"kinds": ["late"], "remedies": ["refund"]}]})
    with pytest.raises(ValidationError, match="none of the remedies"):
        Story(rules=handled(no_answer_means="compensate"))


def test_l6_without_a_prefix_the_policy_names_the_party() -> None:
    assert Story("damage").state.party == "carrier"
    assert Story("late", reason="weather_delay").state.party == "weather"
    assert late().asked(ask.Identify(by="w", kind="late", reason="customs_delay")).state.party == "customs"


# Reopening


def reopened(story: Story, reason: str, **units: int) -> list[str]:
    """The facts of a reopening that can claim so many units."""
    free = {line[1:]: [UnitRange(first=1, last=count)] for line, count in units.items()}
    reopen = Reopen.model_validate({"reason": reason, "by": "ops"})
    events = decide_reopen(story.state, reopen, free, story.now)
    return [event.name for event in events]


def test_a_closed_case_is_decided_anew_with_its_units() -> None:
    story = damaged().asked(ask.CallOff())
    assert reopened(story, "by_ops", _1=3, _2=2) == ["delivery.reopened"]
    reopen = Reopen(reason="complaint", by="l1")
    units = {"1": [UnitRange(first=1, last=3)], "2": [UnitRange(first=1, last=2)]}
    story.happens(*decide_reopen(story.state, reopen, units, story.now))
    assert (story.state.stage, story.state.outcome, story.state.held) == ("decision", None, units)


def test_what_keeps_a_case_closed_or_lets_it_stay_as_it_is() -> None:
    story = damaged().asked(ask.CallOff())
    assert reopened(story, "refund_reported") == []
    assert reopened(late(), "by_ops") == []
    with pytest.raises(WrongStage):
        reopened(story, "late_parcel")
    with pytest.raises(QuantityExceeds):
        reopened(story, "by_ops", _1=2, _2=2)


def test_a_withdrawal_after_a_compensation_closes_to_what_was_paid() -> None:
    story = late().asked(decide_on("compensate", amount_minor=500)).paid().asked(ask.Object(reason="no"))
    assert story.asked(ask.CallOff(reason="found it")).state.outcome == "compensated"


def test_what_is_declined_closes_so() -> None:
    assert referred().asked(decide_on(None), CONFIRM).state.outcome == "declined"
