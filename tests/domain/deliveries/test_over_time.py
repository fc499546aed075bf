"""What time brings about, what others see, what the customer is told, what the carrier is claimed for."""

from datetime import timedelta
from typing import Any

import pytest

from domain.cases import views
from domain.cases.relief import GrantRelief
from domain.deliveries import messages as ask
from domain.deliveries.children import claim_start, claim_step
from domain.deliveries.deadlines import decide_due, next_deadline
from domain.deliveries.decisions.settlement import decide_out_of_stock
from domain.deliveries.events import ClaimRefused
from domain.deliveries.kind import DELIVERY
from domain.deliveries.requests import redelivery_request
from domain.deliveries.views import facets, progress, waiting_for
from tests.domain.deliveries.given import (
    CONFIRM,
    FEEDBACK,
    OPENED_AT,
    PHOTO,
    Given,
    Story,
    choose,
    cleared,
    decide_on,
    handled,
)

PACKED_SO = ask.CorrectParty(by="l1", party="retailer", reason="it was packed so")
AGAIN = ask.PayAgain(by="l1", reason="another account")
FREE = handled(automatic_up_to_minor=None)


def storm(days: float = 2, **more: Any) -> GrantRelief:
    """Extreme weather from now on for so many days."""
    given = {"by": "ops", "window": "w1", "region": "CN-33", "reason": "typhoon"}
    return GrantRelief.model_validate({**given, "until": OPENED_AT + timedelta(days=days), **more})


def in_choice() -> Story:
    return Story("damage")


def replacing() -> Story:
    return in_choice().asked(choose("redeliver"))


def missing_stock() -> Story:
    story = replacing()
    return story.happens(*decide_out_of_stock(story.state, story.now))


def refunded() -> Story:
    return in_choice().asked(choose("refund")).paid()


def failed() -> Story:
    return in_choice().asked(choose("refund")).paid("failed")


def declined() -> Story:
    return Story("refused").asked(decide_on(None))


# Time


@pytest.mark.parametrize(
    ("given", "days", "facts", "stage"),
    [
        (lambda: Story("late"), 2, [], "investigation"),
        (lambda: Story("late"), 4, ["carrier_silent", "offered"], "choice"),
        (lambda: Story("late").asked(storm(6)), 5, [], "investigation"),
        (in_choice, 4, ["chosen", "granted"], "settlement"),
        (missing_stock, 4, ["chosen"], "settlement"),
        (refunded, 8, ["confirmed", "closed"], "closed"),
        (declined, 8, ["confirmed", "closed"], "closed"),
        (lambda: Story("refused"), 90, [], "decision"),
        (lambda: refunded().asked(CONFIRM), 90, [], "closed"),
        (lambda: in_choice().asked(storm()), 2, ["relief_ended"], "choice"),
    ],
)
def test_what_time_brings_about(given: Given, days: int, facts: list[str], stage: str) -> None:
    story = given()
    before = len(story.names())
    story.after(days=days)
    assert story.names()[before:] == facts
    assert story.state.stage == stage


def test_a_closed_case_waits_for_nothing() -> None:
    story = refunded().asked(storm(20), CONFIRM)
    assert next_deadline(story.state) is None
    assert decide_due(story.state, story.now + timedelta(days=30)) == []


def test_the_nearest_of_two_deadlines_counts() -> None:
    story = in_choice().asked(storm(1))
    assert next_deadline(story.state) == (OPENED_AT + timedelta(days=1), "end of the extreme weather")


# Extreme weather


def test_l7_relief_rests_the_clocks_that_the_policy_names_until_it_ends() -> None:
    def clock(story: Story, name: str) -> str:
        rows = views.whole(DELIVERY, story.state, story.now)["clocks"]
        return next(row["state"] for row in rows if row["name"] == name)

    story = Story("late").asked(storm())
    assert (clock(story, "carrier_answer"), clock(story, "resolution")) == ("paused", "paused")
    assert clock(story, "contact") == "running"
    story.after(days=2)
    assert (clock(story, "carrier_answer"), clock(story, "resolution")) == ("running", "running")


@pytest.mark.parametrize(
    ("words", "facts", "told"),
    [
        ([storm(), storm()], ["relief_granted"], 1),
        ([storm(), storm(3)], ["relief_granted", "relief_granted"], 1),
        ([storm(tell=False)], ["relief_granted"], 0),
        ([storm(), storm(window="w2")], ["relief_granted", "relief_granted"], 2),
        ([storm(), storm(-1)], ["relief_granted", "relief_ended"], 1),
        ([storm(-1)], [], 0),
        ([storm(), storm(window="w2"), storm(-1)], ["relief_granted", "relief_granted", "relief_granted"], 2),
        ([storm(), storm(-1), storm()], ["relief_granted", "relief_ended", "relief_granted"], 1),
    ],
)
def test_l7_a_window_is_told_once_and_its_end_may_move(
    words: list[GrantRelief], facts: list[str], told: int
) -> None:
    story = Story("late")
    before = len(story.names())
    story.asked(*words)
    assert story.names()[before:] == facts
    assert story.told().count("extreme_weather") == told


def test_l7_relief_ends_when_the_last_window_does() -> None:
    story = Story("late").asked(storm(1), storm(2, window="w2"))
    story.after(days=1)
    assert story.state.reliefs
    story.after(days=1)
    assert story.names()[-1] == "relief_ended"
    assert not story.state.reliefs


# What others see


@pytest.mark.parametrize(
    ("given", "who"),
    [
        (lambda: Story("late"), "carrier"),
        (in_choice, "customer"),
        (lambda: Story("loss", reported_by="customer", last_status="delivered"), "agent"),
        (lambda: Story("refused"), "agent"),
        (replacing, "system"),
        (missing_stock, "customer"),
        (lambda: missing_stock().asked(choose("redeliver")), "stock"),
        (lambda: in_choice().asked(choose("refund")), "payment"),
        (failed, "ops"),
        (lambda: failed().asked(AGAIN), "payment"),
        (refunded, "customer"),
        (lambda: refunded().asked(CONFIRM), None),
    ],
)
def test_who_owes_the_next_step(given: Given, who: str | None) -> None:
    assert waiting_for(given().state) == who


def test_the_customers_view() -> None:
    seen = progress(in_choice().state)
    assert (seen.next, seen.options, seen.remedy) == ("choose", ["redeliver", "refund"], None)
    assert seen.until == in_choice().state.choose_by
    seen = progress(Story("late").state)
    assert (seen.next, seen.until is None) == (None, False)
    seen = progress(refunded().state)
    assert (seen.next, seen.remedy, seen.amount_minor, seen.currency) == ("confirm", "refund", 15800, "CNY")
    seen = progress(replacing().replaced().asked(CONFIRM).state)
    assert (seen.outcome, seen.amount_minor, seen.until) == ("redelivered", None, None)


def test_l6_figures_get_carrier_lane_reason_and_party_and_no_address() -> None:
    assert facets(Story("loss", reason="carrier_parcel_lost").asked(choose("refund")).state) == {
        "exception": "loss",
        "carrier": "swift",
        "party": "carrier",
        "reason": "carrier_parcel_lost",
        "lane": "CN-44>CN-33",
        "origin": "CN-44",
        "region": "CN-33",
        "remedy": "refund",
    }
    assert set(facets(Story("refused", origin=None).state)) == {"exception", "carrier", "party", "region"}


def test_the_answer_to_the_opening() -> None:
    opened = DELIVERY.opening_answer(in_choice().state)
    assert opened.model_dump(exclude_none=True).items() >= {"stage": "choice", "kind": "damage"}.items()
    assert DELIVERY.opening_answer(Story("loss", rules=FREE).state).model_dump()["remedy"] == "redeliver"


def test_headlines_and_actors_name_nobody() -> None:
    assert DELIVERY.headline(in_choice().state) == "Damage of order SO-1 (D-1)"
    actors = {
        DELIVERY.actor_of(command)
        for command in (
            decide_on("refund"),
            choose("refund"),
            CONFIRM,
            ask.CallOff(by="agent"),
            storm(),
            FEEDBACK,
            cleared(in_choice()),
        )
    }
    assert actors == {"agent:a17", "customer", "agent", "weather:ops", "staff:a17", "watch:watch"}


def test_the_start_says_what_it_is_about() -> None:
    told = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "kind": "late",
        "carrier": "swift",
        "tracking_no": "SW12",
    }
    start = ask.OpenDelivery.model_validate({"merchant": "m1", "number": "D-1", "exception": told})
    assert start.headline() == "Delivery D-1 of m1: late"
    assert start.page().endswith("- the whole order")
    lines = {**told, "lines": [{"line": "1", "quantity": 2}]}
    start = ask.OpenDelivery.model_validate({"merchant": "m1", "number": "D-1", "exception": lines})
    assert start.page().endswith("- line 1: 2")
    reopen = {"reason": "by_ops", "by": "ops"}
    start = ask.OpenDelivery.model_validate({"merchant": "m1", "number": "D-1", "reopen": reopen})
    assert start.page() == start.headline() == "Delivery D-1 of m1: exception"


# What the customer is told


def test_l5_the_customer_is_told_at_the_opening_before_they_ask() -> None:
    [notice] = Story("loss").notices
    assert notice.kind == "delivery_exception"
    assert notice.facts.reported_by == "watch"
    assert notice.facts.remedies == ["redeliver", "refund"]
    assert notice.facts.remedy == "refund"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (lambda: Story("late").after(days=4), ["delivery_exception", "delivery_choice"]),
        (missing_stock, ["delivery_exception", "delivery_choice"]),
        (refunded, ["delivery_exception", "delivery_resolved"]),
        (
            lambda: in_choice().asked(choose("refund")).paid("failed"),
            ["delivery_exception", "refund_failed_hold"],
        ),
        (declined, ["delivery_exception", "delivery_declined"]),
        (lambda: Story("late").asked(ask.Identify(by="w", kind="lost")), ["delivery_exception"] * 2),
        (
            lambda: Story("loss", reported_by="customer", last_status="delivered").asked(
                ask.Identify(by="a17", kind="loss")
            ),
            ["delivery_exception"],
        ),
        (
            lambda: (
                Story("damage", rules=handled(feedback="written", automatic_up_to_minor=None))
                .replaced()
                .asked(FEEDBACK)
            ),
            ["delivery_exception", "delivery_resolved"],
        ),
    ],
)
def test_what_the_customer_is_told(given: Given, told: list[str]) -> None:
    assert given().told() == told


def test_l5_the_written_feedback_says_what_was_done_and_why() -> None:
    rules = handled(feedback="written", automatic_up_to_minor=None)
    story = Story("damage", rules=rules).replaced().asked(FEEDBACK)
    assert story.notices[-1].facts.reason == "We sent it again.\nThe courier left it outside."
    assert story.notices[-1].facts.exchange_order_id == "EX-1"


# The carrier


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (in_choice, None),
        (refunded, "file"),
        (lambda: replacing().replaced(), "file"),
        (lambda: Story("late").asked(decide_on("compensate", amount_minor=500)), "file"),
        (lambda: refunded().happens(ClaimRefused(reason="no")), None),
        (lambda: refunded().claimed(), None),
        (lambda: refunded().claimed("paid"), None),
        (lambda: refunded().asked(PACKED_SO), None),
        (
            lambda: refunded().claimed().asked(PACKED_SO),
            "withdraw",
        ),
        (lambda: Story("refused").asked(decide_on("refund")).paid(), None),
        (lambda: replacing(), None),
    ],
)
def test_l6_the_carrier_is_claimed_once_the_customer_is_made_up_for(given: Given, step: str | None) -> None:
    assert claim_step(given().state) == step


def test_l6_a_claim_is_withdrawn_when_the_parcel_comes_after_all() -> None:
    story = Story("loss").asked(choose("refund")).paid().claimed()
    story.asked(cleared(story))
    assert claim_step(story.state) == "withdraw"


def test_l6_the_claim_is_for_the_goods_or_for_what_was_paid_of_a_delay() -> None:
    start = claim_start(refunded().asked(ask.AddEvidence(by="a17", evidence=[PHOTO])).state)
    assert start.case_id == "claim:m1:D-1-C1"
    assert start.claim is not None
    assert (start.claim.amount_minor, start.claim.evidence) == (15800, [PHOTO])
    delay = claim_start(
        Story("late", shipped_at=None, policy="everyday")
        .asked(decide_on("compensate", amount_minor=500))
        .state
    )
    assert delay.claim is not None
    assert delay.claim.amount_minor == 500
    assert delay.claim.policy == "everyday", "as it was asked for, not what stood in for it then"
    assert delay.claim.shipped_at == OPENED_AT - timedelta(days=5)


def test_the_goods_once_more_are_the_affected_ones_and_patient_only_where_somebody_waits() -> None:
    wanted = redelivery_request(replacing().state)
    assert [(goods.line, goods.sku, goods.quantity) for goods in wanted.goods] == [
        ("1", "CUP-01", 3),
        ("2", "PLATE-01", 2),
    ]
    assert (wanted.key, wanted.wait_until, wanted.retry_every) == ("rd-m1-D-1", None, None)
    patient = redelivery_request(missing_stock().asked(choose("redeliver")).state)
    assert (patient.wait_until is None, patient.retry_every) == (False, "6h")
