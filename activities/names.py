"""Names that outsiders rely on: the task queue, workflow types and search attributes (contracts §4)."""

from temporalio.common import SearchAttributeKey

from domain.records import CaseKind

TASK_QUEUE = "casework"
RETURN_CASE = "ReturnCase"
COMPLAINT_CASE = "ComplaintCase"
DELIVERY_EXCEPTION = "DeliveryException"
SHIPMENT_WATCH = "ShipmentWatch"
CARRIER_CLAIM = "CarrierClaim"
IMPROVEMENT = "Improvement"
REFUND = "Refund"
WEATHER_RELIEF = "WeatherRelief"
WATCHDOG = "Watchdog"

WORKFLOW_TYPES: dict[CaseKind, str] = {
    "return": RETURN_CASE,
    "complaint": COMPLAINT_CASE,
    "delivery": DELIVERY_EXCEPTION,
    "shipment": SHIPMENT_WATCH,
    "claim": CARRIER_CLAIM,
    "improvement": IMPROVEMENT,
}
"""The workflow type of each kind of case."""

CASE_KIND = SearchAttributeKey.for_keyword("CaseKind")
MERCHANT = SearchAttributeKey.for_keyword("Merchant")
PRIORITY = SearchAttributeKey.for_keyword("Priority")
CHANNEL = SearchAttributeKey.for_keyword("Channel")
SLA_STATE = SearchAttributeKey.for_keyword("SlaState")

SEARCH_ATTRIBUTES = (CASE_KIND, MERCHANT, PRIORITY, CHANNEL, SLA_STATE)
