"""What may happen to a watched parcel next, by the dice: scans in any order, promises, storms.

The shipped policies give parcels no clocks; these stories are held to a policy of ours that does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from domain.cases.events import CaseEvent
from domain.cases.messages import Reopen
from domain.parcels import Scan
from domain.policy import CaseProfile, Policy
from domain.policy.parcel_terms import ShipmentTerms
from domain.shipments import messages as ask
from domain.shipments.decisions import decide, decide_open, decide_reopen, decide_scans
from domain.shipments.kind import SHIPMENT
from domain.shipments.opening import Prepared
from domain.shipments.state import ShipmentState
from tests.domain.clock_stories import Driver, Opening
from tests.domain.returns.given import CHINA, CONTENT
from tests.domain.shipments.given import SHIPPED_AT, parcel, sent

CLOCKS = {
    "arrival": {
        "calendar": "always",
        "targets": [{"target": "3 days"}],
        "start": ["shipment.opened"],
        "stop": ["shipment.closed"],
        "pause": ["shipment.relief_granted"],
        "resume": ["shipment.relief_ended"],
        "reopen": "continue",
        "ladder": [{"at": "75%", "tell": ["agent"]}, {"after": "4h", "tell": ["lead"]}],
    },
    "trouble": {
        "calendar": "desk",
        "targets": [{"target": "8h"}],
        "start": ["shipment.exception_raised"],
        "stop": ["shipment.exception_cleared", "shipment.exception_withdrawn", "shipment.closed"],
        "reopen": "new",
    },
}
POLICY = Policy.model_validate({**CONTENT, "metrics": {**CONTENT["metrics"], "shipment": CLOCKS}})
TERMS = POLICY.pin(ShipmentTerms, CaseProfile(kind="shipment"), SHIPPED_AT, {"cn": CHINA})
STATUSES = (
    "picked_up",
    "in_transit",
    "in_transit",
    "held",
    "out_for_delivery",
    "attempt_failed",
    "delivered",
)


def _begin(dice: Random) -> Opening:
    prepared = Prepared(order=sent(), terms=TERMS, terms_hash="t")
    asked = parcel(promised_by=SHIPPED_AT + timedelta(days=dice.randint(1, 6)))
    return Opening(SHIPPED_AT, TERMS, decide_open(asked, prepared, "h", SHIPPED_AT))


def _next(state: ShipmentState, dice: Random, now: datetime) -> Sequence[CaseEvent]:
    if not state.open:
        return decide_reopen(state, Reopen(reason="by_ops", by="ops"))
    if dice.random() < 0.6:
        return decide_scans(state, [_scan(state, dice, now) for _ in range(dice.randint(1, 2))], now)
    return decide(state, _request(dice, now), now)


def _scan(state: ShipmentState, dice: Random, now: datetime) -> Scan:
    """A scan that we hear of at once, or hours after it was made."""
    assert state.shipped_at is not None
    at = max(now - timedelta(hours=dice.choice((0, 0, 2, 30))), state.shipped_at)
    return Scan.model_validate({"status": dice.choice(STATUSES), "at": at})


def _request(dice: Random, now: datetime) -> ask.Command:
    until = now + timedelta(hours=dice.choice((6, 50, -1)))
    asked: list[ask.Command] = [
        ask.Promise(by="a", promised_by=now + timedelta(days=2), reason="x"),
        ask.GrantRelief(by="w", window="w1", region="CN-33", reason="weather_delay", until=until),
        ask.GrantRelief(by="w", window="w1", region="CN-33", reason="weather_delay", until=until),
    ]
    return ask.StopWatching(by="a", reason="x") if dice.random() < 0.1 else dice.choice(asked)


SHIPMENTS = Driver(kind=SHIPMENT, case_id="shipment:m1:swift.SW123456", begin=_begin, next=_next)
