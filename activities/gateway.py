"""What is said to a payment gateway of one part of a refund: query before resend (design §5)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from activities.clock import machine_now, scheduled_at, surely_not_earlier
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

    def __init__(
        self, ledger: Ledger, rails: PaymentRails, machine: Callable[[], datetime] = machine_now
    ) -> None:
        self._ledger = ledger
        self._rails = rails
        self._machine = machine

    async def ask(self, order: PayRefund, row: RefundRow) -> PaymentReply | TurnedDown | None:
        """Have it paid, or what became of it; sent only while the provider surely remembers the key."""
        rail, asked = self._rails.of(row.merchant, row.provider), await self.payment_order(row)
        if row.first_sent_at is not None:
            found = await _find(rail, asked)
            in_time = self._is_in_time(row.first_sent_at, rail, order)
            if found is not None or row.state == "pending" or not in_time:
                return found
        sent = await self._ledger.mark_sent(row.key, scheduled_at())
        if sent.state != "sent":
            raise ProviderUnavailable("another attempt has had an answer meanwhile")
        # The ledger may have kept us waiting.
        if row.first_sent_at is not None and not self._is_in_time(row.first_sent_at, rail, order):
            raise ProviderUnavailable("not sent: its time ran out while the ledger was written")
        try:
            return await rail.refund(asked)
        except ProviderRefused as error:
            return TurnedDown(row=sent, reason=str(error.detail.get("reason", error.code)))

    def _is_in_time(self, first_sent_at: datetime, rail: PaymentPort, order: PayRefund) -> bool:
        return may_send_again(first_sent_at, surely_not_earlier(self._machine), rail.key_window, order.rules)

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
            order_id=row.order_id,
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
