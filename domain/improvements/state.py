"""What an improvement is at a moment: folded from its events, changed in no other way."""

from domain.base import Model, UtcInstant
from domain.cases.state import CaseState
from domain.grading import Severity
from domain.improvements.findings import Recurring, WantedAction
from domain.improvements.vocabulary import Because, CountedKind, Source, Stage
from domain.policy.improvement_rules import SeverityRules
from domain.policy.improvement_terms import ImprovementTerms


class ActionState(Model):
    """Something that the department does about it."""

    action: int
    round: int
    what: str
    owner: str | None = None
    due_by: UtcInstant | None = None
    done_at: UtcInstant | None = None
    evidence: str | None = None
    dropped: str | None = None
    """Why it is not done after all."""

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.done_at is None and self.dropped is None


class ImprovementState(CaseState[ImprovementTerms, Stage]):
    """An improvement. `terms` is the policy that was pinned at opening; everything else comes from events.

    It has neither order nor customer; `team` is the department.
    """

    severity: Severity = "minor"
    recurs: Recurring | None = None
    kinds: list[CountedKind] = []
    words: str = ""
    wants: WantedAction | None = None
    asked_by: str = ""
    source: Source = "hand"
    baseline: int = 0
    insist_by: UtcInstant | None = None
    declined: str | None = None
    because: Because | None = None
    round: int = 0
    actions: list[ActionState] = []
    root_cause: str | None = None
    prevention: str | None = None
    done_at: UtcInstant | None = None
    check_at: UtcInstant | None = None
    found: int | None = None
    """How often it came up again, as the last check found."""

    @property
    def customer_id(self) -> None:
        """It is nobody's: a finding is made of many cases."""
        return

    @property
    def timezone(self) -> str:
        """The desk's, whose days count here."""
        return self.terms.timezone

    @property
    def rules(self) -> SeverityRules:
        """What the policy says about findings so grave."""
        return self.terms.improvements.of(self.severity)

    @property
    def tolerated(self) -> int:
        """How often it may come up while it is watched and still count as cured."""
        return self.baseline * self.rules.tolerates_percent // 100

    @property
    def recurring(self) -> Recurring:
        """What recurs; only asked for after the opening."""
        assert self.recurs is not None
        return self.recurs

    @property
    def evidence(self) -> list[str]:
        """The cases that show it."""
        return [link.case_id for link in self.links if link.relation == "evidenced_by"]

    def action(self, number: int) -> ActionState | None:
        """An action by its number."""
        return next((each for each in self.actions if each.action == number), None)
