"""What may be asked of every kind of case, and how it answers (docs/messages.md)."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from domain.base import AmountMinor, Instant, Model, Slug, Text
from domain.cases.links import Cause, Relation
from domain.message import Message
from domain.records import CaseKind
from domain.refunds import PayRefund, RefundOutcome
from domain.schema_rules import both, given, one_of, without

Words = Annotated[Text, Field(min_length=1, max_length=2000)]
CaseName = Annotated[str, Field(pattern=r"^[a-z]+:[A-Za-z0-9_.-]{1,64}:[A-Za-z0-9_.-]{1,64}$")]
"""A case's id in full: `kind:merchant:number`."""
PolicyHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Reopen(Model):
    """Why a closed case goes on: the run is seeded from the store."""

    reason: Literal["late_parcel", "refund_reported", "by_ops", "complaint", "linked_reported", "appeal"]
    by: Slug


def _new_or_closed(schema: dict[str, Any], model: type["OpenCase"]) -> None:
    content = model.content_field
    schema |= one_of(both(given(content), without("reopen")), both(given("reopen"), without(content)))


class OpenCase(Message):
    """The only argument of a case's workflow: a new case, or a closed one to go on with.

    A kind adds its content as an optional field and names it in `content_field`.
    """

    model_config = ConfigDict(json_schema_extra=_new_or_closed)

    kind: ClassVar[CaseKind]
    content_field: ClassVar[str]

    merchant: Slug
    number: Slug
    reopen: Reopen | None = None
    cause: Cause | None = None
    """The case that opens this one, and what it is to the new one."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.content is None) == (self.reopen is None):
            name = self.content_field
            raise ValueError(f"give either `{name}` (a new case) or `reopen` (a closed one)")
        return self

    @property
    def content(self) -> Any:
        """What the new case is about; None where a closed one goes on."""
        return getattr(self, self.content_field)

    @property
    def case_id(self) -> str:
        """The workflow id and the name of the stream."""
        return f"{self.kind}:{self.merchant}:{self.number}"

    @property
    def priority(self) -> str | None:
        """The priority that the content asks for, if it does."""
        return getattr(self.content, "priority", None)

    @property
    def channel(self) -> str | None:
        """The channel that the content came by, if it did by one."""
        return getattr(self.content, "channel", None)

    def headline(self) -> str:
        """One line for lists, of at most 200 bytes; no personal data."""
        return f"{self.kind.capitalize()} {self.number} of {self.merchant}"

    def page(self) -> str:
        """A few lines of Markdown about a new case; no personal data, no goods."""
        return self.headline()


class Assign(Message):
    """Who is to work on the case from now on. Without `assignee` the team's queue has it."""

    by: Slug
    team: Slug | None = None
    assignee: Slug | None = None
    reason: Words


class Link(Message):
    """Another case belongs to this one; `relation` is what the other one is to it."""

    by: Slug
    case_id: CaseName
    relation: Relation


class Retarget(Message):
    """Hold the case to another policy, or to the same one as it is by now, from now on.

    `version`: the hash of the policy that is meant, where it is not the one that its file says by now. The
    holidays are always those that are published by now.
    """

    by: Slug
    policy: Slug
    version: PolicyHash | None = None
    reason: Words


class Nudge(Message):
    """Look at what is due: the watchdog found that an instant had passed and nothing had followed."""


SharedCommand = Assign | Link | Retarget | Nudge


class Answer(Model):
    """The answer to an update: readers that need their own write wait for `seq` in the store.

    `request_hash` is the digest of the request that was applied: a caller that used the same key for other
    content sees a hash that is not its own.
    """

    case_id: str
    seq: int
    stage: str
    outcome: str | None = None
    request_hash: str
    terms_hash: str | None = None
    """Of `retarget`: the terms that the case is held to now."""


class Opened(Answer):
    """The answer to `open`; a kind may add what it decided at once."""


class RefundReport(Model):
    """Signal `refund_reported`: what became of a refund of this case, or of the wait for a second person."""

    refund_id: str
    seq: int
    state: Literal["asked", "approved", "settled", "failed", "held", "returned"]
    at: Instant
    reason: str | None = None
    paid_minor: AmountMinor = 0
    """Of one over several payments that did not settle, or stay, as a whole: what is paid nevertheless."""
    hash: str | None = None
    why: tuple[str, ...] = ()
    by: str | None = None
    words: str | None = None


class LinkReport(Model):
    """Signal `linked_reported`: where a linked case is by now, and what it is to this one."""

    case_id: CaseName
    relation: Relation
    stage: str
    outcome: str | None = None
    open: bool = True


def report_of(order: PayRefund, outcome: RefundOutcome) -> RefundReport:
    """What the case hears of its refund."""
    told = outcome.model_dump(exclude={"provider_ref", "part"})
    return RefundReport(refund_id=order.refund_id, seq=order.seq, **told)
