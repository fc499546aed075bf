"""What shops and warehouses tell by webhook (docs/webhooks-in.md): `type`, `timestamp`, `data`."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.base import Instant, Model
from domain.cases.messages import CaseName
from domain.errors import CaseNotFound
from domain.inbox import AskReturn, Place, Told, WatchParcel, Wish
from domain.returns.messages import Inspect, OpenReturn, Receive
from domain.shipments.messages import OpenShipment, Parcel, number_of
from providers.webhook_forms import read_signed


class _Event(Model):
    type: str
    timestamp: Instant
    data: dict[str, Any]


class _OfReturn(Model):
    case_id: CaseName
    sequence: Place | None = None


Reader = Callable[[str, dict[str, Any]], Wish]


def _dispatched(merchant: str, data: dict[str, Any]) -> Wish:
    parcel = read_signed(Parcel, data)
    number = number_of(parcel.carrier, parcel.tracking_no)
    return WatchParcel(start=OpenShipment(merchant=merchant, number=number, parcel=parcel))


def _received(merchant: str, data: dict[str, Any]) -> Wish:
    about = _of_return(merchant, data)
    return AskReturn(case_id=about.case_id, place=about.sequence, request=read_signed(Receive, data))


def _inspected(merchant: str, data: dict[str, Any]) -> Wish:
    about = _of_return(merchant, data)
    return AskReturn(case_id=about.case_id, place=about.sequence, request=read_signed(Inspect, data))


def _of_return(merchant: str, data: dict[str, Any]) -> _OfReturn:
    """Which return it is about. Raises `CaseNotFound` for one of another merchant, and what is no return."""
    about = read_signed(_OfReturn, data)
    kind, whose, _ = about.case_id.split(":")
    if (kind, whose) != (OpenReturn.kind, merchant):
        raise CaseNotFound(f"this door has no return {about.case_id}", case_id=about.case_id)
    return about


SHOP: Mapping[str, Reader] = {"parcel.dispatched": _dispatched}
WAREHOUSE: Mapping[str, Reader] = {"return.received": _received, "return.inspected": _inspected}


def read_event(readers: Mapping[str, Reader], merchant: str, body: bytes) -> Told:
    """What a shop or a warehouse says; a type that nobody has a use for has no wish.

    Raises `InvalidRequest` without quoting it, and `CaseNotFound`.
    """
    event = read_signed(_Event, body)
    reader = readers.get(event.type)
    wish = reader(merchant, event.data) if reader else None
    return Told(type=event.type, occurred_at=event.timestamp, wish=wish)
