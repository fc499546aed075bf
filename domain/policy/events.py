"""The facts that clocks may listen to: a name that no case records would be a clock that never runs."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

KNOWN_EVENTS = frozenset(
    {
        "return.applied",
        "return.info_requested",
        "return.info_given",
        "return.approved",
        "return.refused",
        "return.cancelled",
        "return.label_made",
        "return.label_refused",
        "return.reminded",
        "return.shipped",
        "return.delivered",
        "return.parcel_refused",
        "return.parcel_missing",
        "return.parcel_lost",
        "return.received",
        "return.inspected",
        "return.goods_sent_back",
        "return.exchange_placed",
        "return.exchange_out_of_stock",
        "return.choice_made",
        "return.refund_started",
        "return.refund_reported",
        "return.settled",
        "return.confirmed",
        "return.expired",
        "return.closed",
        "return.reopened",
    }
)


def _is_known(name: str) -> str:
    if name not in KNOWN_EVENTS:
        near = ", ".join(sorted(KNOWN_EVENTS))
        raise PydanticCustomError(
            "unknown_event",
            "no case records an event {name}; there are: {known}",
            {"name": name, "known": near},
        )
    return name


EventName = Annotated[str, AfterValidator(_is_known)]
"""A stored event's name."""
