"""All kinds of cases: the one list that store, starters and workers go by."""

from typing import Any, cast

from domain.carrier_claims.kind import CLAIM
from domain.cases.kind import Kind
from domain.complaints.kind import COMPLAINT
from domain.deliveries.kind import DELIVERY
from domain.errors import InvalidRequest
from domain.improvements.kind import IMPROVEMENT
from domain.records import CaseKind
from domain.returns.kind import RETURN
from domain.shipments.kind import SHIPMENT

KINDS: dict[CaseKind, Kind[Any]] = {
    kind.name: cast("Kind[Any]", kind) for kind in (RETURN, COMPLAINT, SHIPMENT, DELIVERY, CLAIM, IMPROVEMENT)
}


def has_kind(case_id: str) -> bool:
    """Whether the stream with this id is a case's; a refund's is none."""
    return case_id.partition(":")[0] in KINDS


def kind_of(case_id: str) -> Kind[Any]:
    """The kind that a case's id names. Raises `InvalidRequest` that says which there are."""
    name = case_id.partition(":")[0]
    for kind in KINDS.values():
        if kind.name == name:
            return kind
    raise InvalidRequest(f"{case_id}: there is no kind of case {name}; there is: {', '.join(KINDS)}")
