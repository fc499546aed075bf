"""Given facts, when a request or time comes, then events: the harness of the returns' rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from domain.calendars import Snapshot
from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.notices import Notice
from domain.orders import Order
from domain.policy import CaseProfile, Policy, ReturnTerms
from domain.records import UnitRange
from domain.returns import messages as ask
from domain.returns.decisions import decide
from domain.returns.decisions.opening import decide_open
from domain.returns.events import ReturnEvent
from domain.returns.evolve import FOLD
from domain.returns.kind import RETURN
from domain.returns.notices import notices_of
from domain.returns.opening import Claimed, Prepared
from domain.returns.state import ReturnState

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CHINA = Snapshot.model_validate_json((DEPLOY / "calendars" / "cn.json").read_bytes())
CONTENT = yaml.safe_load((DEPLOY / "policies" / "standard.yaml").read_text(encoding="utf-8"))
OPENED_AT = datetime(2026, 11, 16, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday morning


def terms(**changes: Any) -> ReturnTerms:
    """The standard policy pinned on that Monday; `changes` go into its rules for returns."""
    content = {**CONTENT, "returns": {**CONTENT["returns"], **changes}}
    profile = CaseProfile(kind="return")
    return Policy.model_validate(content).pin(ReturnTerms, profile, OPENED_AT, {"cn": CHINA})


def order(**changes: Any) -> Order:
    """Three cups for 100.00 and two plates for 50.00, freight 8.00, signed for on the Saturday before."""
    given: dict[str, Any] = {
        "order_id": "SO-1",
        "merchant": "m1",
        "customer_id": "c1",
        "currency": "CNY",
        "placed_at": OPENED_AT - timedelta(days=5),
        "received_at": OPENED_AT - timedelta(days=2),
        "timezone": "Asia/Shanghai",
        "freight_paid_minor": 800,
        "lines": [
            {"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 3, "paid_minor": 10000},
            {"line": "2", "sku": "PLATE-01", "title": "Plate", "quantity": 2, "paid_minor": 5000},
        ],
    }
    return Order.model_validate({**given, **changes})


def application(*lines: tuple[str, int, str], kind: str = "return", **changes: Any) -> ask.Application:
    """An application for lines given as (line, quantity, reason)."""
    wanted = [{"line": line, "quantity": quantity, "reason": reason} for line, quantity, reason in lines]
    request = {"kind": kind, "proof_of_purchase": True, "lines": wanted}
    given = {"order_id": "SO-1", "customer_id": "c1", "language": "en", "request": request}
    return ask.Application.model_validate({**given, **changes})


def prepared(pinned: ReturnTerms, bought: Order, **held: int) -> Prepared:
    """All units of every line are free, but for the first `held` ones of a line (`line_1=2`)."""
    claims: dict[str, Claimed] = {}
    for line in bought.lines:
        taken = held.get(f"line_{line.line}", 0)
        units = [UnitRange(first=taken + 1, last=line.quantity)] if taken < line.quantity else []
        claims[line.line] = Claimed(units=units, held_elsewhere=taken)
    return Prepared(order=bought, terms=pinned, terms_hash="t", claims=claims)


class Story:
    """A return under test: its state, its facts, its time."""

    def __init__(self, *lines: tuple[str, int, str], **given: Any) -> None:
        pinned = terms(**given.pop("rules", {}))
        bought = order(**given.pop("order", {}))
        held = given.pop("held", {})
        self.now = OPENED_AT
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.state: ReturnState = RETURN.blank("return:m1:R-1", pinned)
        asked = application(*(lines or [("1", 1, "quality")]), **given)
        self.happens(*decide_open(asked, prepared(pinned, bought, **held), "h", self.now), by="customer")

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

    def when(self, command: ask.Command) -> list[ReturnEvent]:
        """What a request would bring about."""
        return decide(self.state, command, self.now)

    def after(self, **span: float) -> "Story":
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def names(self) -> list[str]:
        """The facts so far, without the clocks'."""
        return [fact.record.type for fact in self.facts if fact.record.type != "clock.changed"]


Given = Callable[[], Story]

APPROVE = ask.Review(agent="a17", approve=True)
SHIP = ask.Ship(carrier="swift", tracking_no="SW123456")
RECEIVE = ask.Receive(warehouse="w1")
CONFIRM = ask.Confirm()


def inspect(**line: Any) -> ask.Inspect:
    """An inspection of line 1."""
    return ask.Inspect(inspector="i4", lines=[ask.InspectedLine.model_validate({"line": "1", **line})])


def inspected(*, passed: int = 1, **given: Any) -> Story:
    """A return of line 1 whose goods were received and passed."""
    lines = given.pop("lines", [("1", passed, "quality")])
    story = Story(*lines, **given).asked(APPROVE, SHIP, RECEIVE)
    found = [ask.InspectedLine(line=line, passed=quantity) for line, quantity, _ in lines]
    return story.asked(ask.Inspect(inspector="i4", lines=found))
