"""Vouchers, which are no money at a gateway: the shop gives them, under the discipline of a refund."""

from datetime import timedelta

from domain.base import Model
from domain.errors import NotFound, ProviderUnavailable
from providers.http import HttpSystem, path
from providers.ports import VOUCHERS, PaymentOrder, PaymentReply


class _Voucher(Model):
    ref: str
    key: str
    amount_minor: int
    currency: str


class ShopVouchers:
    """`PaymentPort` whose money is vouchers; the shop knows a key for ever, and tells the customer."""

    name = VOUCHERS
    pays_beyond = True
    key_window: timedelta | None = None

    def __init__(self, system: HttpSystem) -> None:
        self._system = system

    def check(self, amount_minor: int, currency: str) -> None:
        """Any amount."""

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Give a voucher to who bought the order, once per key."""
        body = {
            "key": order.key,
            "order_id": order.order_id,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
        }
        where = path("merchants", order.merchant, "vouchers")
        given = await self._system.tell("a voucher", where, body, _Voucher)
        if (given.key, given.amount_minor, given.currency) != (order.key, order.amount_minor, order.currency):
            raise ProviderUnavailable("the shop answered for another voucher", system=self._system.name)
        return PaymentReply(state="settled", provider_ref=given.ref)

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """The voucher with this key."""
        where = path("merchants", order.merchant, "vouchers", order.key)
        try:
            given = await self._system.ask("a voucher", where, _Voucher, missing=NotFound)
        except NotFound:
            return None
        return PaymentReply(state="settled", provider_ref=given.ref)
