"""The sandbox's payment gateway as a refund rail."""

from datetime import timedelta
from typing import Literal

from domain.base import Model
from domain.errors import NotFound, ProviderUnavailable
from providers.http import HttpSystem, path
from providers.ports import PaymentOrder, PaymentReply, check_answer

KEY_WINDOW = timedelta(hours=24)  # the gateway's default, and the shortest among the real rails


class _Refund(Model):
    ref: str
    key: str
    order_id: str
    amount_minor: int
    currency: str
    state: Literal["pending", "settled", "failed"]
    reason: str | None = None


class SandboxPayments:
    """`PaymentPort` for the sandbox's gateway."""

    name = "sandbox"
    pays_beyond = True

    def __init__(self, system: HttpSystem, key_window: timedelta = KEY_WINDOW) -> None:
        self.key_window: timedelta | None = key_window
        self._system = system

    def check(self, amount_minor: int, currency: str) -> None:
        """It pays whatever was captured."""

    async def refund(self, order: PaymentOrder) -> PaymentReply:
        """Pay back, once per key while the gateway remembers it."""
        body = {
            "key": order.key,
            "order_id": order.payment_id,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
            "from_captured": order.from_captured,
        }
        where = path("merchants", order.merchant, "refunds")
        paid = await self._system.tell("a refund", where, body, _Refund)
        if (paid.key, paid.amount_minor, paid.currency) != (order.key, order.amount_minor, order.currency):
            # never take another refund's answer for ours; the next look finds out what happened
            raise ProviderUnavailable("the gateway answered for another refund", system=self._system.name)
        return _reply(paid)

    async def find(self, order: PaymentOrder) -> PaymentReply | None:
        """What became of the refund with this key, also after the gateway forgot the key itself."""
        where = path("merchants", order.merchant, "refunds", order.key)
        try:
            found = await self._system.ask("a refund's state", where, _Refund, missing=NotFound)
        except NotFound:
            return None
        reply = _reply(found)
        check_answer(self.name, order, reply, found.amount_minor, found.currency)
        return reply


def _reply(refund: _Refund) -> PaymentReply:
    return PaymentReply(state=refund.state, provider_ref=refund.ref, reason=refund.reason)
