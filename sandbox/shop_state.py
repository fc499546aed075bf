"""What the shop remembers: orders, customers' contacts, stock, and replacement orders."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from domain.base import Model
from domain.orders import Order
from sandbox.http import Refusal, not_found
from sandbox.journal import Journal
from sandbox.messages import Contact, Exchange, ExchangeOrder, Stock, Voucher, VoucherRequest
from sandbox.payment_messages import Capture


class OrderPut(Model):
    """An order is known, or known better."""

    entry: Literal["order"] = "order"
    order: Order


class ContactPut(Model):
    """A customer can be reached so."""

    entry: Literal["contact"] = "contact"
    merchant: str
    customer_id: str
    contact: Contact


class StockSet(Model):
    """Somebody counted a shelf."""

    entry: Literal["stock"] = "stock"
    merchant: str
    sku: str
    stock: Stock


class ExchangePlaced(ExchangeOrder):
    """A replacement order was placed and its goods taken from the shelves."""

    entry: Literal["exchange"] = "exchange"


class VoucherGiven(Voucher):
    """A customer got a voucher."""

    entry: Literal["voucher"] = "voucher"


Entry = OrderPut | ContactPut | StockSet | ExchangePlaced | VoucherGiven
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Shop:
    """The shop's memory, rebuilt from its journal."""

    def __init__(self, journal: Journal[Entry]) -> None:
        self.exchanges: dict[tuple[str, str], ExchangeOrder] = {}
        self.vouchers: dict[tuple[str, str], Voucher] = {}
        self._journal = journal
        self._orders: dict[tuple[str, str], Order] = {}
        self._payments: dict[tuple[str, str], Capture] = {}
        self._contacts: dict[tuple[str, str], Contact] = {}
        self._stock: dict[tuple[str, str], int | None] = {}
        for entry in journal.replay():
            self._apply(entry)

    def put_order(self, order: Order) -> None:
        """Know an order, or know it better."""
        self._record(OrderPut(order=order))

    def has_order(self, merchant: str, order_id: str) -> bool:
        """Whether the merchant has an order with this number."""
        return (merchant, order_id) in self._orders

    def order(self, merchant: str, order_id: str) -> Order:
        """The merchant's order; another merchant's is as unknown as one that nobody has."""
        if (merchant, order_id) not in self._orders:
            raise not_found("order")
        return self._orders[(merchant, order_id)]

    def captured(self, merchant: str, order_id: str) -> Capture | None:
        """What was captured by a payment, or for an order whose payments have no names; None without such."""
        if payment := self._payments.get((merchant, order_id)):
            return payment
        order = self._orders.get((merchant, order_id))
        if order is None or order.payments:
            return None
        return Capture(
            merchant=merchant,
            order_id=order_id,
            amount_minor=order.captured_minor,
            currency=order.currency,
        )

    def put_contact(self, merchant: str, customer_id: str, contact: Contact) -> None:
        """Reach a customer so from now on."""
        self._record(ContactPut(merchant=merchant, customer_id=customer_id, contact=contact))

    def contact(self, merchant: str, customer_id: str) -> Contact:
        """How the merchant's customer is reached."""
        if (merchant, customer_id) not in self._contacts:
            raise not_found("customer")
        return self._contacts[(merchant, customer_id)]

    def set_stock(self, merchant: str, sku: str, stock: Stock) -> None:
        """Count a shelf."""
        self._record(StockSet(merchant=merchant, sku=sku, stock=stock))

    def stock(self, merchant: str, sku: str) -> Stock:
        """What is on the shelf; None where nobody counted."""
        return Stock(quantity=self._stock.get((merchant, sku)))

    def exchange(self, merchant: str, asked: Exchange) -> ExchangeOrder:
        """Place a replacement order once per key; raises `Refusal`."""
        first = self.exchanges.get((merchant, asked.key))
        if first is not None:
            if Exchange.model_validate(first.model_dump(include=set(Exchange.model_fields))) != asked:
                raise Refusal(409, "idempotency_conflict", "this key was used with other content")
            return first
        self.order(merchant, asked.order_id)
        for sku, wanted in _wanted(asked).items():
            left = self._stock.get((merchant, sku))
            if left is not None and wanted > left:
                raise Refusal(409, "out_of_stock", f"{left} of {sku} left, {wanted} wanted")
        new_order_id = f"EX-{len(self.exchanges) + 1:06d}"
        self._record(ExchangePlaced(**asked.model_dump(), merchant=merchant, new_order_id=new_order_id))
        return self.exchanges[(merchant, asked.key)]

    def give_voucher(self, merchant: str, asked: VoucherRequest) -> Voucher:
        """Give a voucher once per key; raises `Refusal`."""
        first = self.vouchers.get((merchant, asked.key))
        if first is not None:
            if (
                VoucherRequest.model_validate(first.model_dump(include=set(VoucherRequest.model_fields)))
                != asked
            ):
                raise Refusal(409, "idempotency_conflict", "this key was used with other content")
            return first
        customer_id = self.order(merchant, asked.order_id).customer_id
        ref = f"vo_{len(self.vouchers) + 1:08d}"
        self._record(VoucherGiven(**asked.model_dump(), merchant=merchant, customer_id=customer_id, ref=ref))
        return self.vouchers[(merchant, asked.key)]

    def voucher(self, merchant: str, key: str) -> Voucher:
        """The voucher that was given under a key."""
        if (merchant, key) not in self.vouchers:
            raise not_found("voucher")
        return self.vouchers[(merchant, key)]

    def _record(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        if isinstance(entry, OrderPut):
            self._know(entry.order)
        elif isinstance(entry, ContactPut):
            self._contacts[(entry.merchant, entry.customer_id)] = entry.contact
        elif isinstance(entry, StockSet):
            self._stock[(entry.merchant, entry.sku)] = entry.stock.quantity
        elif isinstance(entry, VoucherGiven):
            self.vouchers[(entry.merchant, entry.key)] = Voucher.model_validate(
                entry.model_dump(exclude={"entry"})
            )
        else:
            self._take(entry)

    def _know(self, order: Order) -> None:
        self._orders[(order.merchant, order.order_id)] = order
        for payment in order.payments:
            self._payments[(order.merchant, payment.payment_id)] = Capture(
                merchant=order.merchant,
                order_id=payment.payment_id,
                amount_minor=payment.amount_minor,
                currency=payment.currency,
            )

    def _take(self, placed: ExchangePlaced) -> None:
        for sku, taken in _wanted(placed).items():
            left = self._stock.get((placed.merchant, sku))
            if left is not None:
                self._stock[(placed.merchant, sku)] = left - taken
        order = ExchangeOrder.model_validate(placed.model_dump(exclude={"entry"}))
        self.exchanges[(placed.merchant, placed.key)] = order


def _wanted(exchange: Exchange) -> dict[str, int]:
    """Units per SKU."""
    wanted: dict[str, int] = {}
    for goods in exchange.lines:
        wanted[goods.sku] = wanted.get(goods.sku, 0) + goods.quantity
    return wanted
