"""What the watch over a parcel is at a moment: folded from its events, changed in no other way."""

from datetime import datetime, timedelta
from typing import Literal

from domain.base import Model, UtcInstant
from domain.cases.relief import Relieved
from domain.cases.state import CaseState
from domain.parcels import Course, Journey, ParcelBook, WatchedKind, course_of
from domain.policy.parcel_terms import ShipmentTerms
from domain.regions import lane
from domain.shipments.messages import Leg

Stage = Literal["opening", "watching", "closed"]

SILENT: tuple[WatchedKind, ...] = ("not_picked_up", "stalled", "lost", "late")
"""What time alone raises; extreme weather excuses it."""


class Spared(Model):
    """A time in which extreme weather touched the parcel; without `until` it still does."""

    since: UtcInstant
    until: UtcInstant | None = None

    def covers(self, at: datetime) -> bool:
        """Whether it lasted then."""
        return self.since <= at and (self.until is None or at <= self.until)


class RaisedCase(Model):
    """The case that an exception became."""

    number: int
    kind: WatchedKind
    raised_at: UtcInstant
    case_id: str | None = None


class ShipmentState(CaseState[ShipmentTerms, Stage], Relieved):
    """A parcel and all that is known of it."""

    policy_asked: str = "standard"
    carrier: str = ""
    tracking_no: str = ""
    leg: Leg = "outbound"
    method: str = ""
    shipped_at: UtcInstant | None = None
    promised_by: UtcInstant | None = None
    origin: str | None = None
    destination: str | None = None
    book: ParcelBook = ParcelBook()
    spared: list[Spared] = []
    raised: list[RaisedCase] = []

    @property
    def lane(self) -> str | None:
        """From which region to which."""
        return lane(self.origin, self.destination)

    @property
    def is_relieved(self) -> bool:
        """Whether extreme weather touches it now."""
        return bool(self.reliefs)

    @property
    def journey(self) -> Journey:
        """The frame in which its scans are judged: the promise is later by what the weather took."""
        assert self.shipped_at is not None
        took = sum(
            ((each.until - each.since) for each in self.spared if each.until is not None), start=timedelta(0)
        )
        return Journey(
            shipped_at=self.shipped_at,
            promised_by=self.promised_by + took if self.promised_by else None,
            thresholds=self.terms.parcels.thresholds(self.method, self.lane),
        )

    def excuses(self, kind: WatchedKind, raised_at: datetime) -> bool:
        """Whether extreme weather excuses what time alone raised."""
        return kind in SILENT and any(each.covers(raised_at) for each in self.spared)

    def course(self, as_of: datetime) -> Course:
        """Where the parcel is, as of a moment."""
        return course_of(self.book, self.journey, as_of)
