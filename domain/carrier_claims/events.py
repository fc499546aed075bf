"""The facts of a claim against a carrier. Each has a stored name and a version that are for ever."""

from typing import Literal

from domain.base import AmountMinor, Currency, Instant
from domain.cases.events import CaseEvent
from domain.deliveries.messages import Evidence
from domain.orders import Order
from domain.parcels.vocabulary import ExceptionKind

Outcome = Literal["paid", "denied", "refused", "expired", "withdrawn"]


class ClaimEvent(CaseEvent):
    """A fact that only claims have."""


class Opened(ClaimEvent):
    """A carrier is held to account, for what and for how much."""

    name = "claim.opened"
    order: Order
    exception: ExceptionKind
    carrier: str
    tracking_no: str
    amount_minor: AmountMinor
    currency: Currency
    reason: str | None = None
    lane: str | None = None
    file_by: Instant
    evidence: list[Evidence] = []
    priority: str
    policy: str
    policy_hash: str
    calendar_revision: str
    terms_hash: str
    request_hash: str


class WindowOpened(ClaimEvent):
    """The carrier's time to claim began when the parcel was shipped: this fact is dated so."""

    name = "claim.window_opened"
    shipped_at: Instant


class Filed(ClaimEvent):
    """The carrier has the claim; `revision` 1 is the first filing, later ones bring evidence or an appeal."""

    name = "claim.filed"
    revision: int
    carrier_ref: str


class FilingRefused(ClaimEvent):
    """The carrier takes no such claim."""

    name = "claim.refused"
    reason: str


class EvidenceWanted(ClaimEvent):
    """The carrier asks for more, until then."""

    name = "claim.evidence_wanted"
    until: Instant
    reason: str | None = None


class EvidenceGiven(ClaimEvent):
    """More photos or papers for the carrier."""

    name = "claim.evidence_given"
    evidence: list[Evidence]


class Accepted(ClaimEvent):
    """The carrier pays so much."""

    name = "claim.accepted"
    amount_minor: AmountMinor


class Denied(ClaimEvent):
    """The carrier does not pay; with `appeal_by` that may be appealed until then."""

    name = "claim.denied"
    reason: str | None = None
    appeal_by: Instant | None = None


class Appealed(ClaimEvent):
    """The denial was appealed."""

    name = "claim.appealed"
    reason: str
    evidence: list[Evidence] = []


class Paid(ClaimEvent):
    """The money is there; it is booked once under the claim's key."""

    name = "claim.paid"
    amount_minor: AmountMinor
    paid_at: Instant


class Withdrawn(ClaimEvent):
    """The claim was withdrawn, and why."""

    name = "claim.withdrawn"
    reason: str


class Expired(ClaimEvent):
    """The carrier's time to claim, or ours to bring evidence, is over."""

    name = "claim.expired"


class Closed(ClaimEvent):
    """The claim is over."""

    name = "claim.closed"
    outcome: Outcome


class Reopened(ClaimEvent):
    """The carrier's answer is waited for once more."""

    name = "claim.reopened"
    reason: str


OWN: tuple[type[ClaimEvent], ...] = tuple(ClaimEvent.__subclasses__())
