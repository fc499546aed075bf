"""What a policy says about delivery exceptions: which open a case, what makes up for them (sop L4, L5)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import AmountMinor, Currency, Model, Quantity
from domain.deliveries.vocabulary import Remedy
from domain.orders import Tier
from domain.parcels.vocabulary import ExceptionKind, Party
from domain.policy.periods import Period
from domain.policy.selection import meets
from domain.sla.quantities import Duration, ShareText, parse_share

Ceilings = dict[Currency, AmountMinor]


class HandlingRule(Model):
    """How exceptions of some kinds are handled; a list of tiers that is left out matches everybody."""

    kinds: tuple[ExceptionKind, ...] = Field(min_length=1)
    tiers: tuple[Tier, ...] | None = None
    party: Party = "unknown"
    """Who answers for it where the carrier's reason names nobody."""
    look_into: Period | None = None
    """How long the carrier is asked, and the parcel waited for, before anything is made up for."""
    remedies: tuple[Remedy, ...] = Field(min_length=1)
    """What the customer may have; the first is what they get when nobody asks them."""
    choose_within: Period | None = None
    """How long they may choose; None: nobody asks them."""
    no_answer_means: Remedy | None = None
    """What silence chooses; None: the first remedy."""
    automatic_up_to_minor: Ceilings | None = {}
    """Worth up to which nobody need look. A currency that is not named needs a person, None needs none."""
    claim: bool = False
    """Whether the carrier is held to account where the carrier answers for it."""
    feedback: Literal["automatic", "written"] = "automatic"
    """`written`: a person tells the customer what was done and why; else the policy's own words do."""

    @model_validator(mode="after")
    def _silence_chooses_what_there_is(self) -> Self:
        if self.no_answer_means is not None and self.no_answer_means not in self.remedies:
            raise ValueError(f"no_answer_means: {self.no_answer_means} is none of the remedies")
        return self

    def affords(self, worth_minor: int, currency: str) -> bool:
        """Whether nobody need look at what is worth so much."""
        ceilings = self.automatic_up_to_minor
        return ceilings is None or worth_minor <= ceilings.get(currency, -1)


class DelayRules(Model):
    """What a day's delay is worth to the customer: an amount, a share of the freight, or both."""

    from_day: Quantity
    """The first day after the promised one that counts."""
    per_day_minor: Ceilings = {}
    freight_share_per_day: ShareText | None = None
    cap_minor: Ceilings
    """The most of it all; a currency that is not named gets nothing."""

    def amount_minor(self, days_late: int, freight_minor: int, currency: str) -> int:
        """What so many days late are worth."""
        days = max(0, days_late - self.from_day + 1)
        share = parse_share(self.freight_share_per_day) if self.freight_share_per_day else 0
        worth = days * self.per_day_minor.get(currency, 0) + freight_minor * share * days // 100
        return min(worth, self.cap_minor.get(currency, 0))


class StockRules(Model):
    """A redelivery that is out of stock: the customer is asked."""

    choose_within: Period
    no_answer_means: Literal["redeliver", "refund"]
    """`redeliver` waits for the stock."""
    wait_at_most: Period
    ask_every: Duration


class DeliveryRules(Model):
    """All of it, for a delivery exception."""

    opens_for: tuple[ExceptionKind, ...] = Field(min_length=1)
    handling: list[HandlingRule] = Field(min_length=1)
    """The first that covers a case counts."""
    delay: DelayRules
    stock: StockRules
    goodwill_up_to_minor: Ceilings = {}
    """The most that a person may give as compensation; a currency that is not named: nothing."""
    confirm_within: Period
    """How long the customer has to object after the feedback; then silence confirms."""

    @model_validator(mode="after")
    def _handles_what_it_opens(self) -> Self:
        handled = {kind for rule in self.handling if rule.tiers is None for kind in rule.kinds}
        if missing := [kind for kind in self.opens_for if kind not in handled]:
            raise ValueError(f"handling: no rule for everybody covers {', '.join(missing)}")
        return self

    def opens(self, kind: ExceptionKind) -> bool:
        """Whether such an exception becomes a case."""
        return kind in self.opens_for

    def rule(self, kind: ExceptionKind, tier: str) -> HandlingRule:
        """How such an exception of such a customer is handled; only asked for kinds that open a case."""
        return next(rule for rule in self.handling if kind in rule.kinds and meets(rule.tiers, tier))
