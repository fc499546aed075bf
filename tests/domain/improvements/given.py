"""Given facts, when a request or time comes, then events: the harness of the improvements' rules."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain.cases.events import CaseEvent, ClockChanged
from domain.cases.folding import Fact
from domain.cases.links import Cause
from domain.improvements import messages as ask
from domain.improvements.decisions import decide
from domain.improvements.decisions.check import decide_checked, decide_due
from domain.improvements.decisions.opening import decide_open
from domain.improvements.evolve import FOLD
from domain.improvements.findings import Finding
from domain.improvements.kind import IMPROVEMENT
from domain.improvements.notices import notices_of
from domain.improvements.opening import Prepared, Recurrence
from domain.improvements.state import ImprovementState
from domain.notices import Notice
from domain.policy import CaseProfile, Policy
from domain.policy.improvement_terms import ImprovementTerms
from tests.domain.returns.given import CHINA, CONTENT, OPENED_AT

EVIDENCE = ["complaint:m1:C-1", "delivery:m1:D-1"]


def terms(severity: str = "major", **content: Any) -> ImprovementTerms:
    """The standard policy pinned on a Monday for a finding so grave; `content` replaces parts of it."""
    priority: Any = {"critical": "P1", "major": "P2", "minor": "P3"}[severity]
    profile = CaseProfile(kind="improvement", priority=priority)
    policy = Policy.model_validate({**CONTENT, **content})
    return policy.pin(ImprovementTerms, profile, OPENED_AT, {"cn": CHINA})


def finding(**given: Any) -> Finding:
    """Parcels of one carrier come late; two cases show it."""
    asked: dict[str, Any] = {
        "department": "logistics",
        "severity": "major",
        "recurs": {"category": "logistics", "carrier": "swift"},
        "words": "Parcels to Zhejiang come late again and again",
        "evidence": EVIDENCE,
        "by": "da-01",
    }
    return Finding.model_validate({**asked, **given})


class Story:
    """An improvement under test: its state, its facts, its time."""

    def __init__(self, *, cause: str | None = None, baseline: int = 20, **given: Any) -> None:
        content = given.pop("content", {})
        asked = finding(**given)
        pinned = terms(asked.severity, **content)
        start = ask.OpenImprovement(
            merchant="m1", number="I-1", improvement=asked, cause=Cause(case_id=cause) if cause else None
        )
        self.now = OPENED_AT
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.state: ImprovementState = IMPROVEMENT.blank(start.case_id, pinned)
        prepared = Prepared(terms=pinned, terms_hash="t", baseline=baseline)
        self.happens(*decide_open(start, prepared, "h"))

    def happens(self, *events: CaseEvent) -> "Story":
        """Facts that need no request."""
        self.state, facts = FOLD.record(self.state, events, self.now, "system")
        self.facts += facts
        for fact in facts:
            self.notices += notices_of(self.state, fact, self.now)
        return self

    def asked(self, *commands: ask.Command) -> "Story":
        """Requests that are applied, one after the other."""
        for command in commands:
            self.happens(*decide(self.state, command, self.now))
        return self

    def after(self, **span: float) -> "Story":
        """Let time pass, and what it brings about."""
        self.now += timedelta(**span)
        return self.happens(*decide_due(self.state, self.now))

    def counted(self, found: int, *cases: str) -> "Story":
        """What the figures answer to the check."""
        return self.happens(*decide_checked(self.state, Recurrence(found=found, cases=list(cases))))

    def names(self) -> list[str]:
        """The facts so far, without the clocks'."""
        types = [fact.record.type for fact in self.facts if fact.record.type != "clock.changed"]
        return [name.removeprefix("improvement.") for name in types]

    def clocks(self, metric: str) -> list[str]:
        """What became of a clock, in order; a warning by its rung."""
        changes = [fact.event for fact in self.facts if isinstance(fact.event, ClockChanged)]
        return [each.rung or each.change for each in changes if each.metric == metric]


Given = Callable[[], Story]

ACCEPT = ask.AcceptImprovement(by="lead-7", note="We look into it.")
DECLINE = ask.DeclineImprovement(by="lead-7", reason="the carrier is to blame")
INSIST = ask.InsistOnImprovement(by="da-01", reason="we chose the carrier")
GO_ON = ask.RuleOnImprovement(by="head-1", go_on=True, reason="it costs us customers")
STOP = ask.RuleOnImprovement(by="head-1", go_on=False, reason="not worth it")
ADD = ask.AddAction(by="lead-7", what="a second carrier for Zhejiang", owner="lg-02")
FINISH_FIRST = ask.FinishAction(by="lg-02", action=1, evidence="contract 2026-114")
DROP_FIRST = ask.DropAction(by="lead-7", action=1, reason="there is none")
FINISH = ask.FinishImprovement(
    by="lead-7", root_cause="one carrier only", prevention="two carriers per region, reviewed each quarter"
)
WITHDRAW = ask.WithdrawImprovement(by="da-01", reason="a wrong figure")


def accepted(**given: Any) -> Story:
    """The department works on it."""
    return Story(**given).asked(ACCEPT)


def done(**given: Any) -> Story:
    """All is done; the figures are watched."""
    return accepted(**given).asked(ADD, FINISH_FIRST, FINISH)


def watched(**given: Any) -> Story:
    """The time of watching is over."""
    return done(**given).after(days=31)


def recurring() -> Story:
    """It recurs after the last round."""
    story = watched().counted(3, "complaint:m1:C-8")
    second = ask.FinishAction(by="lg-02", action=2, evidence="contract 2026-120")
    return story.asked(ADD, second, FINISH).after(days=31).counted(9, "complaint:m1:C-9")
