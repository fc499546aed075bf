"""The refunds of the simulation and the sums over them, in memory: what the real ledger does in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.approvals import Asking, Committed
from domain.disputes import Dispute
from domain.errors import NotFound
from domain.goodwill import Given, GoodwillBounds
from domain.refunds import OPEN_STATES, RefundIntent, RefundRow
from domain.sla import parse_duration

NOT_COUNTED = ("failed", "returned")


class Rows(dict[str, RefundRow]):
    """The table `refunds`, by key."""

    def row(self, key: str) -> RefundRow:
        """Raises `NotFound`."""
        if key not in self:
            raise NotFound("no such refund")
        return self[key]

    def parts(self, refund_id: str) -> list[RefundRow]:
        """In their order. Raises `NotFound`."""
        found = sorted((row for row in self.values() if row.refund_id == refund_id), key=lambda row: row.part)
        if not found:
            raise NotFound("no such refund")
        return found

    def write(self, row: RefundRow, **changed: Any) -> RefundRow:
        """Change it."""
        self[row.key] = row.model_copy(update=changed)
        return self[row.key]

    def same(self, intent: RefundIntent) -> list[RefundRow]:
        """As `find_same`."""
        return [
            row
            for row in self.values()
            if row.refund_id == intent.refund_id
            or row.key == intent.key
            or (row.case_id, row.seq) == (intent.case_id, intent.seq)
        ]

    def given(self, intent: RefundIntent, bounds: GoodwillBounds, at: datetime) -> Given:
        """As `given`."""
        counted = [row for row in self._counted(intent) if row.purpose == intent.purpose]
        since = at - parse_duration(bounds.within)
        theirs = [row for row in counted if row.customer_id == bounds.customer_id]
        return Given(
            order_minor=_sum([row for row in counted if row.order_id == intent.order_id]),
            customer_minor=_sum([row for row in theirs if row.reserved_at and row.reserved_at > since]),
        )

    def committed(self, whole: RefundIntent, asking: Asking) -> Committed:
        """As `committed`."""
        counted = self._counted(whole)
        theirs = (asking.order.requested_by, asking.day, None)
        of_day = [row for row in counted if (row.requested_by, row.requested_on, row.approval) == theirs]
        return Committed(
            order_minor=_sum([row for row in counted if row.order_id == whole.order_id]),
            day_minor=_sum(of_day) if asking.day is not None else 0,
        )

    def waiting(self, dispute: Dispute) -> list[str]:
        """As `waiting` of disputes."""
        of = dispute.merchant, dispute.payment_id
        found = {
            row.refund_id
            for row in self.values()
            if (row.merchant, row.payment_id or row.order_id) == of
            and row.purpose != "voucher"
            and row.state in OPEN_STATES
        }
        return sorted(found)

    def _counted(self, like: RefundIntent) -> list[RefundRow]:
        of = like.merchant, like.currency
        return [
            row
            for row in self.values()
            if (row.merchant, row.currency) == of and row.state not in NOT_COUNTED
        ]


def _sum(rows: Sequence[RefundRow]) -> int:
    return sum(row.amount_minor for row in rows)
