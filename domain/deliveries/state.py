"""What a delivery exception is at a moment: folded from its events, changed in no other way."""

from typing import Literal

from domain.base import Model, UtcInstant
from domain.cases.links import CaseLink
from domain.cases.relief import Relieved
from domain.cases.state import CaseState
from domain.deliveries.events import Outcome
from domain.deliveries.messages import Evidence
from domain.deliveries.vocabulary import GOODS_REMEDIES, Remedy
from domain.parcels.vocabulary import ExceptionKind, Party
from domain.policy.delivery_rules import HandlingRule
from domain.policy.delivery_terms import DeliveryTerms
from domain.records import UnitRange
from domain.regions import lane

Stage = Literal[
    "opening",
    "identification",
    "remedy",
    "investigation",
    "choice",
    "decision",
    "settlement",
    "feedback",
    "confirmation",
    "closed",
]
"""In `remedy` the policy decides; no case stays there."""


class Grant(Model):
    """Something that the customer was granted; money has the number of its refund once that is on its way."""

    remedy: Remedy
    amount_minor: int
    refund_seq: int | None = None
    exchange_order_id: str | None = None

    @property
    def is_to_be_ordered(self) -> bool:
        """Whether goods are to be sent once more and are not ordered yet."""
        return self.remedy == "redeliver" and self.exchange_order_id is None

    @property
    def makes_up_for_goods(self) -> bool:
        """Whether it is about the goods and can no longer be taken back."""
        return self.remedy in GOODS_REMEDIES and not self.is_to_be_ordered


class DeliveryState(Relieved, CaseState[DeliveryTerms, Stage]):
    """A delivery exception. `terms` is the policy that was pinned at opening; the rest comes from events."""

    PAYS_IN = "settlement"
    AFTER_PAYING = ("feedback", "confirmation", "closed")

    policy_asked: str = "standard"
    kind: ExceptionKind = "late"
    party: Party = "unknown"
    reason: str | None = None
    reported_by: str = ""
    carrier: str = ""
    tracking_no: str = ""
    raised_at: UtcInstant | None = None
    shipped_at: UtcInstant | None = None
    promised_by: UtcInstant | None = None
    origin: str | None = None
    destination: str | None = None
    lines: dict[str, int] = {}
    """How many units of each line it is about."""
    units: dict[str, list[UnitRange]] = {}
    evidence: list[Evidence] = []
    told_at: UtcInstant | None = None
    looked_into: bool = False
    investigate_until: UtcInstant | None = None
    options: list[Remedy] = []
    choose_by: UtcInstant | None = None
    no_answer_means: Remedy | None = None
    chosen: Remedy | None = None
    wait_until: UtcInstant | None = None
    grants: list[Grant] = []
    feedback_at: UtcInstant | None = None
    cleared_at: UtcInstant | None = None
    arrived_at: UtcInstant | None = None
    claim_refused: bool = False

    @property
    def rule(self) -> HandlingRule:
        """How the policy handles what it is by now."""
        return self.terms.deliveries.rule(self.kind, self.tier)

    @property
    def held(self) -> dict[str, list[UnitRange]]:
        """The units that the case claims, so that no return is paid for them too."""
        return {line: units for line, units in self.units.items() if units}

    @property
    def grant(self) -> Grant | None:
        """What was granted last."""
        return self.grants[-1] if self.grants else None

    @property
    def goods_grant(self) -> Grant | None:
        """What the customer has for the goods themselves: there is never a second one."""
        return next((grant for grant in self.grants if grant.makes_up_for_goods), None)

    @property
    def lane(self) -> str | None:
        """From where to where, by region."""
        return lane(self.origin, self.destination)

    @property
    def claim(self) -> CaseLink | None:
        """The claim against the carrier, if there is one."""
        return next((link for link in self.links if link.case_id.startswith("claim:")), None)

    @property
    def outcome_so_far(self) -> Outcome:
        """What a settled case came to: what was done for the goods counts more than a compensation."""
        goods = self.goods_grant
        if goods is not None:
            return "redelivered" if goods.remedy == "redeliver" else "refunded"
        paid = any(grant.remedy == "compensate" for grant in self.grants)
        return "compensated" if paid else "declined"
