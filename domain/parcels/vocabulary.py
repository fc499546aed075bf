"""The carrier-neutral words for what happens to a parcel: statuses, reasons, and who answers for a reason."""

from collections.abc import Mapping
from typing import Literal, get_args

from domain.base import Instant, Model

ParcelStatus = Literal[
    "registered",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "held",
    "exception",
    "attempt_failed",
    "ready_for_pickup",
    "returning",
    "delivered",
    "returned",
    "stalled",
]
"""A closed set. `stalled` is a carrier's word for its own silence: nobody has seen the parcel."""

NOT_MOVING: tuple[ParcelStatus, ...] = ("registered", "held", "exception", "stalled")
"""What says nothing about whether the carrier has the parcel; every other status says that it has."""

NEAR_DELIVERY: tuple[ParcelStatus, ...] = ("out_for_delivery", "ready_for_pickup", "attempt_failed")

JOURNEY_ENDS: tuple[ParcelStatus, ...] = ("delivered", "returned")

NOT_SEEN: tuple[ParcelStatus, ...] = ("stalled",)
"""Reported, but not seen: no sign of the parcel."""

LOSS_REASONS = ("carrier_parcel_lost", "carrier_parcel_destroyed")
DAMAGE_REASONS = ("carrier_damaged_parcel", "short_contents")
WRONG_DELIVERY_REASONS = ("wrong_delivery", "signed_not_received")

WatchedKind = Literal[
    "not_picked_up",
    "stalled",
    "late",
    "lost",
    "loss",
    "damage",
    "wrong_delivery",
    "attempt_failed",
    "returning",
]
"""What scans and silence tell of: `lost` is what silence says, `loss` what the carrier says."""
WATCHED_KINDS: tuple[WatchedKind, ...] = get_args(WatchedKind)

ExceptionKind = Literal[WatchedKind, "short_contents", "signed_not_received", "refused"]
"""What can go wrong with a parcel; of the last three only people tell."""

SILENCES: tuple[WatchedKind, ...] = ("not_picked_up", "stalled", "lost")
"""Ended by any sign of the parcel."""

Party = Literal["carrier", "retailer", "consignee", "customs", "weather", "unknown"]

PREFIXES: Mapping[str, Party] = {
    "carrier_": "carrier",
    "retailer_": "retailer",
    "consignee_": "consignee",
    "customs_": "customs",
    "weather_": "weather",
}
_WITHOUT_PREFIX: Mapping[str, Party] = {"wrong_delivery": "carrier", "signed_not_received": "carrier"}


class Scan(Model):
    """One scan of a parcel. `reason` is an open set: a code that we do not know stands there as it came."""

    at: Instant
    status: ParcelStatus
    reason: str | None = None


def party_of(reason: str | None) -> Party:
    """Who answers for a reason, by its prefix.

    Who answers for `short_contents`, the packer or a thief on the way, only an investigation can tell.
    """
    if reason is None:
        return "unknown"
    for prefix, party in PREFIXES.items():
        if reason.startswith(prefix):
            return party
    return _WITHOUT_PREFIX.get(reason, "unknown")
