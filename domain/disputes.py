"""Disputes: a customer's bank asks a payment back, and refunding it as well would pay twice."""

from typing import Literal

from domain.base import Currency, Model, SomeMinor, UtcInstant
from domain.errors import PaymentDisputed

DisputeState = Literal["open", "won", "lost"]


class Dispute(Model):
    """A dispute (chargeback) of a payment, as its provider tells of it.

    `won` is the merchant's: the money is theirs again. `at`: since when, by the provider. What a provider
    still lets be refunded (an inquiry of Stripe's) is none.
    """

    merchant: str
    provider: str
    dispute_id: str
    payment_id: str
    """As the order names the payment, or the order itself where it names none."""
    amount_minor: SomeMinor
    currency: Currency
    state: DisputeState
    at: UtcInstant

    @property
    def refusal(self) -> PaymentDisputed:
        """Why its payment is not refunded."""
        what = "is disputed" if self.state == "open" else "was lost to a dispute"
        return PaymentDisputed(
            f"payment {self.payment_id} {what} ({self.dispute_id}), so nothing of it is refunded",
            dispute_id=self.dispute_id,
            payment_id=self.payment_id,
            state=self.state,
        )
