"""The facts of an improvement. Each has a stored name and a version that are for ever."""

from domain.base import Instant
from domain.cases.events import CaseEvent
from domain.grading import Severity
from domain.improvements.findings import Recurring, WantedAction
from domain.improvements.vocabulary import Because, CountedKind, Outcome, Source
from domain.orders import Language


class ImprovementEvent(CaseEvent):
    """A fact that only improvements have."""


class Proposed(ImprovementEvent):
    """A department is asked to do something about a finding; `baseline` is how often it came up before."""

    name = "improvement.proposed"
    department: str
    severity: Severity
    recurs: Recurring
    kinds: list[CountedKind]
    words: str
    evidence: list[str] = []
    wants: WantedAction | None = None
    asked_by: str
    source: Source
    baseline: int
    language: Language
    priority: str
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str


class Accepted(ImprovementEvent):
    """The department takes it on."""

    name = "improvement.accepted"
    note: str | None = None


class Declined(ImprovementEvent):
    """The department does not; whoever asked may insist until `insist_by`."""

    name = "improvement.declined"
    reason: str
    insist_by: Instant


class Escalated(ImprovementEvent):
    """The head is to decide: whoever asked insisted, or it recurs after the last round."""

    name = "improvement.escalated"
    because: Because
    reason: str | None = None


class Ruled(ImprovementEvent):
    """The head decided whether it goes on."""

    name = "improvement.ruled"
    go_on: bool
    reason: str


class RoundBegun(ImprovementEvent):
    """The department works on it, for the first time or once more."""

    name = "improvement.round_begun"
    round: int


class ActionAdded(ImprovementEvent):
    """Something is to be done."""

    name = "improvement.action_added"
    action: int
    what: str
    owner: str | None = None
    due_by: Instant | None = None


class ActionDone(ImprovementEvent):
    """It is done, and what shows it."""

    name = "improvement.action_done"
    action: int
    evidence: str


class ActionDropped(ImprovementEvent):
    """It is not to be done after all, and why."""

    name = "improvement.action_dropped"
    action: int
    reason: str


class Done(ImprovementEvent):
    """All is done; the figures are watched until `check_at` (sop L6: root cause and prevention)."""

    name = "improvement.done"
    root_cause: str
    prevention: str
    check_at: Instant


class CheckDue(ImprovementEvent):
    """The time of watching is over; the figures are asked."""

    name = "improvement.check_due"


class Checked(ImprovementEvent):
    """How often it came up again between two moments, and how often it might have."""

    name = "improvement.checked"
    round: int
    since: Instant
    until: Instant
    found: int
    tolerated: int


class Recurred(ImprovementEvent):
    """It came up again too often; `cases` are the first of these, new evidence."""

    name = "improvement.recurred"
    round: int
    cases: list[str]


class Withdrawn(ImprovementEvent):
    """Whoever asked asks no more, and why."""

    name = "improvement.withdrawn"
    reason: str


class Closed(ImprovementEvent):
    """The improvement is over."""

    name = "improvement.closed"
    outcome: Outcome


class Reopened(ImprovementEvent):
    """It turned out later that it recurs: a new round begins."""

    name = "improvement.reopened"
    reason: str


OWN: tuple[type[ImprovementEvent], ...] = tuple(ImprovementEvent.__subclasses__())
