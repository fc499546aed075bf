"""What opening a delivery exception needs to know of the outside."""

from typing import Annotated

from domain.base import Instant, Model
from domain.cases.messages import Answer
from domain.cases.opening import Opening
from domain.deliveries.messages import OpenDelivery
from domain.deliveries.state import DeliveryState
from domain.orders import Order
from domain.policy.delivery_terms import DeliveryTerms
from domain.policy.packed import PACKS, unpacks
from domain.records import UnitRange

DeliveryOpening = Opening[OpenDelivery]


class Prepared(Model):
    """The order, the policy that is pinned to the case, the units that it claims, the carrier's last word."""

    order: Order
    terms: Annotated[DeliveryTerms, unpacks(DeliveryTerms), PACKS]
    terms_hash: str
    units: dict[str, list[UnitRange]]
    last_status: str | None = None
    last_scan_at: Instant | None = None


class Restored(Model):
    """A case as the store knows it, and the units that it could claim again."""

    state: DeliveryState
    units: dict[str, list[UnitRange]]
    answers: dict[str, Answer] = {}
