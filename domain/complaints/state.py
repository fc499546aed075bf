"""What a complaint is at a moment: folded from its events, changed in no other way."""

import hashlib
from typing import Literal

from domain.base import UtcInstant
from domain.cases.state import CaseState
from domain.complaints.record import (
    Attachment,
    ComplainedLine,
    Demand,
    Evidence,
    Finding,
    Measure,
    MeasureStatus,
    Statement,
)
from domain.grading import ComplaintCategory, Severity, Source, Urgency
from domain.policy.clock_rules import CaseProfile
from domain.policy.pinned import ComplaintTerms
from domain.sla import ClockSpec

Stage = Literal[
    "opening",
    "intake",
    "review",
    "investigation",
    "solution",
    "follow_up",
    "confirmation",
    "decision",
    "closed",
]

NUMBER_LENGTH_MAX = 64
WELL_ENDED = ("refunded", "exchanged", "refunded_and_exchanged", "repaired", "reissued")
"""Outcomes of linked cases by which a measure has arrived."""


class ComplaintState(CaseState[ComplaintTerms, Stage]):
    """A complaint. `terms` is the policy that was pinned at opening; everything else comes from events."""

    PAYS_IN = "follow_up"
    AFTER_PAYING = ("confirmation", "decision", "closed")

    complainant: str = ""
    given_timezone: str = ""
    policy_asked: str = "standard"
    source: Source = "customer"
    regulator_reference: str | None = None
    content: str = ""
    demand: Demand | None = None
    occurred_at: UtcInstant | None = None
    goods: list[ComplainedLine] = []
    transcript: Attachment | None = None
    attachments: list[Attachment] = []
    category: ComplaintCategory | None = None
    severity: Severity | None = None
    urgency: Urgency | None = None
    owner: str | None = None
    acknowledged_at: UtcInstant | None = None
    taken_at: UtcInstant | None = None
    transfers: int = 0
    info_requested_at: UtcInstant | None = None
    round: int = 1
    rejection: str | None = None
    statements: list[Statement] = []
    evidence: list[Evidence] = []
    finding: Finding | None = None
    updates: int = 0
    last_updated_at: UtcInstant | None = None
    reasons: str | None = None
    measures: list[Measure] = []
    answer_sha256: str | None = None
    asked_at: UtcInstant | None = None
    reminders: int = 0
    final_reason: str | None = None

    @property
    def profile(self) -> CaseProfile:
        """What the targets of its clocks depend on, as it is classified and graded now."""
        return CaseProfile.model_validate(
            {
                "kind": "complaint",
                "priority": self.priority,
                "tier": self.tier,
                "channel": self.channel,
                "category": self.category,
                "source": self.source,
            }
        )

    @property
    def clock_spec(self) -> ClockSpec:
        """The clocks for its class and grade; another class or grade holds it to others (sop C3, C4)."""
        return self.terms.clocks_of(self.profile) if self.opened_at else self.terms.clocks

    @property
    def customer_id(self) -> str:
        """Whose complaint it is, with an order or without."""
        return self.complainant

    @property
    def timezone(self) -> str:
        """The customer's time zone: their days and quiet hours count."""
        return self.order.timezone if self.order else self.given_timezone

    @property
    def waits_for_info(self) -> bool:
        """Whether a question to the customer is open; a later stage goes on without the answer."""
        asked_at, since = self.info_requested_at, self.stage_since
        return asked_at is not None and (since is None or asked_at >= since)

    @property
    def counted_measures(self) -> list[Measure]:
        """Measures that the desk still counts on."""
        return [measure for measure in self.measures if not measure.given_up]

    @property
    def followed_measures(self) -> list[Measure]:
        """Those, and what was given up of which money had stayed that came back by now."""
        back = {part.seq for part in self.refunds if part.came_back}
        return [measure for measure in self.measures if not measure.given_up or measure.refund_seq in back]

    def linked_case_id(self, measure: Measure) -> str:
        """The case that a measure opens: always the same one, so that a repeat finds it."""
        return f"{measure.opens}:{self.merchant}:{self.linked_number(measure)}"

    def linked_number(self, measure: Measure) -> str:
        """The number of that case; a digest stands in where the complaint's is too long for one more part."""
        number = f"{self.number}-{measure.number}"
        if len(number) <= NUMBER_LENGTH_MAX:
            return number
        digest = hashlib.sha256(number.encode()).hexdigest()[:12]
        return f"{self.number[:40]}-{digest}"

    def status(self, measure: Measure) -> MeasureStatus:
        """How far a measure is, by the money and the cases that it set going."""
        if measure.is_money:
            return self._money_status(measure)
        return self._case_status(measure) if measure.opens else "done"

    def _money_status(self, measure: Measure) -> MeasureStatus:
        part = next((part for part in self.refunds if part.seq == measure.refund_seq), None)
        if part is None:
            return "to_start"
        if part.state == "settled":
            return "done"
        return "failed" if part.is_unpaid else "under_way"

    def _case_status(self, measure: Measure) -> MeasureStatus:
        if measure.refused_code is not None:
            return "failed"
        link = self.link(self.linked_case_id(measure))
        if link is None:
            return "to_start"
        if not link.is_child:
            return "done"
        if link.open:
            return "under_way"
        return "done" if link.outcome in WELL_ENDED else "failed"
