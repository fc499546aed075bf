"""What a policy says about returns: who may return what, until when, at whose cost, and the way back."""

from typing import Literal

from domain.base import AmountMinor, Currency, Model, Quantity
from domain.orders import Category, IntakeChannel, Kind, Reason, Tier
from domain.policy.aftercare_rules import AdvanceRules, AppealRules, ReissueRules, RepairRules
from domain.policy.periods import Period
from domain.policy.selection import meets
from domain.sla.quantities import Duration

Requirement = Literal["unused", "packaging", "accessories", "proof"]
Payer = Literal["customer", "platform"]


class WindowRules(Model):
    """Until when a customer may apply (sop R1, CPL 25; Civil Code 201, 203)."""

    days: Quantity
    """The day after `starts` is the first of them."""
    starts: Literal["receipt", "purchase"]
    """`purchase` is the SOP's narrower reading; before either has happened the window is open."""
    roll: Literal["none", "nonworking"] = "none"
    """`nonworking`: while the last day has no shift in `calendar`, the next day is the last."""
    calendar: str


class ReasonRules(Model):
    """What a group of reasons asks of the goods, and who pays the freights."""

    within_window: bool
    requires: list[Requirement]
    excludes: list[Category] = []
    """Categories that may not go back for these reasons."""
    excludes_if_confirmed: list[Category] = []
    """Categories that may not go back when the customer confirmed so at purchase (`no_return_confirmed`)."""
    return_freight_payer: Payer
    outbound_freight_back: bool
    """Whether the outbound freight comes back when the whole order does."""


class ReasonGroups(Model):
    """Two groups: the customer's own wish, and every reason that is not the customer's."""

    no_reason: ReasonRules
    fault: ReasonRules

    def of(self, reason: Reason) -> ReasonRules:
        """The rules of a reason's group."""
        return self.no_reason if reason == "no_reason" else self.fault


class AutomaticReview(Model):
    """Applications that need no person to be approved. A list that is left out matches everything."""

    kinds: list[Kind] | None = None
    reasons: list[Reason] | None = None
    tiers: list[Tier] | None = None
    channels: list[IntakeChannel] | None = None
    up_to_minor: dict[Currency, AmountMinor] | None = None
    """Ceiling of the whole application's goods; a currency that is not named needs a person."""

    def covers(self, kind: Kind, reason: Reason, tier: Tier, channel: IntakeChannel | None) -> bool:
        """Whether it is meant for such a line; without a channel only rules for all channels are."""
        return (
            meets(self.kinds, kind)
            and meets(self.reasons, reason)
            and meets(self.tiers, tier)
            and meets(self.channels, channel)
        )

    def affords(self, goods_minor: int, currency: str) -> bool:
        """Whether goods of this worth stay under the ceiling."""
        return self.up_to_minor is None or goods_minor <= self.up_to_minor.get(currency, -1)


class ShipBackRules(Model):
    """The way back (sop R5)."""

    within: Period
    """From approval until the goods must be on their way; then the case expires."""
    remind_before: list[Duration] = []
    """How long before that the customer is reminded, earliest first."""
    label_for: list[Payer] = []
    """Returns whose freight this party pays get a prepaid label; one's own tracking number always works."""
    accept_late_within: Duration | None = None
    """How long after expiry a parcel that arrives is still taken in; None: it is not."""
    presumed_lost_after: Duration
    """Silence of the carrier after which the parcel counts as missing."""
    freight_cap_minor: dict[Currency, AmountMinor] = {}
    """The most that is paid back of a freight that the customer laid out; a currency not named: nothing."""


class ExchangeRules(Model):
    """An exchange that is out of stock: the customer is asked."""

    choose_within: Period
    no_answer_means: Literal["refund", "wait"]
    wait_at_most: Period
    """How long one waits for stock before the refund."""
    ask_stock_every: Duration
    """How often the shop is asked meanwhile."""


class ReturnRules(Model):
    """All of it, for every kind of request."""

    window: WindowRules
    reasons: ReasonGroups
    automatic_review: list[AutomaticReview] = []
    """Nobody need look when one of these covers the line; empty: a person always looks (sop R4)."""
    ship_back: ShipBackRules
    exchange: ExchangeRules
    failed_goods: Literal["send_back", "keep"]
    """What happens to goods that fail inspection, unless the inspector says otherwise (sop R5)."""
    confirm_within: Period
    """How long the customer has to object after settlement; then silence confirms."""
    repair: RepairRules | None = None
    """None: the desk has nothing repaired."""
    reissue: ReissueRules | None = None
    """None: nothing is sent again without an exchange."""
    appeal: AppealRules | None = None
    """None: a refusal is final."""
    advance: AdvanceRules | None = None
    """None: no money goes out before the goods are here."""

    def window_of(self, kind: Kind) -> WindowRules:
        """Until when one may apply for this; goods may be repaired for longer than they may go back."""
        if kind != "repair" or self.repair is None:
            return self.window
        return self.window.model_copy(update={"days": self.repair.window_days})

    def return_freight_cap_minor(self, currency: str) -> int:
        """The most that is paid back of a freight that the customer laid out."""
        return self.ship_back.freight_cap_minor.get(currency, 0)

    def needs_no_review(
        self, kind: Kind, reason: Reason, tier: Tier, channel: IntakeChannel | None, goods: tuple[int, str]
    ) -> bool:
        """Whether the policy itself approves such a line; `goods`: the application's worth, its currency."""
        return any(
            rule.covers(kind, reason, tier, channel) and rule.affords(*goods)
            for rule in self.automatic_review
        )
