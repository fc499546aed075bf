"""What the case desk asks of the outside world: one small protocol per system.

Every method raises `ProviderUnavailable` when the system did not answer or answered with a fault (whether it
acted is then unknown), and `ProviderRefused` (or a subclass) when it said no for good.
"""

from datetime import timedelta
from typing import Literal, Protocol

from domain.base import Currency, Instant, Model, Quantity
from domain.notices import Channel
from domain.orders import Language, Order

ParcelStatus = Literal[
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


class PaymentOrder(Model):
    """A refund as the gateway hears of it."""

    key: str
    merchant: str
    order_id: str
    amount_minor: Quantity
    currency: Currency


class PaymentReply(Model):
    """What the gateway knows of a refund."""

    state: Literal["pending", "settled", "failed"]
    provider_ref: str
    reason: str | None = None


class PaymentPort(Protocol):
    """A payment gateway that refunds once per key while it remembers the key."""

    name: str
    key_window: timedelta
    """How long the gateway remembers a key; resend only well inside it."""

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key."""
        ...

    async def find(self, merchant: str, key: str) -> PaymentReply | None:
        """What became of the refund with this key; None if the gateway never heard of it."""
        ...


class Scan(Model):
    """One scan of a parcel, in the carrier-neutral vocabulary."""

    at: Instant
    status: ParcelStatus
    reason: str | None = None


class Tracking(Model):
    """A parcel as its carrier tells it; scans in event order, empty before the first."""

    carrier: str
    tracking_no: str
    scans: list[Scan] = []


class LabelRequest(Model):
    """A prepaid return label; the same `key` gives the same label."""

    key: str
    merchant: str
    order_id: str


class Label(Model):
    """A prepaid label for the way back."""

    carrier: str
    tracking_no: str
    url: str


class CarrierPort(Protocol):
    """All carriers behind one door."""

    async def track(self, carrier: str, tracking_no: str) -> Tracking | None:
        """The parcel's scans; None while the carrier does not know the number."""
        ...

    async def create_label(self, request: LabelRequest) -> Label:
        """A prepaid return label."""
        ...


class Contact(Model):
    """How a customer is reached. Personal data: never in a history, an id or a log."""

    name: str
    language: Language = "zh-CN"
    timezone: str = "Asia/Shanghai"
    email: str | None = None
    phone: str | None = None
    push_token: str | None = None


class ExchangeLine(Model):
    """Units to be sent out again."""

    line: str
    sku: str
    quantity: Quantity


class ExchangeRequest(Model):
    """A replacement order; the same `key` gives the same order."""

    key: str
    merchant: str
    order_id: str
    lines: list[ExchangeLine]


class ShopPort(Protocol):
    """The shop's order system."""

    async def order(self, merchant: str, order_id: str) -> Order:
        """The order; raises `OrderNotFound` also for another merchant's order."""
        ...

    async def contact(self, merchant: str, customer_id: str) -> Contact:
        """How to reach the customer; raises `NotFound`."""
        ...

    async def exchange(self, request: ExchangeRequest) -> str:
        """Place the replacement order and return its number; raises `OutOfStock`."""
        ...


class SendBackRequest(Model):
    """Goods that failed inspection go back to the customer; the same `key` sends once."""

    key: str
    merchant: str
    case_id: str
    lines: list[ExchangeLine]


class WarehousePort(Protocol):
    """The warehouse that receives returns."""

    async def announce(self, merchant: str, case_id: str, carrier: str, tracking_no: str) -> None:
        """Tell the dock which parcel belongs to which case."""
        ...

    async def send_back(self, request: SendBackRequest) -> Label:
        """Send goods to the customer again; returns carrier and tracking number."""
        ...


class Message(Model):
    """A rendered notice for one channel. `notice_id` lets the receiver drop a repeat."""

    notice_id: str
    to: str
    subject: str
    body: str
    html: str | None = None


class MessagePort(Protocol):
    """One channel to the customer. A bounce or a dead address is `ProviderRefused`."""

    channel: Channel

    async def send(self, message: Message) -> str:
        """Hand the message over; returns the provider's reference."""
        ...
