"""The tables beside the refunds, in memory: budgets of orders, payments and what is given, and disputes.

What the real ones hold by a check of the table, these do not: the code alone has to keep it.
"""

from collections.abc import Sequence
from typing import TypeVar

from domain.base import Model
from domain.budgets import Budget, check_currency
from domain.disputes import Dispute
from domain.errors import NotFound, OverCap
from domain.orders import OrderPayment
from domain.refund_parts import PaymentLeft
from domain.refunds import RefundIntent

Order = tuple[str, str]
"""Merchant and number."""


class Payment(Model):
    """A row of `order_payments`."""

    payment_id: str
    position: int
    rail: str | None
    captured_minor: int
    reserved_minor: int = 0
    settled_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What may still be refunded of it."""
        return self.captured_minor - self.settled_minor - self.reserved_minor


class Goodwill(Model):
    """A row of `goodwill_budgets`."""

    budget_minor: int
    reserved_minor: int = 0
    settled_minor: int = 0


R = TypeVar("R", Budget, Payment, Goodwill)


class Books:
    """As `store/budgets.py` and `store/disputes.py`, without transactions: whoever calls has one."""

    def __init__(self) -> None:
        self.budgets: dict[Order, Budget] = {}
        self.payments: dict[Order, dict[str, Payment]] = {}
        self.goodwill: dict[tuple[Order, str], Goodwill] = {}
        self.disputes: dict[tuple[str, str, str], Dispute] = {}

    def budget(self, of: Order) -> Budget:
        """Raises `NotFound`."""
        if of not in self.budgets:
            raise NotFound("it has no budget")
        return self.budgets[of]

    def open(self, of: Order, currency: str, captured_minor: int, payments: Sequence[OrderPayment]) -> Budget:
        """All of it or nothing."""
        merchant, order_id = of
        budget = self.budgets.get(of) or Budget(
            merchant=merchant,
            order_id=order_id,
            currency=currency,
            captured_minor=0,
            reserved_minor=0,
            settled_minor=0,
        )
        check_currency(budget, currency)
        rows = dict(self.payments.get(of, {}))
        for position, payment in enumerate(payments):
            rows[payment.payment_id] = _renewed(rows.get(payment.payment_id), position, payment)
        if budget.committed_minor > captured_minor:
            raise OverCap("more is committed", committed_minor=budget.committed_minor)
        if any(row.left_minor < 0 for row in rows.values()):
            raise OverCap("more of a payment is committed")
        named = max(budget.payments, len(payments))
        self.budgets[of] = budget.model_copy(update={"captured_minor": captured_minor, "payments": named})
        self.payments[of] = rows
        return self.budgets[of]

    def payments_left(self, of: Order) -> list[PaymentLeft]:
        """In order of capture."""
        rows = sorted(self.payments.get(of, {}).values(), key=lambda row: (row.position, row.payment_id))
        return [
            PaymentLeft(payment_id=row.payment_id, rail=row.rail, left_minor=row.left_minor) for row in rows
        ]

    def widen_goodwill(self, of: Order, purpose: str, budget_minor: int) -> None:
        """Make it, or widen it to what a later policy gives."""
        row = self.goodwill.get((of, purpose), Goodwill(budget_minor=0))
        wider = max(row.budget_minor, budget_minor)
        self.goodwill[of, purpose] = row.model_copy(update={"budget_minor": wider})

    def move(self, refund: RefundIntent, reserved_minor: int, settled_minor: int) -> None:
        """Move all budgets that the refund is taken from."""
        of = refund.merchant, refund.order_id
        if refund.from_captured:
            self.budgets[of] = _moved(self.budgets[of], reserved_minor, settled_minor)
            if refund.payment_id is not None:
                rows = self.payments[of]
                rows[refund.payment_id] = _moved(rows[refund.payment_id], reserved_minor, settled_minor)
        given = of, refund.purpose
        if refund.customer_id is not None and given in self.goodwill:
            self.goodwill[given] = _moved(self.goodwill[given], reserved_minor, settled_minor)

    def note(self, dispute: Dispute) -> None:
        """An open one may end, an end gives way only to a later end."""
        key = dispute.merchant, dispute.provider, dispute.dispute_id
        known = self.disputes.get(key)
        if known is None:
            self.disputes[key] = dispute
        elif dispute.state != "open" and (known.state == "open" or dispute.at > known.at):
            self.disputes[key] = known.model_copy(update={"state": dispute.state, "at": dispute.at})

    def of_payment(self, merchant: str, payment_id: str) -> list[Dispute]:
        """The first first."""
        found = [
            each
            for each in self.disputes.values()
            if (each.merchant, each.payment_id) == (merchant, payment_id)
        ]
        return sorted(found, key=lambda each: (each.at, each.provider, each.dispute_id))

    def check_undisputed(self, part: RefundIntent) -> None:
        """Raises `PaymentDisputed`."""
        if part.purpose == "voucher":
            return
        for dispute in self.of_payment(part.merchant, part.payment_id or part.order_id):
            if dispute.state != "won":
                raise dispute.refusal


def _renewed(row: Payment | None, position: int, payment: OrderPayment) -> Payment:
    said = {"position": position, "rail": payment.rail, "captured_minor": payment.amount_minor}
    if row is None:
        return Payment.model_validate({"payment_id": payment.payment_id, **said})
    return row.model_copy(update=said)


def _moved(row: R, reserved_minor: int, settled_minor: int) -> R:
    return row.model_copy(
        update={
            "reserved_minor": row.reserved_minor + reserved_minor,
            "settled_minor": row.settled_minor + settled_minor,
        }
    )
