"""What the case desk asks of the outside world: one small protocol per system.

Every method raises `ProviderUnavailable` when the system did not answer or answered with a fault (whether it
acted is then unknown), and `ProviderRefused` (or a subclass) when it said no for good.
"""

from datetime import timedelta
from typing import Literal, Protocol

from domain.base import AmountMinor, Currency, Model, Quantity, SomeMinor
from domain.carrier_claims.requests import ClaimFiling, ClaimReply
from domain.errors import AnswerDiffers
from domain.notice_kinds import Channel
from domain.orders import Language, Order
from domain.parcels import Scan
from domain.provider_news import ProviderState


class PaymentOrder(Model):
    """A refund as the gateway hears of it.

    `payment_id` is the payment that it is taken from, by the gateway's own name or the one that the shop gave
    it; `paid_minor` is all that was paid by it. `order_id` is what it is for, as the shop knows it.
    """

    key: str
    merchant: str
    order_id: str
    payment_id: str
    paid_minor: AmountMinor
    amount_minor: SomeMinor
    currency: Currency
    from_captured: bool = True
    """False for what the merchant gives beyond the payment; only asked of a gateway that `pays_beyond`."""


class PaymentReply(Model):
    """What the gateway knows of a refund.

    `stuck`: it was taken on and cannot arrive, and only a person can lead it elsewhere.
    """

    state: ProviderState
    provider_ref: str
    reason: str | None = None


def check_answer(
    system: str, order: PaymentOrder, reply: PaymentReply, amount_minor: int, currency: str
) -> None:
    """Raise `AnswerDiffers` for a refund that the gateway knows over another amount or currency."""
    if (amount_minor, currency) != (order.amount_minor, order.currency):
        raise AnswerDiffers(
            f"{system} knows {order.key} over {amount_minor} {currency}, "
            f"not {order.amount_minor} {order.currency}",
            system=system,
            ref=reply.provider_ref,
            state=reply.state,
            amount_minor=amount_minor,
            currency=currency,
        )


class PaymentPort(Protocol):
    """A payment gateway that refunds once per key while it remembers the key."""

    name: str
    key_window: timedelta | None
    """How long the gateway remembers a key; resend only well inside it. None: for ever."""
    pays_beyond: bool
    """Whether it can pay more than a payment brought in: a compensation, a voucher."""

    def check(self, amount_minor: int, currency: str) -> None:
        """Raise `AmountNotPayable` for what this gateway can never pay; asked before anything is reserved."""
        ...

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key. The same key with another amount is refused as `idempotency_conflict`."""
        ...

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """What became of the refund with this key; None if the gateway knows of none.

        Raises `AnswerDiffers` where it knows it over another amount or in another currency.
        """
        ...


VOUCHERS = "voucher"


class PaymentRails(Protocol):
    """Which gateway pays back for whom."""

    def of(self, merchant: str, name: str | None = None) -> PaymentPort:
        """The merchant's gateway for new refunds, or the one of that name that one began with.

        `VOUCHERS` is the name of the one that gives vouchers. Raises `NotReady` where the merchant has no
        such account.
        """
        ...


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


class CarrierClaimsPort(Protocol):
    """The carriers' claims desks: a claim has a key, under which it is known for ever."""

    async def file(self, carrier: str, filing: ClaimFiling) -> ClaimReply:
        """File it, or what is new of it; a refusal's `reason` is the carrier's own."""
        ...

    async def find(self, carrier: str, merchant: str, key: str) -> ClaimReply | None:
        """What the carrier knows of it; None if it never heard of it."""
        ...

    async def withdraw(self, carrier: str, merchant: str, key: str) -> ClaimReply | None:
        """Take it back; what the carrier knows of it then (paid stays paid), None if it never had it."""
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


class RepairRequest(Model):
    """Goods that are to be repaired; the same `key` orders once."""

    key: str
    merchant: str
    case_id: str
    lines: list[ExchangeLine]


class RepairResult(Model):
    """What became of a repair; `failed` may be tried again, `impossible` not."""

    state: Literal["repaired", "failed", "impossible"]
    reason: str = ""


class WarehousePort(Protocol):
    """The warehouse that receives returns."""

    async def announce(self, merchant: str, case_id: str, carrier: str, tracking_no: str) -> None:
        """Tell the dock which parcel belongs to which case."""
        ...

    async def send_back(self, request: SendBackRequest) -> Label:
        """Send goods to the customer again; returns carrier and tracking number."""
        ...

    async def repair(self, request: RepairRequest) -> RepairResult | None:
        """Order a repair, or ask about one that was ordered; None while the workshop is at it."""
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
