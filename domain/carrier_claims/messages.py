"""What may be asked of a claim against a carrier: start, updates, answers (docs/messages-deliveries.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Currency, Instant, Model, Slug, SomeMinor
from domain.cases import messages as cases
from domain.cases.messages import OpenCase, Words
from domain.deliveries.messages import Evidence, EvidenceList
from domain.deliveries.vocabulary import TrackingNo
from domain.message import Message
from domain.orders import Priority
from domain.parcels.vocabulary import ExceptionKind
from domain.schema_rules import given, told_by, when, without


class ClaimRequest(Model):
    """What a carrier is held to account for, and how much it is to pay."""

    order_id: Slug
    customer_id: Slug
    exception: ExceptionKind
    carrier: Slug
    tracking_no: TrackingNo
    shipped_at: Instant
    amount_minor: SomeMinor
    currency: Currency
    reason: Slug | None = None
    lane: str | None = None
    evidence: EvidenceList = []
    priority: Priority = "P3"
    policy: Slug = "standard"


class OpenClaim(OpenCase):
    """The only argument of `CarrierClaim`: a new claim, or a closed one to go on with."""

    kind = "claim"
    content_field = "claim"

    claim: ClaimRequest | None = None

    def headline(self) -> str:
        """One line for lists; no personal data."""
        whom = f" against {self.claim.carrier}" if self.claim else ""
        return f"Claim {self.number} of {self.merchant}{whom}"

    def page(self) -> str:
        """Parcel, exception and amount."""
        asked = self.claim
        if asked is None:
            return self.headline()
        what = f"{asked.exception.replace('_', ' ')}, parcel {asked.carrier} {asked.tracking_no}"
        return f"{what}: {asked.amount_minor} {asked.currency} (minor units)"


class ProveClaim(Message):
    """The evidence that the carrier asked for."""

    by: Slug
    evidence: Annotated[list[Evidence], Field(min_length=1, max_length=20)]


class CarrierReplied(Message):
    """The carrier's answer, by the webhook of its claims desk or by a person who heard it."""

    model_config = told_by(
        when("state", ["accepted", "paid"], given("amount_minor")),
        when("state", ["evidence_wanted", "denied"], without("amount_minor")),
    )

    by: Slug
    state: Literal["evidence_wanted", "accepted", "denied", "paid"]
    amount_minor: SomeMinor | None = None
    reason: Words | None = None
    at: Instant | None = None

    @model_validator(mode="after")
    def _money_has_an_amount(self) -> Self:
        if (self.amount_minor is not None) != (self.state in ("accepted", "paid")):
            raise ValueError("`accepted` and `paid` have an amount_minor, and nothing else has")
        return self


class AppealClaim(Message):
    """A denial is appealed, once."""

    by: Slug
    reason: Words
    evidence: EvidenceList = []


class WithdrawClaim(Message):
    """The claim is withdrawn: the parcel came after all, or another party answers for it."""

    by: Slug
    reason: Words


Command = ProveClaim | CarrierReplied | AppealClaim | WithdrawClaim


class Opened(cases.Opened):
    """The answer to `open`: until when the claim must be with the carrier."""

    file_by: Instant


class Progress(Model):
    """Query `progress`: where the claim is. No customer is concerned; staff and systems read it."""

    number: str
    order_id: str
    carrier: str
    tracking_no: str
    now: str
    next: str | None = None
    until: Instant | None = None
    claimed_minor: int
    accepted_minor: int | None = None
    paid_minor: int | None = None
    currency: Currency
    outcome: str | None = None
