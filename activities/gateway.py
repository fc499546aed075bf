"""What is said to a payment gateway of one part of a refund: query before resend (design §5)."""

from typing import NamedTuple

from activities.clock import scheduled_at
from domain.errors import ProviderRefused, ProviderUnavailable
from domain.refund_rules import may_send_again
from domain.refunds import PayRefund, RefundRow
from providers.ports import PaymentOrder, PaymentPort, PaymentRails, PaymentReply
from store.ledger import Ledger


class TurnedDown(NamedTuple):
    """The provider said no; `row` is the ledger's as it was when this request was sent."""

    row: RefundRow
    reason: str


class Gateway:
    """The gateway that a refund began at, whichever it is. Raises `ProviderUnavailable`.

    `ask` also raises `PaymentDisputed`, and has sent nothing then.
    """

    def __init__(self, ledger: Ledger, rails: PaymentRails) -> None:
        self._ledger = ledger
        self._rails = rails

    async def ask(self, order: PayRefund, row: RefundRow) -> PaymentReply | TurnedDown | None:
        """Have it paid, or what became of it; sent only while the provider surely remembers the key."""
        rail, asked = self._rails.of(row.merchant, row.provider), await self.payment_order(row)
        if row.first_sent_at is not None:
            found = await _find(rail, asked)
            may_send = may_send_again(row.first_sent_at, scheduled_at(), rail.key_window, order.rules)
            if found is not None or row.state == "pending" or not may_send:
                return found
        sent = await self._ledger.mark_sent(row.key, scheduled_at())
        if sent.state != "sent":
            raise ProviderUnavailable("another attempt has had an answer meanwhile")
        try:
            return await rail.refund(asked)
        except ProviderRefused as error:
            return TurnedDown(row=sent, reason=str(error.detail.get("reason", error.code)))

    async def find(self, row: RefundRow) -> PaymentReply | None:
        """What the provider knows of it; None if it never heard of it."""
        rail = self._rails.of(row.merchant, row.provider)
        return await _find(rail, await self.payment_order(row))

    async def payment_order(self, row: RefundRow) -> PaymentOrder:
        """The part as the gateway hears of it.

        Without payments of its own an order is paid by one, that the shop named as the order.
        """
        return PaymentOrder(
            key=row.key,
            merchant=row.merchant,
            payment_id=row.payment_id or row.order_id,
            paid_minor=await self._ledger.paid_by(row),
            amount_minor=row.amount_minor,
            currency=row.currency,
            from_captured=row.from_captured,
        )


async def _find(rail: PaymentPort, asked: PaymentOrder) -> PaymentReply | None:
    try:
        return await rail.find(asked)
    except ProviderRefused as error:
        # A query that is refused says nothing about the money.
        raise ProviderUnavailable(f"the provider refused to be asked: {error.message}") from None
