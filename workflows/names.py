"""Names that outsiders rely on: the task queue, workflow types and search attributes (contracts §4)."""

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "casework"
RETURN_CASE = "ReturnCase"
REFUND = "Refund"

CASE_KIND = SearchAttributeKey.for_keyword("CaseKind")
MERCHANT = SearchAttributeKey.for_keyword("Merchant")
PRIORITY = SearchAttributeKey.for_keyword("Priority")
CHANNEL = SearchAttributeKey.for_keyword("Channel")
SLA_STATE = SearchAttributeKey.for_keyword("SlaState")

SEARCH_ATTRIBUTES = (CASE_KIND, MERCHANT, PRIORITY, CHANNEL, SLA_STATE)
