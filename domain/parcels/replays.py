"""The file of `./casework watch replay` and its answer (contracts §3)."""

from datetime import timedelta, timezone
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.base import Model
from domain.parcels.course import Journey, Thresholds, course
from domain.parcels.vocabulary import ParcelStatus, Scan, WatchedKind
from domain.sla.replays import ReplayInstant


class ReplayScan(Scan):
    """A scan of the file."""

    at: ReplayInstant


class Shipment(Model):
    """A parcel with its scans, in any order. Without `promised_by` it is never late."""

    tracking_no: Annotated[str, Field(min_length=1)]
    shipped_at: ReplayInstant
    promised_by: ReplayInstant | None = None
    scans: tuple[ReplayScan, ...]


class WatchReplay(Model):
    """Parcels, and how long is too long; scans after `as_of` do not count."""

    thresholds: Thresholds
    shipments: tuple[Shipment, ...]
    as_of: ReplayInstant


class ExceptionRow(Model):
    """An exception; `cleared_at` is None while it lasts."""

    kind: WatchedKind
    raised_at: AwareDatetime
    cleared_at: AwareDatetime | None


class ShipmentRow(Model):
    """A parcel as of the moment: its last status, and its exceptions in the order of their raising."""

    tracking_no: str
    status: ParcelStatus
    exceptions: tuple[ExceptionRow, ...]


class WatchReplayAnswer(Model):
    """One row per shipment, in the order of the file; times with the offset of its `shipped_at`."""

    shipments: tuple[ShipmentRow, ...]


def replay_watch(asked: WatchReplay) -> WatchReplayAnswer:
    """Judge every shipment of the file as of its moment."""
    return WatchReplayAnswer(shipments=tuple(_row(asked, shipment) for shipment in asked.shipments))


def _row(asked: WatchReplay, shipment: Shipment) -> ShipmentRow:
    journey = Journey(
        shipped_at=shipment.shipped_at, promised_by=shipment.promised_by, thresholds=asked.thresholds
    )
    found = course(journey, shipment.scans, asked.as_of)
    zone = timezone(shipment.shipped_at.utcoffset() or timedelta(0))
    exceptions = [
        {
            "kind": episode.kind,
            "raised_at": episode.raised_at.astimezone(zone),
            "cleared_at": episode.cleared_at and episode.cleared_at.astimezone(zone),
        }
        for episode in found.episodes
    ]
    return ShipmentRow.model_validate(
        {"tracking_no": shipment.tracking_no, "status": found.status, "exceptions": exceptions}
    )
