"""How the two make-believe carriers word a scan: `swift` like AfterShip, `harbour` like 17TRACK."""

from typing import Literal

Status = Literal[
    "registered",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "ready_for_pickup",
    "delivered",
    "attempt_failed",
    "held",
    "exception",
    "returning",
    "returned",
]

# (status, reason) to the carrier's code. A reason that a carrier has no code for is said in words only.
SWIFT: dict[tuple[str, str | None], str] = {
    ("registered", None): "InfoReceived_001",
    ("picked_up", None): "InTransit_002",
    ("in_transit", None): "InTransit_001",
    ("out_for_delivery", None): "OutForDelivery_001",
    ("ready_for_pickup", None): "AvailableForPickup_001",
    ("delivered", None): "Delivered_001",
    ("attempt_failed", None): "AttemptFail_001",
    ("attempt_failed", "consignee_not_home"): "AttemptFail_002",
    ("attempt_failed", "consignee_business_closed"): "AttemptFail_003",
    ("held", None): "Exception_006",
    ("exception", None): "Exception_001",
    ("exception", "consignee_moved"): "Exception_002",
    ("exception", "consignee_refused"): "Exception_003",
    ("exception", "customs_delay"): "Exception_004",
    ("exception", "consignee_incorrect_address"): "Exception_007",
    ("exception", "carrier_damaged_parcel"): "Exception_012",
    ("exception", "carrier_parcel_lost"): "Exception_013",
    ("exception", "weather_delay"): "Exception_017",
    ("returning", None): "Exception_010",
    ("returned", None): "Exception_011",
}

HARBOUR: dict[tuple[str, str | None], str] = {
    ("registered", None): "InfoReceived",
    ("picked_up", None): "InTransit_PickedUp",
    ("in_transit", None): "InTransit_Other",
    ("out_for_delivery", None): "OutForDelivery_Other",
    ("ready_for_pickup", None): "AvailableForPickup_Other",
    ("delivered", None): "Delivered_Other",
    ("attempt_failed", None): "DeliveryFailure_Other",
    ("attempt_failed", "consignee_not_home"): "DeliveryFailure_NoBody",
    ("attempt_failed", "consignee_refused"): "DeliveryFailure_Rejected",
    ("attempt_failed", "consignee_incorrect_address"): "DeliveryFailure_InvalidAddress",
    ("held", None): "InTransit_CustomsRequiringInformation",
    ("exception", None): "Exception_Other",
    ("exception", "consignee_refused"): "Exception_Rejected",
    ("exception", "carrier_damaged_parcel"): "Exception_Damage",
    ("exception", "carrier_parcel_lost"): "Exception_Lost",
    ("exception", "carrier_delay"): "Exception_Delayed",
    ("returning", None): "Exception_Returning",
    ("returned", None): "Exception_Returned",
}

CARRIERS: dict[str, dict[tuple[str, str | None], str]] = {"swift": SWIFT, "harbour": HARBOUR}


def native_code(carrier: str, status: str, reason: str | None) -> str:
    """The carrier's code for a scan, the general one where it has none for the reason."""
    codes = CARRIERS[carrier]
    return codes.get((status, reason)) or codes[(status, None)]
