"""What a policy says beside return and exchange: repair, reissue, appeal, money in advance (sop R8)."""

from collections.abc import Sequence
from typing import Literal

from domain.base import AmountMinor, Currency, Model, Quantity
from domain.orders import Reason, Tier
from domain.policy.periods import Period
from domain.policy.selection import meets
from domain.sla.quantities import Duration


class RepairRules(Model):
    """A repair: the goods come in, are repaired and go back. Its clock is the metric `repair`."""

    window_days: Quantity
    """In place of the window's days: how long after its start a repair may be applied for."""
    within: Period
    """From the first order to the workshop; after that the customer takes other goods or the money."""
    attempts: Quantity
    """How many repairs may fail before the customer takes other goods or the money."""
    no_answer_means: Literal["refund", "exchange"]
    ask_every: Duration
    """How often the workshop is asked what became of it."""


class WithoutReturn(Model):
    """Goods that need not come back. Reasons that are left out: all of them."""

    reasons: list[Reason] | None = None
    up_to_minor: dict[Currency, AmountMinor]
    """Ceiling of the whole application's goods; a currency that is not named needs a person's word."""


class ReissueRules(Model):
    """A reissue: the goods, or the part of them that was missing, are sent again."""

    without_return: list[WithoutReturn] = []

    def needs_nothing_back(self, reasons: Sequence[Reason], goods_minor: int, currency: str) -> bool:
        """Whether the policy does without the goods, for all of these lines."""
        return all(
            any(
                meets(rule.reasons, reason) and goods_minor <= rule.up_to_minor.get(currency, -1)
                for rule in self.without_return
            )
            for reason in reasons
        )


ClosedAs = Literal[
    "refused",
    "goods_failed",
    "cancelled",
    "expired",
    "parcel_lost",
    "refunded",
    "exchanged",
    "refunded_and_exchanged",
    "repaired",
    "reissued",
    "clawed_back",
    "written_off",
]


class AppealRules(Model):
    """An appeal against a refusal: it becomes a complaint about the return."""

    within: Period
    """From the end of the case."""
    reopens: list[ClosedAs]
    """Outcomes of returns that a complaint may open again."""


class AdvanceRules(Model):
    """Money in advance, as soon as the carrier has the goods; it is asked back when they do not come."""

    tiers: list[Tier]
    reasons: list[Reason] | None = None
    up_to_minor: dict[Currency, AmountMinor]
    """Ceiling of one return's money; a currency that is not named: no advance."""
    exposure_minor: dict[Currency, AmountMinor]
    """Ceiling over all of a customer's returns that were paid in advance and whose goods have not passed."""
    goods_within: Period
    """From the advance until the goods are here."""
    remind_after: list[Duration] = []
    """How long after that the customer is reminded again, earliest first."""
    ask_after: Duration
    """How long after that the money is asked back."""

    def covers(self, tier: Tier, reasons: Sequence[Reason], amount_minor: int, currency: str) -> bool:
        """Whether such a return may be paid in advance, as far as it alone is concerned."""
        return (
            tier in self.tiers
            and all(meets(self.reasons, reason) for reason in reasons)
            and 0 < amount_minor <= self.up_to_minor.get(currency, 0)
        )
