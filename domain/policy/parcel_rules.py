"""What a policy says about parcels: delivery methods, how long is too long, how long one is followed."""

from typing import Self

from pydantic import Field, model_validator

from domain.base import Model, Slug
from domain.parcels.course import Thresholds
from domain.policy.periods import Period
from domain.sla.quantities import Duration


class MethodRules(Model):
    """A delivery method that an order may have chosen (sop L1), and how its parcels are judged (L2)."""

    promise: Period | None = None
    """Until when it is to arrive where the order names no day; None: nothing is promised."""
    thresholds: Thresholds


class ParcelRules(Model):
    """All of it, for the watch over a parcel."""

    methods: dict[Slug, MethodRules] = Field(min_length=1)
    lanes: dict[str, Thresholds] = {}
    """Lanes (`CN-44>CN-65`) whose thresholds differ, whatever the method."""
    other_method: Slug
    """What holds for a method that is not named."""
    given_up_after: Duration
    """Silence after which nobody asks the carrier any more: the watch is over."""

    @model_validator(mode="after")
    def _has_the_other_method(self) -> Self:
        if self.other_method not in self.methods:
            known = ", ".join(self.methods)
            raise ValueError(f"other_method: there is no method {self.other_method} (there is: {known})")
        return self

    def method(self, name: str) -> MethodRules:
        """The rules of a method."""
        return self.methods.get(name, self.methods[self.other_method])

    def thresholds(self, method: str, lane: str | None) -> Thresholds:
        """How long is too long for a parcel of this method on this lane."""
        return self.lanes.get(lane or "", self.method(method).thresholds)
