"""Random parcels on a grid of ticks, for the watch and for the slow model."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import strategies as st

from domain.parcels import Journey, ParcelStatus, Scan, Thresholds
from tests.domain.parcels.slow_model import ORDER, Said, SlowWatch

BASE = datetime(2026, 11, 11, tzinfo=UTC)
TICK = timedelta(hours=1)
REASONS = (
    "",
    "carrier_parcel_lost",
    "carrier_parcel_destroyed",
    "carrier_damaged_parcel",
    "short_contents",
    "wrong_delivery",
    "signed_not_received",
    "consignee_not_home",
    "weather_delay",
)
plain = st.sampled_from(["picked_up", "in_transit", "in_transit", "in_transit"])
statuses = st.one_of(plain, st.sampled_from([*ORDER, "stalled"]))
reasons = st.one_of(st.just(""), st.just(""), st.sampled_from(REASONS))
said = st.builds(Said, st.integers(-12, 80), statuses, reasons)
"""Ticks are few, so that scans often share one."""


def tick(number: int) -> datetime:
    return BASE + number * TICK


def as_scan(one: Said) -> Scan:
    return Scan(at=tick(one.at), status=cast("ParcelStatus", one.status), reason=one.reason or None)


@st.composite
def parcels(draw: st.DrawFn, most: int = 20) -> SlowWatch:
    """Shipped at 0; thresholds of a few ticks, or off."""
    limit = st.one_of(st.none(), st.integers(1, 24), st.integers(1, 24), st.integers(1, 24))
    return SlowWatch(
        shipped_at=0,
        promised_by=draw(st.one_of(st.none(), st.integers(-10, 60))),
        no_pickup=draw(limit),
        stall=draw(limit),
        late=draw(limit),
        lost=draw(st.one_of(st.none(), st.integers(1, 60))),
        said=draw(st.lists(said, max_size=most)),
    )


def journey_of(slow: SlowWatch) -> Journey:
    limits: dict[str, Any] = {name: getattr(slow, name) for name in Thresholds.model_fields}
    return Journey(
        shipped_at=tick(slow.shipped_at),
        promised_by=None if slow.promised_by is None else tick(slow.promised_by),
        thresholds=Thresholds(**{name: None if n is None else f"{n}h" for name, n in limits.items()}),
    )
