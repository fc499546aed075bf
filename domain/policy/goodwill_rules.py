"""What a policy lets a merchant give beyond the price: a budget for each purpose."""

from domain.base import AmountMinor, Currency, Model
from domain.goodwill import GoodwillBounds, Purpose
from domain.sla.quantities import Duration


class GoodwillBudget(Model):
    """Over all cases of an order, and of a customer's orders within a time; of any other currency nothing."""

    per_order_minor: dict[Currency, AmountMinor]
    per_customer_minor: dict[Currency, AmountMinor]
    within: Duration


class GoodwillRules(Model):
    """A budget for each purpose."""

    compensation: GoodwillBudget
    voucher: GoodwillBudget

    def bounds(self, purpose: Purpose, customer_id: str, currency: str) -> GoodwillBounds | None:
        """The bounds for such a payment to a customer; None for what the customer had paid."""
        if purpose == "refund":
            return None
        budget = self.compensation if purpose == "compensation" else self.voucher
        return GoodwillBounds(
            customer_id=customer_id,
            per_order_minor=budget.per_order_minor.get(currency, 0),
            per_customer_minor=budget.per_customer_minor.get(currency, 0),
            within=budget.within,
        )
