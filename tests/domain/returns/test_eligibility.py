"""Eligibility: given an order and an application, the rules' answer, by code (contracts §2, sop R1-R4)."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import EndlessCalendar, InvalidRequest
from domain.orders import Order, ReturnRequest
from domain.policy.return_rules import ReturnRules
from domain.records import UnitRange
from domain.returns.check import ReturnCheck, check
from domain.returns.eligibility import Verdict, judge
from domain.returns.wording import MESSAGES
from domain.sla import Calendar

WEEKDAYS = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
GOLDEN_WEEK = {f"2026-10-0{day}": [] for day in range(1, 8)} | {"2026-10-10": ["09:00-18:00"]}
CALENDARS = {
    "desk": Calendar.model_validate({"timezone": "Asia/Shanghai", "week": WEEKDAYS, "days": GOLDEN_WEEK})
}

LINE = {"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 10000}
BOOK = {"line": "2", "sku": "BOOK-7", "title": "Book", "quantity": 2, "paid_minor": 501}
ASKED_AT = "2026-11-20T10:00:00+08:00"


def rules(**changes: Any) -> ReturnRules:
    """The shipped standard's rules without a ceiling for no-reason returns, and with automatic faults."""
    return ReturnRules.model_validate(
        {
            "window": {"days": 7, "starts": "receipt", "roll": "nonworking", "calendar": "desk"},
            "reasons": {
                "no_reason": {
                    "within_window": True,
                    "requires": ["unused", "packaging", "accessories", "proof"],
                    "excludes": ["custom_made", "perishable", "digital_opened", "periodical"],
                    "excludes_if_confirmed": ["hygiene", "activated", "near_expiry"],
                    "return_freight_payer": "customer",
                    "outbound_freight_back": False,
                },
                "fault": {
                    "within_window": True,
                    "requires": ["proof"],
                    "return_freight_payer": "platform",
                    "outbound_freight_back": True,
                },
            },
            "automatic_review": [{}],
            "ship_back": {"within": "7 days", "presumed_lost_after": "7d"},
            "exchange": {
                "choose_within": "3 days",
                "no_answer_means": "refund",
                "wait_at_most": "15 days",
                "ask_stock_every": "6h",
            },
            "failed_goods": "send_back",
            "confirm_within": "7 days",
        }
        | changes
    )


def order(lines: list[dict[str, Any]] | None = None, **changes: Any) -> Order:
    return Order.model_validate(
        {
            "order_id": "SO-1",
            "merchant": "m1",
            "customer_id": "c1",
            "currency": "CNY",
            "placed_at": "2026-11-11T00:03:00+08:00",
            "received_at": "2026-11-14T18:20:00+08:00",
            "timezone": "Asia/Shanghai",
            "freight_paid_minor": 800,
            "lines": lines or [LINE],
        }
        | changes
    )


def asks(*lines: dict[str, Any], kind: str = "return", proof: bool = True) -> ReturnRequest:
    wanted = [{"line": "1", "quantity": 1, "reason": "no_reason"} | line for line in lines or ({},)]
    return ReturnRequest.model_validate({"kind": kind, "proof_of_purchase": proof, "lines": wanted})


def judged(
    request: ReturnRequest | None = None,
    bought: Order | None = None,
    under: ReturnRules | None = None,
    at: str = ASKED_AT,
    **more: Any,
) -> Verdict:
    asked = ReturnCheck(policy="p", asked_at=at, order=bought or order(), request=request or asks())  # type: ignore[arg-type]
    return judge(asked.order, asked.request, asked.asked_at, under or rules(), CALENDARS, **more)


def codes(verdict: Verdict) -> list[str]:
    return [line.code for line in verdict.lines]


LATE = "2026-11-24T00:00:00+08:00"
CUSTOM = LINE | {"category": "custom_made"}
FLAWS = {"condition": "used", "packaging_intact": False, "accessories_complete": False, "quantity": 9}

# Given the order's line and moment, when asked with these flaws, then the first that applies is the code.
FIRST_THAT_APPLIES = [
    ("window_closed", FLAWS, CUSTOM, LATE, False),
    ("used", FLAWS, CUSTOM, ASKED_AT, False),
    ("packaging_incomplete", FLAWS | {"condition": "unused"}, CUSTOM, ASKED_AT, False),
    ("accessories_missing", {"accessories_complete": False, "quantity": 9}, CUSTOM, ASKED_AT, False),
    ("no_proof", {"quantity": 9}, CUSTOM, ASKED_AT, False),
    ("special_goods", {"quantity": 9}, CUSTOM, ASKED_AT, True),
    ("quantity_exceeds_bought", {"quantity": 9}, LINE, ASKED_AT, True),
    ("ok", {"quantity": 3}, LINE, ASKED_AT, True),
]


@pytest.mark.parametrize(("code", "wanted", "line", "at", "proof"), FIRST_THAT_APPLIES)
def test_the_first_objection_in_the_contracts_order_is_the_code(
    code: str, wanted: dict[str, Any], line: dict[str, Any], at: str, proof: bool
) -> None:
    verdict = judged(asks(wanted, proof=proof), order([line]), at=at)
    assert codes(verdict) == [code]
    assert verdict.decision == ("accept" if code == "ok" else "refuse")


# Given goods of a category and what was confirmed at purchase, when returned for a reason, then the code.
CATEGORIES = [
    *((name, False, "no_reason", "special_goods") for name in ("custom_made", "perishable")),
    *((name, False, "no_reason", "special_goods") for name in ("digital_opened", "periodical")),
    *((name, True, "no_reason", "special_goods") for name in ("hygiene", "activated", "near_expiry")),
    *((name, False, "no_reason", "ok") for name in ("hygiene", "activated", "near_expiry", "standard")),
    ("standard", True, "no_reason", "ok"),
    *((name, True, "quality", "ok") for name in ("custom_made", "perishable", "hygiene", "near_expiry")),
    ("periodical", False, "not_as_described", "ok"),
]


@pytest.mark.parametrize(("category", "confirmed", "reason", "code"), CATEGORIES)
def test_special_goods_are_excluded_from_no_reason_returns_only(
    category: str, confirmed: bool, reason: str, code: str
) -> None:
    goods = LINE | {"category": category, "no_return_confirmed": confirmed}
    assert codes(judged(asks({"reason": reason}), order([goods]))) == [code]


@pytest.mark.parametrize("reason", ["quality", "wrong_item", "damaged", "missing", "not_as_described"])
def test_a_fault_needs_proof_only(reason: str) -> None:
    """Used, unpacked goods go back when they are faulty, but not without a proof of purchase."""
    used = {"reason": reason, "condition": "used", "packaging_intact": False, "accessories_complete": False}
    assert codes(judged(asks(used))) == ["ok"]
    assert codes(judged(asks(used, proof=False))) == ["no_proof"]
    assert codes(judged(asks(used), at=LATE)) == ["window_closed"]


# Given when the goods were signed for (and where), then the first instant that is too late to apply.
WINDOWS = [
    # seven days after a Friday: a Friday
    ("2026-11-13T00:00:00+08:00", "Asia/Shanghai", "2026-11-21T00:00:00+08:00"),
    ("2026-11-13T23:59:59+08:00", "Asia/Shanghai", "2026-11-21T00:00:00+08:00"),
    # the contract's example: the seventh day is a Saturday and rolls to Monday
    ("2026-11-14T18:20:00+08:00", "Asia/Shanghai", "2026-11-24T00:00:00+08:00"),
    # over the Golden Week, to the first working day after it
    ("2026-09-25T10:00:00+08:00", "Asia/Shanghai", "2026-10-09T00:00:00+08:00"),
    # a make-up Saturday is a working day
    ("2026-10-03T10:00:00+08:00", "Asia/Shanghai", "2026-10-11T00:00:00+08:00"),
    # the same instant is another day where the customer lives
    ("2026-11-13T00:30:00+08:00", "Europe/London", "2026-11-20T00:00:00+00:00"),
    # over a clock change days stay local days
    ("2026-10-21T12:00:00+01:00", "Europe/London", "2026-10-29T00:00:00+00:00"),
]


@pytest.mark.parametrize(("received_at", "timezone", "apply_by"), WINDOWS)
def test_the_window_ends_with_the_seventh_local_day_after_receipt(
    received_at: str, timezone: str, apply_by: str
) -> None:
    verdict = judged(bought=order(received_at=received_at, timezone=timezone), at=apply_by)
    assert verdict.deadlines.apply_by is not None
    assert verdict.deadlines.apply_by.isoformat() == apply_by
    assert codes(verdict) == ["window_closed"], "the instant itself is too late"


def test_the_last_instant_before_the_end_is_in_time() -> None:
    assert codes(judged(at="2026-11-23T23:59:59.999999+08:00")) == ["ok"]


def test_what_has_not_arrived_may_always_be_returned() -> None:
    verdict = judged(bought=order(received_at=None), at="2027-03-01T00:00:00+08:00")
    assert (codes(verdict), verdict.deadlines.apply_by) == (["ok"], None)


WINDOW_VARIANTS = [
    ({"starts": "purchase"}, "2026-11-19T00:00:00+08:00"),
    ({"roll": "none"}, "2026-11-22T00:00:00+08:00"),
    ({"days": 15, "roll": "none"}, "2026-11-30T00:00:00+08:00"),
]


@pytest.mark.parametrize(("change", "apply_by"), WINDOW_VARIANTS)
def test_start_length_and_roll_of_the_window_are_the_policys(change: dict[str, Any], apply_by: str) -> None:
    window = {"days": 7, "starts": "receipt", "roll": "nonworking", "calendar": "desk"} | change
    end = judged(under=rules(window=window)).deadlines.apply_by
    assert end is not None
    assert end.isoformat() == apply_by


def test_a_policy_may_free_a_reason_group_from_the_window() -> None:
    groups = rules().reasons
    fault = groups.fault.model_copy(update={"within_window": False})
    free = rules(reasons=groups.model_copy(update={"fault": fault}))
    assert codes(judged(asks({"reason": "quality"}, {}), at=LATE, under=free)) == ["ok", "window_closed"]


def test_a_calendar_that_never_works_is_an_error_not_a_loop() -> None:
    never = {"desk": Calendar(timezone="Asia/Shanghai", week={})}
    with pytest.raises(EndlessCalendar):
        judge(order(), asks(), order().placed_at, rules(), never)


def test_what_is_left_is_what_was_bought_less_what_others_took() -> None:
    """The free unit numbers are taken from the lowest, whoever holds the rest."""
    held = {"1": [UnitRange(first=2, last=2)]}
    two = judged(asks({"quantity": 2}), taken=held)
    assert two.lines[0].units == [UnitRange(first=1, last=1), UnitRange(first=3, last=3)]
    assert two.refund.goods_minor == 3333 + 3334
    three = judged(asks({"quantity": 3}), taken=held)
    assert codes(three) == ["quantity_exceeds_bought"]
    assert "can still return 2" in three.lines[0].message


def test_a_line_named_twice_takes_what_is_left_once() -> None:
    """Given three cups, when two and two are asked for, then the second two are above what is left."""
    verdict = judged(asks({"quantity": 2, "reason": "quality"}, {"quantity": 2}, {"quantity": 1}))
    assert codes(verdict) == ["ok", "quantity_exceeds_bought", "ok"]
    assert verdict.refund.goods_minor == 10000


def test_a_refused_line_takes_no_units() -> None:
    verdict = judged(asks({"quantity": 3, "condition": "used"}, {"quantity": 3}))
    assert codes(verdict) == ["used", "ok"]


# Given two lines, when they go back for these reasons, then who pays the way back, and the freight back.
FREIGHTS = [
    ("no_reason", 3, "no_reason", 2, "customer", 0),
    ("quality", 3, "damaged", 2, "platform", 800),
    ("quality", 3, "no_reason", 2, "platform", 0),
    ("quality", 3, "quality", 1, "platform", 0),
    ("no_reason", 9, "no_reason", 2, "customer", 0),
    ("no_reason", 9, "quality", 2, "platform", 0),
    ("quality", 9, "no_reason", 2, "customer", 0),
    ("quality", 9, "quality", 9, "platform", 0),
]


@pytest.mark.parametrize(("reason", "cups", "other", "books", "payer", "freight"), FREIGHTS)
def test_freight_follows_the_reason_of_what_goes_back(
    reason: str, cups: int, other: str, books: int, payer: str, freight: int
) -> None:
    request = asks({"quantity": cups, "reason": reason}, {"line": "2", "quantity": books, "reason": other})
    verdict = judged(request, order([LINE, BOOK]))
    assert verdict.return_freight_payer == payer
    assert verdict.refund.outbound_freight_minor == freight


def test_the_rest_of_an_order_is_not_the_whole_order() -> None:
    """Units paid back earlier don't count, so no two returns can both be given the order's freight."""
    verdict = judged(asks({"quantity": 2, "reason": "quality"}), taken={"1": [UnitRange(first=1, last=1)]})
    assert (verdict.decision, verdict.refund.outbound_freight_minor) == ("accept", 0)


# Given what the policy approves by itself, when this is asked, then accept or review.
REVIEWS: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([], {}, "review"),
    ([{}], {}, "accept"),
    ([{"reasons": ["no_reason"]}], {}, "accept"),
    ([{"reasons": ["no_reason"]}], {"reason": "quality"}, "review"),
    ([{"reasons": ["no_reason"]}, {"reasons": ["quality"]}], {"reason": "quality"}, "accept"),
    ([{"tiers": ["key"]}], {}, "review"),
    ([{"tiers": ["key", "ordinary"]}], {}, "accept"),
    ([{"kinds": ["exchange"]}], {}, "review"),
    ([{"channels": ["app"]}], {}, "review"),
    ([{"up_to_minor": {"CNY": 3333}}], {}, "accept"),
    ([{"up_to_minor": {"CNY": 3332}}], {}, "review"),
    ([{"up_to_minor": {"GBP": 999999}}], {}, "review"),
]


@pytest.mark.parametrize(("automatic", "wanted", "decision"), REVIEWS)
def test_a_person_looks_at_what_the_policy_does_not_approve_itself(
    automatic: list[dict[str, Any]], wanted: dict[str, Any], decision: str
) -> None:
    verdict = judged(asks(wanted), under=rules(automatic_review=automatic))
    assert (verdict.decision, codes(verdict)) == (decision, ["ok"])


def test_a_rule_for_a_channel_needs_the_channel() -> None:
    app_only = rules(automatic_review=[{"channels": ["app"]}])
    assert judged(under=app_only, channel="app").decision == "accept"
    assert judged(under=app_only, channel="phone").decision == "review"


WHOLES = [
    (["ok", "ok"], [{}, {"reason": "quality"}], "review"),
    (["used", "ok"], [{"condition": "used"}, {"reason": "quality"}], "review"),
    (["used", "ok"], [{"condition": "used"}, {}], "accept"),
    (["used", "used"], [{"condition": "used"}, {"condition": "used"}], "refuse"),
]


@pytest.mark.parametrize(("expected", "wanted", "decision"), WHOLES)
def test_the_whole_is_review_then_accept_then_refuse(
    expected: list[str], wanted: list[dict[str, Any]], decision: str
) -> None:
    verdict = judged(asks(*wanted), under=rules(automatic_review=[{"reasons": ["no_reason"]}]))
    assert (codes(verdict), verdict.decision) == (expected, decision)


SHIP_BACKS = [
    ("7 days", "2026-11-28T00:00:00+08:00"),
    ("72h", "2026-11-23T10:00:00+08:00"),
    ("30s", "2026-11-20T10:00:30+08:00"),
]


@pytest.mark.parametrize(("within", "ship_back_by"), SHIP_BACKS)
def test_goods_are_to_be_sent_back_as_if_approved_when_asked(within: str, ship_back_by: str) -> None:
    under = rules(ship_back={"within": within, "presumed_lost_after": "7d"})
    by = judged(under=under, at="2026-11-20T02:00:00+00:00").deadlines.ship_back_by
    assert by is not None
    assert by.isoformat() == ship_back_by


def test_customers_are_not_given_workdays() -> None:
    with pytest.raises(ValidationError, match='"3 workdays": customers are given real time'):
        rules(confirm_within="3 workdays")


def test_a_refused_application_has_nothing_to_send_back() -> None:
    assert judged(asks({"condition": "used"})).deadlines.ship_back_by is None


def test_every_code_speaks_both_languages_and_names_the_goods() -> None:
    for texts in MESSAGES.values():
        assert set(texts) == {"en", "zh-CN"}
        assert all("{title}" in text for text in texts.values())


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "The last day to apply for “Cup” was 2026-11-23"), ("zh-CN", "申请截止日为 2026-11-23")],
)
def test_a_refusal_is_in_the_customers_language(language: str, says: str) -> None:
    assert says in judged(at=LATE, language=language).lines[0].message


def test_review_says_that_a_person_will_look() -> None:
    assert "A colleague will look" in judged(under=rules(automatic_review=[])).lines[0].message


def question(**changes: Any) -> ReturnCheck:
    return ReturnCheck.model_validate(
        {"policy": "standard", "asked_at": ASKED_AT, "order": order(), "request": asks()} | changes
    )


def test_the_contracts_example() -> None:
    """One of three cups was paid back before; the second of them is worth 33.33."""
    answer = check(question(already_refunded=[{"line": "1", "quantity": 1}]), rules(), CALENDARS)
    assert answer.model_dump(mode="json") == {
        "decision": "accept",
        "lines": [
            {
                "line": "1",
                "decision": "accept",
                "code": "ok",
                "message": "“Cup” can go back. Once the application is approved we tell you how.",
            }
        ],
        "refund": {
            "goods_minor": 3333,
            "outbound_freight_minor": 0,
            "total_minor": 3333,
            "currency": "CNY",
        },
        "return_freight_payer": "customer",
        "deadlines": {
            "apply_by": "2026-11-24T00:00:00+08:00",
            "ship_back_by": "2026-11-28T00:00:00+08:00",
        },
    }


REFUNDED = [
    ([{"line": "1", "quantity": 0}], 3, "ok"),
    ([{"line": "1", "quantity": 1}, {"line": "1", "quantity": 1}], 1, "ok"),
    ([{"line": "1", "quantity": 1}, {"line": "1", "quantity": 1}], 2, "quantity_exceeds_bought"),
    ([{"line": "1", "quantity": 5}], 1, "quantity_exceeds_bought"),
]


@pytest.mark.parametrize(("refunded", "quantity", "code"), REFUNDED)
def test_what_was_paid_back_before_adds_up(refunded: list[dict[str, Any]], quantity: int, code: str) -> None:
    asked = question(already_refunded=refunded, request=asks({"quantity": quantity}))
    assert check(asked, rules(), CALENDARS).lines[0].code == code


def test_a_line_that_the_order_does_not_have_is_named_with_its_place() -> None:
    with pytest.raises(
        InvalidRequest, match=r"request\.lines\.1\.line: the order has no line 9; it has 1, 2"
    ):
        check(question(order=order([LINE, BOOK]), request=asks({}, {"line": "9"})), rules(), CALENDARS)
    with pytest.raises(InvalidRequest, match=r"already_refunded\.0\.line: the order has no line 9"):
        check(question(already_refunded=[{"line": "9", "quantity": 1}]), rules(), CALENDARS)


def test_an_order_with_one_line_number_twice_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"order\.lines: line 1 is there 2 times"):
        judged(bought=order([LINE, LINE]))


MALFORMED = [
    ({"asked_at": "2026-11-20T10:00:00"}, "asked_at", "timezone"),
    ({"order": order().model_dump() | {"freight_paid_minor": -1}}, "order.freight_paid_minor", "greater"),
    ({"order": order().model_dump() | {"freight_paid_minor": 1.5}}, "order.freight_paid_minor", "integer"),
    ({"order": order().model_dump() | {"timezone": "Mars/Base"}}, "order.timezone", "no time zone"),
    ({"already_refunded": [{"line": "1", "quantity": -1}]}, "already_refunded.0.quantity", "greater"),
    ({"colour": "red"}, "colour", "not permitted"),
]


@pytest.mark.parametrize(("change", "where", "why"), MALFORMED)
def test_a_malformed_question_says_where_and_why(change: dict[str, Any], where: str, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        question(**change)
    problem = caught.value.errors()[0]
    assert ".".join(str(part) for part in problem["loc"]) == where
    assert why in problem["msg"]
