"""What the opening of a watch needs to know of the outside."""

from typing import Annotated

from domain.base import Model
from domain.cases.opening import Opening
from domain.orders import Order
from domain.policy.packed import PACKS, unpacks
from domain.policy.parcel_terms import ShipmentTerms
from domain.shipments.messages import OpenShipment

ShipmentOpening = Opening[OpenShipment]


class Prepared(Model):
    """The order, and the policy that is pinned to the watch."""

    order: Order
    terms: Annotated[ShipmentTerms, unpacks(ShipmentTerms), PACKS]
    terms_hash: str
