"""What the carriers remember: parcels, their labels and the scans made or still to be made."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.base import Instant, Model
from sandbox.http import Refusal, not_found
from sandbox.journal import Journal
from sandbox.messages import LabelOrder, ParcelLabel, Scan
from sandbox.vocabulary import CARRIERS, native_code


class Registered(Model):
    """A carrier knows a parcel; `label` when it printed the parcel's label itself."""

    entry: Literal["registered"] = "registered"
    carrier: str
    tracking_no: str
    label: LabelOrder | None = None


class NativeScan(Model):
    """A scan in the carrier's own words."""

    code: str
    at: Instant
    text: str


class Scanned(NativeScan):
    """A scan was made, or will be seen from `at` on."""

    entry: Literal["scanned"] = "scanned"
    carrier: str
    tracking_no: str


Entry = Registered | Scanned
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Carriers:
    """All carriers' memory, rebuilt from their journal. Scans stay in the order they were reported."""

    def __init__(self, journal: Journal[Entry]) -> None:
        self._journal = journal
        self._parcels: dict[tuple[str, str], list[NativeScan]] = {}
        self._labels: dict[tuple[str, str, str], Registered] = {}
        for entry in journal.replay():
            self._apply(entry)

    def register(self, carrier: str, tracking_no: str) -> None:
        """Know a parcel; again is fine."""
        if (_known(carrier), tracking_no) not in self._parcels:
            self._record(Registered(carrier=carrier, tracking_no=tracking_no))

    def label(self, carrier: str, asked: LabelOrder) -> ParcelLabel:
        """Print a label once per key; raises `Refusal`."""
        key = (_known(carrier), asked.merchant, asked.key)
        if key not in self._labels:
            number = f"{carrier[:2].upper()}{len(self._parcels) + 1:010d}"
            self._record(Registered(carrier=carrier, tracking_no=number, label=asked))
        first = self._labels[key]
        if first.label != asked:
            raise Refusal(409, "idempotency_conflict", "this key was used with other content")
        return ParcelLabel(
            carrier=carrier,
            tracking_no=first.tracking_no,
            url=f"https://labels.{carrier}.example/{first.tracking_no}.pdf",
        )

    def scan(self, carrier: str, tracking_no: str, scan: Scan, now: datetime) -> None:
        """Report a scan, of whatever time; the same again makes a duplicate."""
        self._parcel(carrier, tracking_no)
        scanned = Scanned(
            carrier=carrier,
            tracking_no=tracking_no,
            code=scan.code or native_code(carrier, scan.status, scan.reason),
            at=scan.at or now,
            text=scan.text or scan.reason or scan.status,
        )
        self._record(scanned)

    def scans(self, carrier: str, tracking_no: str, now: datetime) -> list[NativeScan]:
        """The scans that have been made by now; raises `Refusal` for an unknown number."""
        return [scan for scan in self._parcel(carrier, tracking_no) if scan.at <= now]

    def _parcel(self, carrier: str, tracking_no: str) -> list[NativeScan]:
        if (_known(carrier), tracking_no) not in self._parcels:
            raise not_found("parcel")
        return self._parcels[(carrier, tracking_no)]

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, Registered):
            self._parcels[(entry.carrier, entry.tracking_no)] = []
            if entry.label is not None:
                self._labels[(entry.carrier, entry.label.merchant, entry.label.key)] = entry
        else:
            scan = NativeScan(code=entry.code, at=entry.at, text=entry.text)
            self._parcels[(entry.carrier, entry.tracking_no)].append(scan)


def _known(carrier: str) -> str:
    if carrier not in CARRIERS:
        raise Refusal(404, "unknown_carrier", f"there is no carrier {carrier}")
    return carrier
