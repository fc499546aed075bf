"""What a scan does by its status and reason alone: the exceptions that it raises and ends, the milestone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from domain.parcels.vocabulary import (
    DAMAGE_REASONS,
    JOURNEY_ENDS,
    LOSS_REASONS,
    NOT_MOVING,
    NOT_SEEN,
    SILENCES,
    WRONG_DELIVERY_REASONS,
    ParcelStatus,
    Scan,
    WatchedKind,
)

Milestone = Literal["picked_up", "out_for_delivery", "arrived", "delivered"]
MILESTONES: tuple[Milestone, ...] = get_args(Milestone)
"""What a customer is told, in the order of a plain journey."""

_STATUSES: tuple[ParcelStatus, ...] = get_args(ParcelStatus)

_MILESTONE_OF: Mapping[ParcelStatus, Milestone] = {
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "arrived",
    "delivered": "delivered",
}

_ENDED_BY: Mapping[WatchedKind, tuple[ParcelStatus, ...]] = {
    "late": JOURNEY_ENDS,
    "loss": tuple(status for status in _STATUSES if status not in NOT_SEEN),
    "wrong_delivery": JOURNEY_ENDS,
    "attempt_failed": ("out_for_delivery", "ready_for_pickup", "returning", *JOURNEY_ENDS),
    "returning": JOURNEY_ENDS,
}
"""No scan mends a damage, so it is not here."""

_RANK: Mapping[ParcelStatus, int] = {status: rank for rank, status in enumerate(_STATUSES)}


class Effect(NamedTuple):
    """What a scan does, whenever it is made."""

    status: ParcelStatus
    seen: bool
    """Somebody saw the parcel; without that the scan does nothing."""
    moving: bool
    """The carrier has it."""
    ends_journey: bool
    milestone: Milestone | None
    raises: tuple[WatchedKind, ...]
    ends: frozenset[WatchedKind]
    ends_with_silence: frozenset[WatchedKind]
    """The same, and all that silence has raised."""


@lru_cache(maxsize=1024)
def effect_of(status: ParcelStatus, reason: str) -> Effect:
    """The effect of a scan with this status and reason ("" for none). It never ends what it raises itself."""
    raises = tuple(_raised(status, reason))
    ended: list[WatchedKind] = [
        kind for kind, statuses in _ENDED_BY.items() if status in statuses and kind not in raises
    ]
    return Effect(
        status=status,
        seen=status not in NOT_SEEN,
        moving=status not in NOT_MOVING,
        ends_journey=status in JOURNEY_ENDS,
        milestone=_MILESTONE_OF.get(status),
        raises=raises,
        ends=frozenset(ended),
        ends_with_silence=frozenset((*ended, *SILENCES)),
    )


def in_event_order(scan: Scan) -> tuple[datetime, int, str]:
    """A scan as the key to sort by: event time in UTC, its status' place in a journey, its reason or "".

    The order of arrival plays no part, so that the same scans always give the same answer. Two scans with the
    same key are the same scan.
    """
    return scan.at.astimezone(UTC), _RANK[scan.status], scan.reason or ""


@lru_cache(maxsize=1024)
def ranked_effect(rank: int, reason: str) -> Effect:
    """The effect of a scan by the last two parts of its key."""
    return effect_of(_STATUSES[rank], reason)


def _raised(status: ParcelStatus, reason: str) -> list[WatchedKind]:
    # A consignee's reason says that delivery was in vain only where the carrier calls it an exception:
    # "left with a neighbour, not home" is a delivery, "on its way back, refused" a return.
    in_vain = status == "exception" and reason.startswith("consignee_")
    told: Mapping[WatchedKind, bool] = {
        "loss": reason in LOSS_REASONS,
        "damage": reason in DAMAGE_REASONS,
        "wrong_delivery": reason in WRONG_DELIVERY_REASONS,
        "attempt_failed": status == "attempt_failed" or in_vain,
        "returning": status == "returning",
    }
    return [kind for kind, is_told in told.items() if is_told]
