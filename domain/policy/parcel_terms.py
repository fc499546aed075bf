"""What the watch over a parcel carries of its policy."""

from domain.policy.delivery_rules import DeliveryRules
from domain.policy.parcel_rules import ParcelRules
from domain.policy.pinned import PinnedPolicy
from domain.policy.work_rules import LookupRules


class ShipmentTerms(PinnedPolicy):
    """What a shipment carries: also which exceptions become a case."""

    kind = "shipment"
    sections = ("parcels", "lookups", "deliveries")

    parcels: ParcelRules
    lookups: LookupRules
    deliveries: DeliveryRules
