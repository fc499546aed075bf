"""The facts of a complaint, with stored names and versions that are for ever; payloads are plain JSON."""

from typing import Literal

from domain.base import Instant
from domain.cases.events import CaseEvent
from domain.complaints.record import (
    Attachment,
    ComplainedLine,
    Demand,
    Evidence,
    Finding,
    Party,
)
from domain.grading import ComplaintCategory, Severity, Source, Urgency
from domain.orders import Language, Order

Outcome = Literal["resolved", "not_valid", "decided", "withdrawn"]


class ComplaintEvent(CaseEvent):
    """A fact that only complaints have."""


class Opened(ComplaintEvent):
    """A complaint was taken in, with the full record (sop C1, C2). Dated when the channel received it."""

    name = "complaint.opened"
    customer_id: str
    order: Order | None = None
    goods: list[ComplainedLine] = []
    occurred_at: Instant
    received_at: Instant
    recorded_at: Instant | None = None
    """When it was written down, where it had been received earlier."""
    content: str
    demand: Demand
    channel: str
    taken_in_by: str | None = None
    """Who took it in, where a person did: they answer for it from then on (sop C6)."""
    transcript: Attachment | None = None
    attachments: list[Attachment] = []
    source: Source = "customer"
    regulator_reference: str | None = None
    language: Language
    timezone: str
    category: ComplaintCategory | None = None
    severity: Severity | None = None
    urgency: Urgency | None = None
    priority: str
    policy_asked: str
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str


class Acknowledged(ComplaintEvent):
    """A person answered the customer for the first time."""

    name = "complaint.acknowledged"
    agent: str


class Classified(ComplaintEvent):
    """What it is about (sop C3)."""

    name = "complaint.classified"
    category: ComplaintCategory
    reason: str | None = None


class Graded(ComplaintEvent):
    """How bad and how urgent it is, and the priority that follows (sop C4)."""

    name = "complaint.graded"
    severity: Severity
    urgency: Urgency
    priority: str
    reason: str | None = None


class Dispatched(ComplaintEvent):
    """The team that the policy names for the category has it (sop C5)."""

    name = "complaint.dispatched"
    team: str


class Transferred(ComplaintEvent):
    """It went to another team, with a time limit of its own (sop C5)."""

    name = "complaint.transferred"
    from_team: str
    team: str
    transfer: int
    reason: str


class Taken(ComplaintEvent):
    """Somebody of the team works on it."""

    name = "complaint.taken"
    agent: str


class HandedOver(ComplaintEvent):
    """Somebody else answers for it to the customer from now on, by name (sop C6)."""

    name = "complaint.handed_over"
    from_owner: str
    owner: str
    reason: str


class InfoRequested(ComplaintEvent):
    """The desk asked the customer for more (sop C7)."""

    name = "complaint.info_requested"
    question: str


class InfoGiven(ComplaintEvent):
    """The customer answered."""

    name = "complaint.info_given"
    answer: str
    attachments: list[Attachment] = []


class Accepted(ComplaintEvent):
    """The first review found it valid (sop C7)."""

    name = "complaint.accepted"


class Rejected(ComplaintEvent):
    """The first review found it not valid; the customer may ask for another look (sop C7)."""

    name = "complaint.rejected"
    reason: str


class StatementAsked(ComplaintEvent):
    """One of the parties was asked (sop C8)."""

    name = "complaint.statement_asked"
    statement: int
    party: Party
    question: str


class StatementGiven(ComplaintEvent):
    """One of the parties said what it knows."""

    name = "complaint.statement_given"
    statement: int
    party: Party
    words: str
    attachments: list[Attachment] = []


class EvidenceAdded(ComplaintEvent):
    """A file of the investigation, by reference and hash."""

    name = "complaint.evidence_added"
    evidence: Evidence


class Found(ComplaintEvent):
    """What the investigation came to: who is responsible, and why it happened."""

    name = "complaint.found"
    finding: Finding


class CustomerUpdated(ComplaintEvent):
    """The customer heard how it stands (sop C9)."""

    name = "complaint.customer_updated"
    words: str


class Answered(ComplaintEvent):
    """The written answer, in the customer's language; the customer is asked to confirm (sop C12, C13)."""

    name = "complaint.answered"
    text: str
    sha256: str


class Reminded(ComplaintEvent):
    """The customer was asked again."""

    name = "complaint.reminded"
    reminder: int


class EvaluatedAgain(ComplaintEvent):
    """It is looked into once more: the customer is not satisfied, or who decides wants it (sop C12)."""

    name = "complaint.evaluated_again"
    round: int
    words: str


class FinalAsked(ComplaintEvent):
    """A lead has to decide: the customer said no too often, or nothing at all (sop C12)."""

    name = "complaint.final_asked"
    reason: Literal["rounds", "silence"]
    words: str | None = None


class FinalDecided(ComplaintEvent):
    """Who may decided in the customer's stead."""

    name = "complaint.final_decided"
    decision: Literal["close", "evaluate_again"]
    role: str
    reason: str


class Confirmed(ComplaintEvent):
    """The customer is satisfied, or accepts the answer (sop C12)."""

    name = "complaint.confirmed"
    by: str
    said_in: Attachment | None = None
    """Where the customer's word can be read or heard, when somebody passed it on."""


class Withdrawn(ComplaintEvent):
    """The customer takes the complaint back."""

    name = "complaint.withdrawn"
    reason: str | None = None
    said_in: Attachment | None = None


class Closed(ComplaintEvent):
    """The case is over."""

    name = "complaint.closed"
    outcome: Outcome


class Reopened(ComplaintEvent):
    """A closed case is looked into again."""

    name = "complaint.reopened"
    reason: str
    round: int


OWN: tuple[type[ComplaintEvent], ...] = tuple(ComplaintEvent.__subclasses__())
