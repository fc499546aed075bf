"""All carriers behind one door: each with its own shape of answer and its own table of codes."""

from collections.abc import Callable, Mapping
from typing import Literal

from domain.base import Instant, Model
from domain.errors import NotFound, ProviderRefused
from domain.parcels import Scan
from providers.carrier_codes import CodeTable, code_table
from providers.http import HttpSystem, path
from providers.ports import Label, LabelRequest, Tracking


class _Checkpoint(Model):
    checkpoint_time: Instant
    subtag: str


class _SwiftTracking(Model):
    checkpoints: list[_Checkpoint] = []


class SwiftParcel(Model):
    """A parcel as an AfterShip-like carrier answers: checkpoints as they were reported."""

    tracking: _SwiftTracking

    def coded_scans(self) -> list[tuple[Instant, str]]:
        """When, and the carrier's code, in the order reported."""
        return [(scan.checkpoint_time, scan.subtag) for scan in self.tracking.checkpoints]


class _Event(Model):
    time_utc: Instant
    sub_status: str


class _Leg(Model):
    events: list[_Event] = []


class _Legs(Model):
    providers: list[_Leg] = []


class _TrackInfo(Model):
    tracking: _Legs


class HarbourParcel(Model):
    """A parcel as a 17TRACK-like carrier answers: events per leg, the newest report first."""

    track_info: _TrackInfo

    def coded_scans(self) -> list[tuple[Instant, str]]:
        """When, and the carrier's code, in the order reported."""
        events = [event for leg in self.track_info.tracking.providers for event in leg.events]
        return [(event.time_utc, event.sub_status) for event in reversed(events)]


CarrierName = Literal["swift", "harbour"]
SHAPES: Mapping[str, type[SwiftParcel] | type[HarbourParcel]] = {
    "swift": SwiftParcel,
    "harbour": HarbourParcel,
}


class _Label(Model):
    carrier: str
    tracking_no: str
    url: str


class HttpCarriers:
    """`CarrierPort` for the carriers that we have a shape and a table for; labels come from one of them."""

    def __init__(
        self,
        system: HttpSystem,
        label_carrier: CarrierName = "swift",
        tables: Callable[[str], CodeTable] = code_table,
    ) -> None:
        self._system = system
        self._label_carrier = label_carrier
        self._tables = tables

    async def track(self, carrier: str, tracking_no: str) -> Tracking | None:
        """The parcel's scans in event order, each once; None while the carrier does not know the number.

        Raises `ProviderRefused` for a carrier that we do not speak to.
        """
        shape = SHAPES[_known(carrier)]
        where = path(carrier, "parcels", tracking_no)
        try:
            parcel = await self._system.ask("a parcel", where, shape, missing=NotFound)
        except NotFound:
            return None
        scans = [_scan(at, code, self._tables(carrier)) for at, code in parcel.coded_scans()]
        once = list(dict.fromkeys(scans))  # carriers repeat themselves
        # stable: scans of the same second stay as reported
        return Tracking(
            carrier=carrier, tracking_no=tracking_no, scans=sorted(once, key=lambda scan: scan.at)
        )

    async def create_label(self, request: LabelRequest) -> Label:
        """A prepaid label for the way back, once per key."""
        where = path(self._label_carrier, "labels")
        label = await self._system.tell("a return label", where, request, _Label)
        return Label(carrier=label.carrier, tracking_no=label.tracking_no, url=label.url)


def _scan(at: Instant, code: str, table: CodeTable) -> Scan:
    status, reason = table.translate(code)
    return Scan(at=at, status=status, reason=reason)


def _known(carrier: str) -> str:
    if carrier not in SHAPES:
        known = ", ".join(SHAPES)
        raise ProviderRefused(
            f"we do not speak to the carrier {carrier}; we do to {known}", reason="unknown_carrier"
        )
    return carrier
