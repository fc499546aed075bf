"""Given a parcel, when scans or time come, then events: the harness of the watch's rules."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.notices import Notice
from domain.orders import Order
from domain.parcels import ParcelStatus, Scan
from domain.policy import CaseProfile, Policy
from domain.policy.parcel_terms import ShipmentTerms
from domain.shipments import messages as ask
from domain.shipments.decisions import decide, decide_due, decide_open, decide_scans, next_deadline
from domain.shipments.evolve import FOLD
from domain.shipments.kind import SHIPMENT
from domain.shipments.notices import notices_of
from domain.shipments.opening import Prepared
from domain.shipments.state import ShipmentState
from tests.domain.returns.given import CHINA, CONTENT
from tests.domain.returns.given import order as bought

SHIPPED_AT = datetime(2026, 11, 16, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday morning


def terms(**changes: Any) -> ShipmentTerms:
    """The standard policy pinned on that Monday; `changes` go into its rules for parcels."""
    content = {**CONTENT, "parcels": {**CONTENT["parcels"], **changes}}
    profile = CaseProfile(kind="shipment")
    return Policy.model_validate(content).pin(ShipmentTerms, profile, SHIPPED_AT, {"cn": CHINA})


def parcel(**changes: Any) -> ask.Parcel:
    """A parcel of the order, sent that morning, in a week at the customer's."""
    given: dict[str, Any] = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "carrier": "swift",
        "tracking_no": "SW123456",
        "shipped_at": SHIPPED_AT,
        "origin": "CN-44",
        "destination": "CN-33",
        "language": "en",
    }
    return ask.Parcel.model_validate({**given, **changes})


def sent() -> Order:
    """The order, not received yet."""
    return bought(received_at=None)


class Story:
    """A watched parcel under test: its state, its facts, its time."""

    def __init__(self, rules: dict[str, Any] | None = None, **given: Any) -> None:
        self.now = SHIPPED_AT
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.scans: list[Scan] = []
        prepared = Prepared(order=sent(), terms=terms(**(rules or {})), terms_hash="t")
        self.state: ShipmentState = SHIPMENT.blank("shipment:m1:swift.SW123456", prepared.terms)
        self.happens(*decide_open(parcel(**given), prepared, "h", self.now))

    def happens(self, *events: CaseEvent, by: str = "system") -> "Story":
        """Facts that need no request."""
        self.state, told = FOLD.record(self.state, events, self.now, by)
        self.facts += told
        for fact in told:
            self.notices += notices_of(self.state, fact, self.now)
        return self

    def after(self, **span: float) -> "Story":
        """Let time pass, and what it brings about happen at its moment."""
        end = self.now + timedelta(**span)
        while (due := next_deadline(self.state)) and due[0] <= end:
            self.now = max(self.now, due[0])
            self.happens(*decide_due(self.state, self.now), by="clock")
        self.now = end
        return self

    def scanned(self, status: ParcelStatus, reason: str | None = None, **ago: float) -> "Story":
        """The carrier tells one more scan, made now or so long ago, beside all that it told before."""
        self.scans.append(Scan(status=status, reason=reason, at=self.now - timedelta(**ago)))
        return self.happens(*decide_scans(self.state, self.scans, self.now), by="carrier")

    def asked(self, command: ask.Command) -> "Story":
        """A request that is applied."""
        return self.happens(*decide(self.state, command, self.now))

    def names(self) -> list[str]:
        """The facts so far: milestones and exceptions by what they are about."""
        return [_name(fact.event) for fact in self.facts]

    def told(self) -> list[str]:
        """The kinds of notices so far."""
        return [notice.kind for notice in self.notices]


def _name(event: CaseEvent) -> str:
    what = (
        getattr(event, "milestone", None) or getattr(event, "kind", None) or getattr(event, "outcome", None)
    )
    name = event.name.removeprefix("shipment.")
    return f"{name} {what}" if what and not name.startswith("opened") else name
