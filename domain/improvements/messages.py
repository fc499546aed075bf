"""What may be asked of an improvement: start, updates, answers (docs/messages-improvement.md)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.base import Instant, Model, Quantity, Slug
from domain.cases import messages as cases
from domain.cases.messages import OpenCase, Words
from domain.grading import Severity
from domain.improvements.findings import Finding, Recurring
from domain.improvements.vocabulary import Source
from domain.message import Message

ActionNumber = Quantity
Summary = Annotated[Words, Field(max_length=500)]


class OpenImprovement(OpenCase):
    """The only argument of `Improvement`: a new finding, or a closed improvement to go on with."""

    kind = "improvement"
    content_field = "improvement"

    improvement: Finding | None = None

    def headline(self) -> str:
        """One line for lists; no personal data."""
        whom = f" for {self.improvement.department}" if self.improvement else ""
        return f"Improvement {self.number} of {self.merchant}{whom}"

    def page(self) -> str:
        """What recurs, how grave, and how many cases show it."""
        asked = self.improvement
        if asked is None:
            return self.headline()
        return f"{asked.severity.capitalize()}: {asked.recurs.words}; {len(asked.evidence)} cases show it"

    @property
    def source(self) -> Source:
        """Who asks."""
        if self.cause is not None:
            return "case"
        return "figures" if self.improvement and self.improvement.by_figures else "hand"


class AcceptImprovement(Message):
    """The department takes it on."""

    by: Slug
    note: Words | None = None


class DeclineImprovement(Message):
    """The department does not, and why; whoever asked may insist."""

    by: Slug
    reason: Words


class InsistOnImprovement(Message):
    """Whoever asked does not take the no: the head decides."""

    by: Slug
    reason: Words


class RuleOnImprovement(Message):
    """The head's word: it goes on, or not."""

    by: Slug
    go_on: bool
    reason: Words


class AddAction(Message):
    """Something that the department will do about it."""

    by: Slug
    what: Summary
    owner: Slug | None = None
    due_by: Instant | None = None


class FinishAction(Message):
    """An action is done; `evidence` says what shows it."""

    by: Slug
    action: ActionNumber
    evidence: Summary


class DropAction(Message):
    """An action is not to be done after all."""

    by: Slug
    action: ActionNumber
    reason: Summary


class FinishImprovement(Message):
    """All is done: what the root cause was, and what keeps it from coming back (sop L6)."""

    by: Slug
    root_cause: Words
    prevention: Words


class WithdrawImprovement(Message):
    """Whoever asked asks no more."""

    by: Slug
    reason: Words


Command = (
    AcceptImprovement
    | DeclineImprovement
    | InsistOnImprovement
    | RuleOnImprovement
    | AddAction
    | FinishAction
    | DropAction
    | FinishImprovement
    | WithdrawImprovement
)


class Opened(cases.Opened):
    """The answer to `open`: how often it came up before, and how often it may while it is watched."""

    baseline: int
    tolerated: int


class ActionNow(Model):
    """An action, as the staff sees it."""

    action: int
    round: int
    what: str
    owner: str | None = None
    due_by: Instant | None = None
    state: Literal["open", "done", "dropped"]


class Progress(Model):
    """Query `progress`: where the improvement is, for the staff. No customer is concerned."""

    number: str
    department: str
    severity: Severity
    recurs: Recurring
    now: str
    next: str | None = None
    until: Instant | None = None
    round: int
    actions: list[ActionNow]
    evidence: int
    baseline: int
    tolerated: int
    found: int | None = None
    outcome: str | None = None
