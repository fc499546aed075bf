"""What may be asked of a complaint that is open: one message per update (docs/messages-complaint.md)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Slug
from domain.cases.messages import Words
from domain.complaints.record import Attachment, Evidence, Finding, MeasureWanted, Party
from domain.grading import ComplaintCategory, Severity, Urgency
from domain.message import Message
from domain.policy.clock_rules import Role
from domain.schema_rules import given, told_by, when

_PASSED_ON = when("by", ["agent"], given("said_in"))


class Acknowledge(Message):
    """A person has answered the customer; who did answers for the complaint from now on (sop C6)."""

    agent: Slug


class Classify(Message):
    """What it is about (sop C3); the first class sends it to its team."""

    agent: Slug
    category: ComplaintCategory
    reason: Words | None = None


class Grade(Message):
    """How bad and how urgent it is (sop C4); may be said anew as long as the case is open."""

    agent: Slug
    severity: Severity
    urgency: Urgency
    reason: Words | None = None


class Transfer(Message):
    """Another team is responsible (sop C5)."""

    by: Slug
    to_team: Slug
    reason: Words


class Take(Message):
    """Somebody of the team takes it on."""

    agent: Slug


class HandOver(Message):
    """Another person answers for it to the customer from now on (sop C6)."""

    by: Slug
    to: Slug
    reason: Words


class Review(Message):
    """The first review (sop C7). A complaint that is not valid needs a reason in the customer's language."""

    model_config = told_by(when("valid", [False], given("reason")))

    agent: Slug
    valid: bool
    reason: Words | None = None

    @model_validator(mode="after")
    def _rejection_has_a_reason(self) -> Self:
        if not self.valid and not self.reason:
            raise ValueError("a complaint that is not valid needs `reason`, in the customer's language")
        return self


class RequestInfo(Message):
    """Ask the customer for more; the clocks that the policy names pause (sop C7)."""

    agent: Slug
    question: Words


class GiveInfo(Message):
    """The customer's answer."""

    answer: Words
    attachments: list[Attachment] = Field(default_factory=list[Attachment], max_length=20)


class AskParty(Message):
    """Ask customer, merchant or carrier for a statement (sop C8)."""

    agent: Slug
    party: Party
    question: Words


class GiveStatement(Message):
    """A statement, by the number under which it was asked for."""

    by: Slug
    statement: int = Field(ge=1)
    words: Words
    attachments: list[Attachment] = Field(default_factory=list[Attachment], max_length=20)


class AddEvidence(Message):
    """Put a file to the investigation."""

    by: Slug
    evidence: Evidence


class RecordFinding(Message):
    """What the investigation came to."""

    agent: Slug
    finding: Finding


class UpdateCustomer(Message):
    """Tell the customer how it stands, in their language (sop C9)."""

    agent: Slug
    words: Words


class Approval(Message):
    """Who may allow more than the desk can promise by itself, and did."""

    by: Slug
    role: Role


class Propose(Message):
    """The solution: all measures at once, and the reasons in the customer's language (sop C10)."""

    agent: Slug
    reasons: Words
    measures: list[MeasureWanted] = Field(min_length=1, max_length=20)
    approval: Approval | None = None


class ConfirmSolution(Message):
    """The customer's word: satisfied, or why not (sop C12).

    When an agent passes it on, `said_in` is where it can be read or heard.
    """

    model_config = told_by(when("satisfied", [False], given("words")), _PASSED_ON)

    by: Literal["customer", "agent"] = "customer"
    satisfied: bool
    words: Words | None = None
    said_in: Attachment | None = None

    @model_validator(mode="after")
    def _can_be_believed(self) -> Self:
        if not self.satisfied and not self.words:
            raise ValueError("a customer who is not satisfied says why: `words`")
        if self.by == "agent" and self.said_in is None:
            raise ValueError("an agent who passes the customer's word on says where it stands: `said_in`")
        return self


class DecideFinal(Message):
    """A lead decides in the customer's stead: close, or look into it once more (sop C12)."""

    by: Slug
    role: Role
    decision: Literal["close", "evaluate_again"]
    reason: Words


class WithdrawComplaint(Message):
    """The customer takes the complaint back."""

    model_config = told_by(_PASSED_ON)

    by: Literal["customer", "agent"] = "customer"
    reason: Words | None = None
    said_in: Attachment | None = None

    @model_validator(mode="after")
    def _can_be_believed(self) -> Self:
        if self.by == "agent" and self.said_in is None:
            raise ValueError("an agent who passes the customer's word on says where it stands: `said_in`")
        return self


Command = (
    Acknowledge
    | Classify
    | Grade
    | Transfer
    | Take
    | HandOver
    | Review
    | RequestInfo
    | GiveInfo
    | AskParty
    | GiveStatement
    | AddEvidence
    | RecordFinding
    | UpdateCustomer
    | Propose
    | ConfirmSolution
    | DecideFinal
    | WithdrawComplaint
)
