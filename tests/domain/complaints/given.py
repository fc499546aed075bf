"""Given facts, when a request or time comes, then events: the harness of the complaints' rules."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.cases.events import CaseEvent, Linked, LinkReported
from domain.cases.folding import Fact
from domain.cases.readings import clock_rows
from domain.complaints import requests as ask
from domain.complaints.decisions import decide
from domain.complaints.decisions.opening import decide_open
from domain.complaints.decisions.solution import decide_answer
from domain.complaints.events import ComplaintEvent
from domain.complaints.evolve import FOLD
from domain.complaints.kind import COMPLAINT
from domain.complaints.messages import Complaint
from domain.complaints.notices import notices_of
from domain.complaints.opening import Prepared
from domain.complaints.record import Attachment, Finding, MeasureWanted
from domain.complaints.solution_events import RefundReported
from domain.complaints.state import ComplaintState
from domain.notices import Notice
from domain.orders import Order
from domain.policy import CaseProfile, ComplaintTerms
from domain.sla import ClockRow
from store.policy_library import PolicyLibrary

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
LIBRARY = PolicyLibrary(DEPLOY / "policies", DEPLOY / "calendars")
OPENED_AT = datetime(2026, 8, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday morning, no holiday near
SHA = "ab" * 32
FILE = Attachment(ref="calls/1", sha256=SHA)


def order(**changes: Any) -> Order:
    """Three cups for 100.00 and freight 8.00."""
    given: dict[str, Any] = {
        "order_id": "SO-1",
        "merchant": "m1",
        "customer_id": "c1",
        "currency": "CNY",
        "placed_at": OPENED_AT - timedelta(days=5),
        "received_at": OPENED_AT - timedelta(days=2),
        "timezone": "Asia/Shanghai",
        "freight_paid_minor": 800,
        "lines": [{"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 10000}],
    }
    return Order.model_validate({**given, **changes})


def complaint(**changes: Any) -> Complaint:
    """Cups that came in pieces, by the app."""
    given: dict[str, Any] = {
        "customer_id": "c1",
        "order_id": "SO-1",
        "occurred_at": OPENED_AT - timedelta(hours=3),
        "content": "The cups came in pieces.",
        "demand": {"wants": ["refund"]},
        "language": "en",
        "category": "product_quality",
    }
    return Complaint.model_validate({k: v for k, v in {**given, **changes}.items() if v is not None})


def terms(taken: Complaint, bought: Order | None, policy: str, at: datetime) -> ComplaintTerms:
    """The policy pinned for such a complaint."""
    rules = LIBRARY.in_force(policy, at)
    assert rules.complaints is not None
    profile = CaseProfile(
        kind="complaint",
        priority=rules.complaints.grading.priority(taken.severity, taken.urgency),
        tier=bought.customer_tier if bought else "ordinary",
        channel=taken.channel,
        category=taken.category,
        source=taken.source,
    )
    return rules.pin(ComplaintTerms, profile, at, LIBRARY.snapshots)


class Story:
    """A complaint under test: its state, its facts, its time."""

    def __init__(
        self, *, at: datetime = OPENED_AT, bought: dict[str, Any] | None = None, **given: Any
    ) -> None:
        taken = complaint(**given)
        has_order = order(**(bought or {})) if taken.order_id else None
        pinned = terms(taken, has_order, taken.policy, at)
        self.now = at
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.state: ComplaintState = COMPLAINT.blank("complaint:m1:C-1", pinned)
        prepared = Prepared(order=has_order, terms=pinned, terms_hash="t")
        opened = decide_open(taken, prepared, "h", self.now)
        self.happens(*opened[:1], by="customer").happens(*opened[1:], by="policy")

    def happens(self, *events: CaseEvent, by: str = "system") -> "Story":
        """Facts that need no request."""
        self.state, facts = FOLD.record(self.state, events, self.now, by)
        self.facts += facts
        for fact in facts:
            self.notices += notices_of(self.state, fact, self.now)
        return self

    def asked(self, *commands: ask.Command) -> "Story":
        """Requests that are applied, one after the other."""
        for command in commands:
            self.happens(*self.when(command))
        return self

    def when(self, command: ask.Command) -> list[ComplaintEvent]:
        """What a request would bring about."""
        return decide(self.state, command, self.now)

    def after(self, **span: float) -> "Story":
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def paid(self, seq: int = 1, state: str = "settled") -> "Story":
        """A refund's news."""
        report = {"refund_seq": seq, "state": state}
        return self.happens(RefundReported.model_validate(report), by="payment")

    def linked(self, case_id: str, outcome: str | None = None, relation: str = "started") -> "Story":
        """A linked case, and its end."""
        told = LinkReported(case_id=case_id, stage="x", outcome=outcome, open=outcome is None)
        return self.happens(Linked.model_validate({"case_id": case_id, "relation": relation}), told)

    def clock(self, name: str) -> ClockRow:
        """The latest instance of a clock."""
        return [row for row in clock_rows(self.state, self.now) if row.name == name][-1]

    def names(self) -> list[str]:
        """The facts so far, without the clocks'."""
        return [fact.record.type for fact in self.facts if fact.record.type != "clock.changed"]


FINDING = Finding(party="merchant", root_cause="packaging", recurring=True, words="The box is too thin.")
REVIEW = ask.Review(agent="a17", valid=True)
FIND = ask.RecordFinding(agent="a17", finding=FINDING)
SATISFIED = ask.ConfirmSolution(satisfied=True)
UNHAPPY = ask.ConfirmSolution(satisfied=False, words="That is not enough.")


def propose(*measures: dict[str, Any], **more: Any) -> ask.Propose:
    """A solution; an apology unless said otherwise."""
    wanted = [MeasureWanted.model_validate(each) for each in measures or ({"kind": "apology"},)]
    return ask.Propose(agent="a17", reasons="We are sorry.", measures=wanted, **more)


def to_solution(**given: Any) -> Story:
    """A complaint that was looked into."""
    return Story(**given).asked(REVIEW, FIND)


def answered(**given: Any) -> Story:
    """A complaint whose customer was answered in writing."""
    story = to_solution(**given).asked(propose())
    return story.happens(*decide_answer(story.state))
