"""The parcels of the day: orders that are on their way, and what becomes of them. Made up, fixed, told here.

The orders are real; that they travel today is not. Those of the table have a turn of their own, the rest
(carrier, region) follows from the order's id, as the script of a return does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from demo.day import MERCHANT, BookedOrder
from demo.script import drawn
from domain.deliveries.vocabulary import Remedy
from domain.orders import Language
from domain.records import CaseKind
from domain.regions import Region
from domain.shipments.messages import number_of
from sandbox.vocabulary import Status

PARCELS = 24
ORIGIN: Region = "GB-ENG"
STRUCK_REGION: Region = "GB-SCT"
STRUCK_CARRIER = "swift"
"""The storm strikes this carrier's parcels to that region."""

ParcelTurn = Literal[
    "plain",  # picked up, on its way, out for delivery, delivered
    "repeated",  # the same, with every scan reported three times
    "storm",  # nobody scans it while the storm lasts; then it is delivered
    "stalled",  # nobody scans it for too long; then it moves again
    "lost",  # the carrier says that it has lost it
    "damaged",  # the carrier says that it has damaged it, and delivers it
    "short",  # delivered; the customer says that some of the goods were not in it
    "not_received",  # delivered, says the carrier; the customer has not seen it
]
REPORTED: tuple[ParcelTurn, ...] = ("short", "not_received")
"""What no scan says, so that the customer has to."""
ClaimTurn = Literal["pays", "wants_evidence", "denies_first"]
SHORT_UNITS = 2


@dataclass(frozen=True)
class Trouble:
    """A parcel that goes wrong: what the customer wants for it, and what its carrier says to the claim."""

    turn: ParcelTurn
    wants: Remedy = "refund"
    claim: ClaimTurn | None = None


# Order id: how it goes wrong. Above £50 an agent decides what the customer gets, below it the policy does.
TROUBLES: dict[str, Trouble] = {
    "575579": Trouble("lost", claim="pays"),  # £34.56
    "572654": Trouble("lost", "redeliver", claim="wants_evidence"),  # £45.48
    "573288": Trouble("lost", claim="denies_first"),  # £472.19
    "574041": Trouble("damaged", "redeliver", claim="pays"),  # £19.92
    "572063": Trouble("damaged", claim="pays"),  # £177.57
    "574035": Trouble("stalled"),
    "572100": Trouble("not_received", claim="pays"),  # £143.40
    "572847": Trouble("short", "redeliver"),
}

JOURNEYS: Mapping[ParcelTurn, tuple[tuple[Status, str | None, float], ...]] = {
    "plain": (
        ("picked_up", None, 0.2),
        ("in_transit", None, 2.0),
        ("out_for_delivery", None, 4.5),
        ("delivered", None, 6.0),
    ),
    "storm": (("picked_up", None, 0.2), ("in_transit", "weather_delay", 1.5)),
    "stalled": (
        ("picked_up", None, 0.2),
        ("in_transit", None, 1.0),
        ("out_for_delivery", None, 16.0),
        ("delivered", None, 17.5),
    ),
    "lost": (("picked_up", None, 0.2), ("exception", "carrier_parcel_lost", 2.5)),
    "damaged": (
        ("picked_up", None, 0.2),
        ("exception", "carrier_damaged_parcel", 2.0),
        ("delivered", None, 5.0),
    ),
}
"""What the carrier scans, why, and how many seconds after the parcel was handed over."""
AFTER_THE_STORM: tuple[tuple[Status, float], ...] = (("out_for_delivery", 0.8), ("delivered", 2.5))

STORM_SENT_SECONDS = (5.0, 8.0)
"""When the storm's parcels are sent: shortly before it."""
OTHERS_SENT_SECONDS = (0.5, 21.0)


@dataclass(frozen=True)
class ParcelPlay:
    """One parcel with all that the demo knows of it."""

    order: BookedOrder
    carrier: str
    destination: Region
    turn: ParcelTurn
    language: Language
    sent_after: float
    """Seconds after the beginning."""
    trouble: Trouble | None = None

    @property
    def tracking_no(self) -> str:
        """The carrier's number."""
        return f"P{self.order.order_id}"

    @property
    def number(self) -> str:
        """The number of its watch."""
        return number_of(self.carrier, self.tracking_no)

    @property
    def case_id(self) -> str:
        """The watch over it."""
        return f"shipment:{MERCHANT}:{self.number}"

    @property
    def report_number(self) -> str:
        """The number of the exception that its customer reports; the watch numbers its own from 1."""
        return f"{self.number}-R1"

    def foresees(self, case_id: str) -> bool:
        """Whether the case is the script's: a watch that looked too late may open one beside it."""
        numbered_after = self.report_number if self.turn in REPORTED else self.number
        return case_id.rpartition(":")[2].startswith(numbered_after)

    @property
    def kinds(self) -> tuple[CaseKind, ...]:
        """The cases that must come of it; what goes wrong is numbered after the parcel."""
        if self.trouble is None:
            return ("shipment",)
        return ("shipment", "delivery", "claim") if self.trouble.claim else ("shipment", "delivery")


def parcel_of(case_id: str) -> str:
    """The parcel that a case is about: a watch is numbered by its parcel, all other cases after it."""
    return case_id.rpartition(":")[2].partition("-")[0]


def parcel_plays(
    orders: Sequence[BookedOrder], taken: Collection[str], languages: Mapping[str, Language]
) -> list[ParcelPlay]:
    """Of the orders that no return is about, those of the table and the newest others travel today."""
    free = [order for order in orders if order.order_id not in taken]
    free.sort(key=lambda order: (order.order_id in TROUBLES, order.ordered_at))
    drafts = [_draft(order, languages[order.customer_id]) for order in free[-PARCELS:]]
    storm = [draft for draft in drafts if draft.turn == "storm"]
    others = sorted((draft for draft in drafts if draft.turn != "storm"), key=lambda d: d.trouble is None)
    sent = [*_spread(storm, STORM_SENT_SECONDS), *_spread(others, OTHERS_SENT_SECONDS)]
    return sorted(sent, key=lambda play: play.sent_after)


def _draft(order: BookedOrder, language: Language) -> ParcelPlay:
    trouble = TROUBLES.get(order.order_id)
    carrier = drawn(order.order_id, "carrier", ("swift", "harbour"))
    regions: tuple[Region, ...] = ("GB-ENG", "GB-WLS", STRUCK_REGION)
    # What goes wrong does so under a clear sky.
    destination = "GB-ENG" if trouble else drawn(order.order_id, "region", regions)
    is_struck = (carrier, destination) == (STRUCK_CARRIER, STRUCK_REGION)
    other: ParcelTurn = drawn(order.order_id, "scanning", ("plain", "plain", "plain", "repeated"))
    return ParcelPlay(
        order=order,
        carrier=carrier,
        destination=destination,
        turn=trouble.turn if trouble else "storm" if is_struck else other,
        language=language,
        sent_after=0,
        trouble=trouble,
    )


def _spread(drafts: Sequence[ParcelPlay], between: tuple[float, float]) -> list[ParcelPlay]:
    first, last = between
    step = (last - first) / max(1, len(drafts) - 1)
    return [replace(draft, sent_after=first + step * index) for index, draft in enumerate(drafts)]
