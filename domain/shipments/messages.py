"""What may be asked of the watch over a parcel: start, updates, answers (docs/messages-shipments.md)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Instant, Model, Slug
from domain.cases import messages as cases
from domain.cases.messages import OpenCase, Words
from domain.cases.relief import GrantRelief as GrantRelief
from domain.message import Message
from domain.orders import IntakeChannel, Language, Priority
from domain.parcels import ParcelStatus, WatchedKind
from domain.regions import Region

TrackingNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{4,40}$")]
Carrier = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
Leg = Literal["outbound", "return"]


class Parcel(Model):
    """A parcel on its way: whose it is, by which method it goes, what was promised.

    `origin` and `destination` are regions, never addresses. Without `promised_by` the method's promise holds.
    """

    order_id: Slug
    customer_id: Slug
    carrier: Carrier
    tracking_no: TrackingNo
    leg: Leg = "outbound"
    method: Slug = "standard"
    shipped_at: Instant
    promised_by: Instant | None = None
    origin: Region | None = None
    destination: Region | None = None
    channel: IntakeChannel = "app"
    language: Language = "zh-CN"
    priority: Priority = "P3"
    policy: Slug = "standard"

    @model_validator(mode="after")
    def _is_promised_after_it_was_sent(self) -> Self:
        if self.promised_by is not None and self.promised_by < self.shipped_at:
            raise ValueError("promised_by lies before shipped_at")
        return self


class OpenShipment(OpenCase):
    """The only argument of `ShipmentWatch`: a parcel to watch, or a watch to take up again.

    The number is the parcel's own name, `<carrier>.<tracking number>`: one watch per parcel.
    """

    kind = "shipment"
    content_field = "parcel"

    parcel: Parcel | None = None

    @model_validator(mode="after")
    def _is_numbered_by_its_parcel(self) -> Self:
        if self.parcel is not None and self.number != number_of(self.parcel.carrier, self.parcel.tracking_no):
            wanted = number_of(self.parcel.carrier, self.parcel.tracking_no)
            raise ValueError(
                f"number: a parcel's watch is numbered {wanted}, by its carrier and tracking number"
            )
        return self

    def headline(self) -> str:
        """One line for lists; no personal data."""
        leg = f"{self.parcel.leg} parcel" if self.parcel else "parcel"
        return f"Watch over {leg} {self.number} of {self.merchant}"

    def page(self) -> str:
        """Order, method and promise."""
        sent = self.parcel
        if sent is None:
            return self.headline()
        promised = f", promised by {sent.promised_by:%Y-%m-%d %H:%M}" if sent.promised_by else ""
        return f"Order {sent.order_id}, {sent.method} with {sent.carrier}{promised}"


def number_of(carrier: str, tracking_no: str) -> str:
    """The number of a parcel's watch."""
    return f"{carrier}.{tracking_no}"


def watch_of(merchant: str, carrier: str, tracking_no: str) -> str:
    """The id of a parcel's watch, whether there is one or not."""
    return f"{OpenShipment.kind}:{merchant}:{number_of(carrier, tracking_no)}"


class Promise(Message):
    """The shop promises another day, or the parcel another method."""

    by: Slug
    promised_by: Instant
    reason: Words


class StopWatching(Message):
    """Nobody need follow the parcel any more."""

    by: Slug
    reason: Words


Command = Promise | StopWatching | GrantRelief


class Opened(cases.Opened):
    """The answer to `open`: by when it is to arrive."""

    promised_by: Instant | None = None


class ExceptionNow(Model):
    """An exception of the parcel; `cleared_at` is not there while it lasts."""

    kind: WatchedKind
    raised_at: Instant
    cleared_at: Instant | None = None


class Progress(Model):
    """Query `progress`: where the parcel is, fit for the customer's eyes."""

    order_id: str
    carrier: str
    tracking_no: str
    leg: Leg
    method: str
    status: ParcelStatus
    promised_by: Instant | None = None
    delivered_at: Instant | None = None
    milestones: dict[str, Instant] = {}
    exceptions: list[ExceptionNow] = []
    outcome: str | None = None
