"""What a schema says between fields is what the model holds: both take the same, and refuse the same."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel, ValidationError

from domain.base import Model, Text
from domain.carrier_claims.messages import CarrierReplied
from domain.cases.messages import OpenCase
from domain.complaints.messages import Complaint
from domain.complaints.record import Demand, MeasureWanted
from domain.complaints.requests import ConfirmSolution, WithdrawComplaint
from domain.complaints.requests import Review as ComplaintReview
from domain.deliveries.messages import Decide
from domain.improvements.findings import Finding, Recurring
from domain.kinds import KINDS
from domain.returns.messages import InspectedLine, ResolveClawback, RetryRefund, Review

FILE = {"ref": "calls/1", "sha256": "0" * 64}
LINE = {"line": "1", "quantity": 1}
COMPLAINT = {
    "customer_id": "c1",
    "order_id": "SO-1",
    "occurred_at": "2026-11-20T09:30:00+08:00",
    "content": "It broke.",
    "demand": {"wants": ["apology"]},
}
FINDING = {
    "department": "quality",
    "severity": "major",
    "recurs": {"reason": "late"},
    "words": "x",
    "by": "b",
}
PAID = {"way": "voucher", "customer_says": "call 1"}

CASES: list[tuple[type[BaseModel], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]] = [
    (
        Review,
        {"agent": "a"},
        [{"approve": True}, {"approve": True, "reason": None}, {"approve": False, "reason": "late"}],
        [{"approve": False}, {"approve": False, "reason": None}, {"approve": False, "reason": ""}],
    ),
    (
        ComplaintReview,
        {"agent": "a"},
        [{"valid": True}, {"valid": False, "reason": "no"}],
        [{"valid": False}, {"valid": False, "reason": None}],
    ),
    (
        InspectedLine,
        {"line": "1"},
        [{}, {"passed": 2, "failed": 0}, {"failed": 1, "reason": "cracked"}],
        [{"failed": 1}, {"short": 1, "reason": None}, {"wrong_item": 1}],
    ),
    (
        ResolveClawback,
        {"by": "f", "reason": "x"},
        [
            {"outcome": "written_off"},
            {"outcome": "written_off", "amount_minor": 0},
            {"outcome": "paid_back", "amount_minor": 5},
        ],
        [{"outcome": "written_off", "amount_minor": 5}],
    ),
    (
        RetryRefund,
        {"by": "o", "reason": "x"},
        [{}, {"way": "original", "customer_says": None}, PAID],
        [{"customer_says": "call 1"}, {"way": "original", "customer_says": ""}],
    ),
    (
        CarrierReplied,
        {"by": "c"},
        [
            {"state": "denied"},
            {"state": "paid", "amount_minor": 1},
            {"state": "denied", "amount_minor": None},
        ],
        [
            {"state": "paid"},
            {"state": "accepted", "amount_minor": None},
            {"state": "denied", "amount_minor": 1},
        ],
    ),
    (
        Decide,
        {"agent": "a", "reason": "x"},
        [{}, {"remedy": "compensate"}, {"remedy": "compensate", "amount_minor": 1}, {"remedy": None}],
        [{"amount_minor": 1}, {"remedy": "refund", "amount_minor": 1}, {"remedy": None, "amount_minor": 0}],
    ),
    (
        Recurring,
        {},
        [{"reason": "late"}, {"category": None, "carrier": "swift"}],
        [{}, {"reason": None, "sku": None}],
    ),
    (
        Finding,
        FINDING,
        [{}, {"kinds": ["return", "complaint"]}, {"evidence": ["return:m1:R-1"]}],
        [{"kinds": ["return", "return"]}, {"evidence": ["return:m1:R-1", "return:m1:R-1"]}],
    ),
    (
        ConfirmSolution,
        {},
        [
            {"satisfied": True},
            {"satisfied": False, "words": "no"},
            {"satisfied": True, "by": "agent", "said_in": FILE},
        ],
        [
            {"satisfied": False},
            {"satisfied": True, "by": "agent"},
            {"satisfied": True, "by": "agent", "said_in": None},
        ],
    ),
    (
        WithdrawComplaint,
        {},
        [{}, {"by": "customer"}, {"by": "agent", "said_in": FILE}],
        [{"by": "agent"}],
    ),
    (
        Demand,
        {"wants": ["refund"]},
        [{}, {"amount_minor": 1, "currency": "CNY"}, {"amount_minor": None, "currency": None}],
        [{"amount_minor": 1}, {"currency": "CNY"}, {"wants": ["refund", "refund"]}],
    ),
    (
        MeasureWanted,
        {},
        [
            {"kind": "refund", "amount_minor": 1},
            {"kind": "refund", "amount_minor": 1, **PAID},
            {"kind": "voucher", "amount_minor": 1},
            {"kind": "exchange", "lines": [LINE]},
            {"kind": "improvement", "improvement": {"department": "quality", "action": "x"}},
            {"kind": "apology", "lines": []},
        ],
        [
            {"kind": "refund"},
            {"kind": "refund", "amount_minor": 1, "lines": [LINE]},
            {"kind": "voucher", "amount_minor": 1, **PAID},
            {"kind": "return"},
            {"kind": "return", "lines": []},
            {"kind": "return", "lines": [LINE], "amount_minor": 1},
            {"kind": "improvement"},
            {"kind": "apology", "amount_minor": 1},
            {"kind": "refund", "amount_minor": 1, "customer_says": "call 1"},
        ],
    ),
    (
        Complaint,
        COMPLAINT,
        [
            {},
            {"channel": "phone", "transcript": FILE},
            {"goods": [LINE]},
            {"order_id": None, "timezone": "Asia/Shanghai"},
            {"source": "regulator", "regulator_reference": "r-1"},
            {"severity": "major", "urgency": "soon"},
        ],
        [
            {"channel": "phone"},
            {"order_id": None},
            {"order_id": None, "timezone": "Asia/Shanghai", "goods": [LINE]},
            {"source": "regulator"},
            {"regulator_reference": "r-1"},
            {"source": "customer", "regulator_reference": "r-1"},
            {"severity": "major"},
            {"urgency": "soon", "severity": None},
        ],
    ),
]


def takes(model: type[BaseModel], body: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the model takes it, and whether its schema does."""
    try:
        model.model_validate(body)
        is_taken = True
    except ValidationError:
        is_taken = False
    return is_taken, Draft202012Validator(model.model_json_schema()).is_valid(body)


@pytest.mark.parametrize(
    ("model", "base", "right", "wrong"), CASES, ids=lambda each: getattr(each, "__name__", "")
)
def test_model_and_schema_take_and_refuse_the_same(
    model: type[BaseModel], base: dict[str, Any], right: list[dict[str, Any]], wrong: list[dict[str, Any]]
) -> None:
    told = [(body, takes(model, base | body)) for body in (*right, *wrong)]
    assert told == [*((body, (True, True)) for body in right), *((body, (False, False)) for body in wrong)]


@pytest.mark.parametrize("model", [kind.open_message for kind in KINDS.values()])
def test_an_opening_is_of_a_new_case_or_of_a_closed_one(model: type[OpenCase]) -> None:
    named = {"merchant": "m1", "number": "N-1"}
    content = model.content_field
    reopening = {"reopen": {"reason": "by_ops", "by": "o"}}
    assert takes(model, {**named, **reopening}) == (True, True)
    assert takes(model, {**named, **reopening, content: None}) == (True, True)
    for wrong in ({}, {content: None, "reopen": None}):
        assert takes(model, {**named, **wrong}) == (False, False)
    schema = model.model_json_schema()
    assert [each["allOf"][0]["required"] for each in schema["oneOf"]] == [[content], ["reopen"]]


def test_what_the_store_cannot_take_is_no_text() -> None:
    class Note(Model):
        words: Text

    assert takes(Note, {"words": "纸箱破了\n"}) == (True, True)
    assert takes(Note, {"words": "a\x00b"}) == (False, False)
