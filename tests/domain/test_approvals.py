"""When a second person must look at a refund, what their word is bound to, whose it may be (design §5)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.approvals import (
    Approval,
    Asking,
    Committed,
    check_decision,
    check_role,
    exceeded,
    subject_hash,
)
from domain.errors import AlreadyDecided, ApprovalStale, CaseworkError, Forbidden, SelfApproval
from domain.goodwill import GoodwillBounds
from domain.policy.approval_rules import ApprovalRules
from domain.policy.work_rules import RefundRules
from domain.refunds import DecideRefund, PayRefund, RefundRow, approval_asked, decided
from domain.staff.roles import StaffRole

AT = datetime(2026, 11, 16, 16, 30, tzinfo=UTC)  # half an hour after midnight in Shanghai
RULES = ApprovalRules(
    per_refund_minor={"CNY": 3000},
    per_order_minor={"CNY": 6000},
    per_day_minor={"CNY": 5000},
    timezone="Asia/Shanghai",
    by=("lead", "head"),
)


def order(**changes: Any) -> PayRefund:
    given: dict[str, Any] = {
        "case_id": "return:m1:R-1",
        "merchant": "m1",
        "number": "R-1",
        "seq": 1,
        "order_id": "SO-1",
        "amount_minor": 3000,
        "currency": "CNY",
        "rules": RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h", approval=RULES),
        "requested_by": "fl-01",
        "edited_by": "in-01",
    }
    return PayRefund.model_validate({**given, **changes})


def asked(**changes: Any) -> Approval:
    intent = order().intent("sandbox")
    given = {
        **intent.model_dump(include=set(Approval.model_fields)),
        "destination": "sandbox:m1:SO-1",
        "hash": subject_hash(intent),
        "why": ("refund",),
        "requested_by": "fl-01",
        "edited_by": "in-01",
        "asked_at": AT,
        "state": "asked",
    }
    return Approval.model_validate({**given, **changes})


def word(**changes: Any) -> DecideRefund:
    given = {"by": "sv-01", "approve": True, "hash": asked().hash}
    return DecideRefund.model_validate({**given, **changes})


def no(**changes: Any) -> DecideRefund:
    return word(approve=False, reason="Too much.", **changes)


@pytest.mark.parametrize(
    ("amount", "currency", "of_order", "of_day", "why"),
    [
        (3000, "CNY", 6000, 5000, ()),  # up to a limit nobody need look
        (3001, "CNY", 3001, 0, ("refund",)),
        (1, "CNY", 6001, 0, ("order",)),
        (1, "CNY", 1, 5001, ("requester_day",)),
        (6001, "CNY", 6001, 6001, ("refund", "order", "requester_day")),
        (1, "GBP", 1, 0, ("refund", "order")),  # a currency that is not named
    ],
)
def test_beyond_any_limit_a_second_person_looks(
    amount: int, currency: str, of_order: int, of_day: int, why: tuple[str, ...]
) -> None:
    intent = order(amount_minor=amount, currency=currency).intent("sandbox")
    assert exceeded(RULES, intent, Committed(order_minor=of_order, day_minor=of_day)) == why


def test_a_requesters_day_is_the_merchants() -> None:
    assert str(Asking(order=order(), at=AT).day) == "2026-11-17"


def test_who_is_nobody_has_no_day() -> None:
    assert Asking(order=order(requested_by=None), at=AT).day is None
    silent = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
    assert Asking(order=order(rules=silent), at=AT).day is None


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": "return:m1:R-2"},
        {"seq": 2},
        {"amount_minor": 3001},
        {"currency": "GBP"},
        {"provider": "other"},
        {"order_id": "SO-2"},
    ],
)
def test_another_case_number_amount_currency_or_destination_has_another_hash(change: dict[str, Any]) -> None:
    intent = order().intent("sandbox")
    assert subject_hash(intent) == subject_hash(intent.model_copy())
    assert subject_hash(intent.model_copy(update=change)) != subject_hash(intent)


@pytest.mark.parametrize("state", ["approved", "declined"])
def test_a_word_is_taken_once(state: str) -> None:
    with pytest.raises(AlreadyDecided, match=f"hd-01 has {state} it already"):
        check_decision(asked(state=state, decided_by="hd-01"), word())


def test_a_word_on_something_else_is_not_taken() -> None:
    with pytest.raises(ApprovalStale):
        check_decision(asked(), word(hash="0" * 16))


@pytest.mark.parametrize("by", ["fl-01", "in-01"])
def test_whose_hands_are_in_it_may_say_no_but_not_yes(by: str) -> None:
    with pytest.raises(SelfApproval):
        check_decision(asked(), word(by=by))
    check_decision(asked(), no(by=by))
    check_role(asked(), no(by=by), ["front_line"], RULES)


def test_somebody_elses_word_is_taken() -> None:
    check_decision(asked(), word())
    check_decision(asked(requested_by=None, edited_by=None), word())


@pytest.mark.parametrize(
    ("roles", "by", "refused"),
    [
        (["supervisor"], ("lead", "head"), False),
        (["head"], ("lead", "head"), False),
        (["supervisor"], ("head",), True),
        (["front_line"], ("lead", "head"), True),
        (["second_line", "trainer"], ("lead",), True),
    ],
)
def test_a_word_is_a_leads_or_the_heads_as_the_policy_says(
    roles: list[StaffRole], by: tuple[Any, ...], refused: bool
) -> None:
    rules = RULES.model_copy(update={"by": by})
    for said in (word(), no()):
        if refused:
            with pytest.raises(Forbidden):
                check_role(asked(), said, roles, rules)
        else:
            check_role(asked(), said, roles, rules)
    check_role(asked(), word(), ["head"], None)
    with pytest.raises(Forbidden):  # whatever a policy says, or where it says nothing
        check_role(asked(), word(), ["front_line"], None)


def test_the_same_word_again_is_known() -> None:
    done = asked(state="approved", decided_by="sv-01", decision_key="k")
    assert done.is_answered_by(word(), "k")
    assert not done.is_answered_by(word(), "other")
    assert not done.is_answered_by(no(), "k")
    assert not done.is_answered_by(word(by="hd-01"), "k")
    assert not asked().is_answered_by(word(), "k")


def test_a_no_has_a_reason_and_ends_the_refund() -> None:
    with pytest.raises(ValidationError, match="needs a `reason`"):
        word(approve=False)
    batch = decided(order(), no(), AT, [row()])
    assert [(event.seq, event.type, event.actor) for event in batch.events] == [
        (3, "refund.declined", "staff:sv-01"),
        (4, "refund.failed", "system"),
    ]
    assert batch.events[1].data == {"reason": "declined"}


def test_a_no_ends_every_part_of_a_refund_over_several_payments() -> None:
    parts = [row(part=part, payment_id=f"P-{part}", amount_minor=part * 100) for part in (1, 2)]
    _, *ends = decided(order(), no(), AT, parts).events
    assert [(end.seq, end.type, end.data) for end in ends] == [
        (3 + part, "refund.failed", told_of(part)) for part in (1, 2)
    ]


def told_of(part: int) -> dict[str, Any]:
    return {"reason": "declined", "part": part, "payment_id": f"P-{part}", "amount_minor": part * 100}


def row(**changes: Any) -> RefundRow:
    """What the ledger has of the refund."""
    given = {**order().intent("sandbox").model_dump(), "state": "intent", "state_since": AT}
    return RefundRow.model_validate({**given, **changes})


def test_the_question_and_the_yes_carry_the_hash() -> None:
    [question] = approval_asked(order(requested_by=None), AT, "0" * 16, ["order"]).events
    assert question.data == {"hash": "0" * 16, "why": ["order"], "edited_by": "in-01"}
    [yes] = decided(order(), word(reason="Seen."), AT, [row()]).events
    assert (yes.type, yes.data) == (
        "refund.approved",
        {"by": "sv-01", "hash": asked().hash, "reason": "Seen."},
    )
    [silent] = decided(order(), word(), AT, [row()]).events
    assert silent.data == {"by": "sv-01", "hash": asked().hash}


def test_who_pays_need_not_know_who_asked() -> None:
    bounds = GoodwillBounds(customer_id="c1", per_order_minor=9, per_customer_minor=9, within="90d")
    agreed = order(goodwill=bounds).agreed
    assert (agreed.rules.approval, agreed.requested_by, agreed.edited_by) == (None, None, None)
    assert agreed.goodwill is None
    assert (agreed.key, agreed.amount_minor) == (order().key, 3000)


@pytest.mark.parametrize(("approval", "seq"), [(None, 2), ("approved", 4), ("declined", 4)])
def test_a_refund_ends_after_the_question_and_its_answer(approval: str | None, seq: int) -> None:
    row = {**order().intent("sandbox").model_dump(), "state": "intent", "state_since": AT}
    assert RefundRow.model_validate({**row, "approval": approval}).end_seq == seq


def test_a_policy_cannot_let_an_agent_approve() -> None:
    with pytest.raises(ValidationError, match="approve is not for agent"):
        ApprovalRules.model_validate({**RULES.model_dump(), "by": ["agent"]})


def test_a_refusal_is_an_answer() -> None:
    assert issubclass(SelfApproval, Forbidden)
    assert issubclass(AlreadyDecided, CaseworkError)
