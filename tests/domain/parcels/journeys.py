"""Words for telling the journey of a parcel: hours since it was shipped, scans, exceptions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from domain.parcels import Course, Journey, ParcelStatus, Scan, Thresholds, course

SHIPPED_AT = datetime.fromisoformat("2026-11-11T18:00:00+08:00")
USUAL = Thresholds(no_pickup="24h", stall="48h", late="24h", lost="7d")
OFF = Thresholds(no_pickup=None, stall=None, late=None, lost=None)

Row = tuple[str, float, float | None]
"""An exception: what, raised at which hour, cleared at which hour."""


def hour(hours: float) -> datetime:
    """So many hours after the shipping."""
    return SHIPPED_AT + timedelta(hours=hours)


def hours_at(at: datetime) -> float:
    """The hour of an instant."""
    return (at - SHIPPED_AT) / timedelta(hours=1)


def scan(hours: float, said: str) -> Scan:
    """`held customs_delay` is a status with a reason."""
    status, _, reason = said.partition(" ")
    return Scan(at=hour(hours), status=cast("ParcelStatus", status), reason=reason or None)


def scans(said: dict[float, str]) -> list[Scan]:
    """A scan per hour."""
    return [scan(hours, words) for hours, words in said.items()]


def journey(promised: float | None = None, **changes: Any) -> Journey:
    """Promised by an hour; the usual thresholds unless said otherwise."""
    thresholds = Thresholds.model_validate({**USUAL.model_dump(), **changes})
    promised_by = None if promised is None else hour(promised)
    return Journey(shipped_at=SHIPPED_AT, promised_by=promised_by, thresholds=thresholds)


def rows_of(found: Course) -> list[Row]:
    """The exceptions of a course."""
    return [
        (e.kind, hours_at(e.raised_at), None if e.cleared_at is None else hours_at(e.cleared_at))
        for e in found.episodes
    ]


def seen_at(hours: float, frame: Journey, said: Iterable[Scan]) -> list[Row]:
    """The exceptions as of an hour."""
    return rows_of(course(frame, said, hour(hours)))
