"""The facts that every kind of case may have. Stored names and versions are for ever."""

from typing import ClassVar, Literal

from domain.base import AmountMinor, Currency, Instant, Model
from domain.cases.links import Relation
from domain.goodwill import Purpose
from domain.refund_ways import Way
from domain.sla import ChangeKind


class CaseEvent(Model):
    """A payload; `name` is what is stored, never the class's path."""

    name: ClassVar[str]
    version: ClassVar[int] = 1


class NoticeReported(CaseEvent):
    """A notice reached its reader by a channel, or by none."""

    name = "notice.reported"
    notice_id: str
    kind: str
    state: Literal["sent", "undeliverable"]
    channel: str | None = None


class ClockChanged(CaseEvent):
    """A clock of the case changed: activated, paused, resumed, warned, breached, met, cured or cancelled.

    The envelope's `at` is when it happened by event time, not when somebody looked.
    """

    name = "clock.changed"
    metric: str
    instance: int
    change: ChangeKind
    rung: str | None = None
    due_at: Instant | None = None
    tell: list[str] = []
    reassign: str | None = None
    """Who gets the case because of this rung; who that is follows as `case.assigned`."""


class Linked(CaseEvent):
    """Another case belongs to this one; `relation` is what the other one is to it."""

    name = "case.linked"
    case_id: str
    relation: Relation


class LinkReported(CaseEvent):
    """A linked case said where it is by now; with an outcome it is over."""

    name = "case.link_reported"
    case_id: str
    stage: str
    outcome: str | None = None
    open: bool = True


class Assigned(CaseEvent):
    """Who works on the case from now on, and why; without `assignee` the team's queue has it."""

    name = "case.assigned"
    team: str | None = None
    assignee: str | None = None
    reason: str


class Retargeted(CaseEvent):
    """The case is held to other terms from now on (design §4: never by itself, always recorded)."""

    name = "case.retargeted"
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    reason: str


class ApprovalAsked(CaseEvent):
    """A refund of the case waits for a second person; `why` names the limits that it goes beyond.

    `hash` is what their word is bound to.
    """

    name = "case.approval_asked"
    refund_seq: int
    hash: str
    why: list[str]


class ApprovalAnswered(CaseEvent):
    """The second person said yes, or no; a no has words."""

    name = "case.approval_answered"
    refund_seq: int
    verdict: Literal["approved", "declined"]
    by: str
    words: str | None = None


class ApprovalsDone(CaseEvent):
    """No refund of the case waits for a second person any more; the clock of their word stops."""

    name = "case.approvals_done"


class MoneyReturned(CaseEvent):
    """What the customer had been paid came back: the case, also a closed one, goes on where it pays."""

    name = "case.money_returned"
    refund_seq: int
    stage: str


SHARED: tuple[type[CaseEvent], ...] = (
    NoticeReported,
    ClockChanged,
    Linked,
    LinkReported,
    Assigned,
    Retargeted,
    ApprovalAsked,
    ApprovalAnswered,
    ApprovalsDone,
    MoneyReturned,
)


class RefundStartedFact(CaseEvent):
    """A refund was put on its way; the `Refund` workflow with this number pays it.

    Each kind stores it under a name of its own, as it does the report.
    """

    refund_seq: int
    amount_minor: AmountMinor
    currency: Currency
    purpose: Purpose = "refund"
    requested_by: str | None = None
    """The member of the staff whose word let it be paid; None where the policy did alone."""
    edited_by: str | None = None
    """Who fixed the amount last, where that was somebody of the staff."""
    way: Way = "original"
    customer_says: str | None = None
    """Where the customer agreed to another way."""


class RefundReportedFact(CaseEvent):
    """What became of the refund."""

    refund_seq: int
    state: Literal["settled", "failed", "held", "returned"]
    reason: str | None = None
    paid_minor: AmountMinor = 0
