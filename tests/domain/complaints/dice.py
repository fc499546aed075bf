"""What may happen to a complaint next, by the dice: requests of everybody, measures that arrive or fail."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from domain.cases.events import CaseEvent, Linked
from domain.cases.messages import LinkReport, RefundReport
from domain.cases.news import link_news, refund_news
from domain.complaints import requests as ask
from domain.complaints.decisions import decide
from domain.complaints.decisions.opening import decide_open, decide_reopen
from domain.complaints.decisions.solution import (
    decide_answer,
    decide_measures_failed,
    decide_payment,
    next_step,
)
from domain.complaints.kind import COMPLAINT
from domain.complaints.opening import Prepared
from domain.complaints.record import Evidence, Measure
from domain.complaints.solution_events import RefundReported
from domain.complaints.state import ComplaintState
from tests.domain.clock_stories import Driver, Opening
from tests.domain.complaints.given import (
    FIND,
    REVIEW,
    SATISFIED,
    SHA,
    UNHAPPY,
    complaint,
    order,
    propose,
    terms,
)

FIRST = datetime(2026, 9, 21, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTES = 60 * 24 * 60
"""From then on over two months: holidays, make-up workdays, and the peak in November."""
REGULATOR: dict[str, Any] = {"source": "regulator", "regulator_reference": "12315-2026-7"}
GRADES = (("critical", "immediate"), ("major", "soon"), ("minor", "normal"))
MEASURES: tuple[dict[str, Any], ...] = (
    {"kind": "apology"},
    {"kind": "refund", "amount_minor": 1000},
    {"kind": "compensation", "amount_minor": 500},
    {"kind": "exchange", "lines": [{"line": "1", "quantity": 1, "reason": "quality"}]},
)


def _begin(dice: Random) -> Opening:
    at = FIRST + timedelta(minutes=dice.randrange(MINUTES))
    asked = complaint(
        occurred_at=at - timedelta(hours=1),
        received_at=at - dice.choice((timedelta(0), timedelta(minutes=20))),
        category=dice.choice((None, "product_quality", "logistics")),
        channel=dice.choice(("app", "chat", "email")),
        **dice.choice(({}, REGULATOR)),
    )
    bought = order(placed_at=at - timedelta(days=5), received_at=at - timedelta(days=2))
    pinned = terms(asked, bought, asked.policy, at)
    prepared = Prepared(order=bought, terms=pinned, terms_hash="t")
    return Opening(at, pinned, decide_open(asked, prepared, "h", at))


def _next(state: ComplaintState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        return decide_reopen(state, "by_ops")
    if state.stage == "follow_up" and dice.random() < 0.9:
        return _follow_up(state, dice, now)
    if (wanted := _of_stage(state, dice)) and dice.random() < 0.6:
        return decide(state, dice.choice(wanted), now)
    return decide(state, _at_any_time(dice), now)


def _of_stage(state: ComplaintState, dice: Random) -> list[ask.Command]:
    answers = [each.number for each in state.statements if not each.answered]
    by_stage: dict[str, list[ask.Command]] = {
        "intake": [ask.Classify(agent="a", category=dice.choice(("payment", "product_quality")))],
        "review": [REVIEW, REVIEW, ask.Review(agent="a", valid=False, reason="x")],
        "investigation": [
            FIND,
            ask.AskParty(agent="a", party="carrier", question="?"),
            *(ask.GiveStatement(by="x", statement=number, words=".") for number in answers),
        ],
        "solution": [propose(*dice.sample(MEASURES, dice.randint(1, 2)))],
        "confirmation": [SATISFIED, UNHAPPY],
        "decision": [
            ask.DecideFinal(by="l", role="lead", decision=decision, reason="x")
            for decision in ("close", "evaluate_again")
        ],
    }
    return by_stage.get(state.stage, [])


def _at_any_time(dice: Random) -> ask.Command:
    severity, urgency = dice.choice(GRADES)
    file = Evidence(ref=f"files/{dice.randrange(9)}", sha256=SHA, shows="something")
    asked: list[ask.Command] = [
        ask.Acknowledge(agent="a"),
        ask.Classify(agent="a", category=dice.choice(("payment", "product_quality"))),
        ask.Grade.model_validate({"agent": "a", "severity": severity, "urgency": urgency}),
        ask.Transfer(by="a", to_team=dice.choice(("returns", "quality")), reason="x"),
        ask.Take(agent=dice.choice("ab")),
        ask.HandOver(by="l", to=dice.choice("ab"), reason="x"),
        ask.RequestInfo(agent="a", question="?"),
        ask.GiveInfo(answer="."),
        ask.UpdateCustomer(agent="a", words="."),
        ask.AddEvidence(by="a", evidence=file),
        SATISFIED,
    ]
    return ask.WithdrawComplaint() if dice.random() < 0.03 else dice.choice(asked)


def _follow_up(state: ComplaintState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    step = next_step(state)
    match step.what:
        case "answer":
            return decide_answer(state)
        case "decide_anew":
            return decide_measures_failed(state)
        case "start":
            assert step.measure is not None
            return _start(state, step.measure)
        case _:
            return _news(state, dice, now)


def _start(state: ComplaintState, measure: Measure) -> Sequence[CaseEvent]:
    if measure.is_money:
        return decide_payment(state, measure)
    return [Linked(case_id=state.linked_case_id(measure), relation="started")]


def _news(state: ComplaintState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    ended: list[CaseEvent] = []
    for link in state.open_children:
        outcome = dice.choice(("exchanged", "exchanged", "refused"))
        report = LinkReport(
            case_id=link.case_id, relation="started", stage="closed", outcome=outcome, open=False
        )
        ended += link_news(state, report)
    said = dice.choice(("settled", "settled", "failed", "held"))
    report = RefundReport(refund_id="r", seq=len(state.refunds), state=said, at=now)
    return [*ended, *refund_news(state, report, RefundReported)]


COMPLAINTS = Driver(kind=COMPLAINT, case_id="complaint:m1:C-1", begin=_begin, next=_next)
