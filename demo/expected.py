"""The cases that must come of the day. Pure."""

from collections.abc import Iterable

from demo.parcel_script import parcel_of
from domain.base import Model
from domain.records import CaseKind


class Expected(Model):
    """Cases by their ids; those of parcels by kind and parcel, as their numbers follow from what happens."""

    case_ids: tuple[str, ...]
    of_parcels: tuple[tuple[CaseKind, str], ...] = ()

    def missing(self, found: Iterable[str]) -> list[str]:
        """What is not among the cases that there are."""
        ids = set(found)
        there = {(case_id.partition(":")[0], parcel_of(case_id)) for case_id in ids}
        of_parcels = [
            f"a {kind} of {parcel}" for kind, parcel in self.of_parcels if (kind, parcel) not in there
        ]
        return [case_id for case_id in self.case_ids if case_id not in ids] + of_parcels
