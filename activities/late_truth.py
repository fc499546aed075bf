"""What became of a refund after its end: money that had settled may come back (design §5)."""

from temporalio import activity

from activities.failures import typed_failures
from activities.gateway import Gateway
from activities.refund_ends import FINAL, as_a_whole, told_by, write_end
from activities.refunds import Reports
from domain.errors import NotFound, ProviderUnavailable
from domain.refunds import OPEN_STATES, PayRefund, RefundOutcome, RefundRow
from providers.ports import PaymentRails
from store.ledger import Ledger


class LateTruth:
    """Asks the provider about what had ended; the ledger is only ever moved by its answer."""

    def __init__(self, ledger: Ledger, rails: PaymentRails, reports: Reports) -> None:
        self._ledger = ledger
        self._gateway = Gateway(ledger, rails)
        self._reports = reports

    @activity.defn
    @typed_failures
    async def look_again(self, order: PayRefund) -> RefundOutcome | None:
        """What became of a refund that has ended; None for one that has not, or was never reserved.

        Money that came back is free again. The case is told in any case: it may not have heard of the end,
        and told again it changes nothing.
        """
        try:
            rows = await self._ledger.parts(order.refund_id)
        except NotFound:
            return None
        if any(row.state in OPEN_STATES for row in rows):
            return None
        rows = [await self._looked_at(order, row) for row in rows]
        outcome = as_a_whole(rows)
        await self._reports.tell(order, outcome)
        return outcome

    @activity.defn
    @typed_failures
    async def ask_about_held(self, order: PayRefund) -> RefundOutcome:
        """What the provider says by now of a refund that is held for a person; nothing is sent again."""
        for row in await self._ledger.parts(order.refund_id):
            if row.state in OPEN_STATES and row.first_sent_at is not None:
                await self._asked_about(order, row)
        rows = await self._ledger.parts(order.refund_id)
        outcome = as_a_whole(rows)
        if outcome.state != "held":
            await self._reports.tell(order, outcome)
        return outcome

    async def _asked_about(self, order: PayRefund, row: RefundRow) -> None:
        try:
            reply = await self._gateway.find(row)
        except ProviderUnavailable:
            return  # still nothing that is certain; the person is waited for as before
        if reply is not None and reply.state in FINAL:
            await write_end(self._ledger, order, row, told_by(reply, row, reply.state))

    async def _looked_at(self, order: PayRefund, row: RefundRow) -> RefundRow:
        """The row, and that its money came back where the provider says so."""
        if row.state != "settled":
            return row
        reply = await self._gateway.find(row)
        if reply is None or reply.state != "failed":
            return row
        return await write_end(self._ledger, order, row, told_by(reply, row, "returned"))
