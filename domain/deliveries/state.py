"""What a delivery exception is at a moment: folded from its events, changed in no other way."""

from typing import Literal, Self

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
    paid_before: list[int] = []
    """The numbers of its refunds that failed or came back, so that it was paid again."""
    exchange_order_id: str | None = None

    @property
    def is_to_be_ordered(self) -> bool:
        """Whether goods are to be sent once more and are not ordered yet."""
        return self.remedy == "redeliver" and self.exchange_order_id is None

    @property
    def refund_seqs(self) -> list[int]:
        """The numbers of all its refunds."""
        return [*self.paid_before, *([] if self.refund_seq is None else [self.refund_seq])]

    @property
    def awaits_payment(self) -> bool:
        """Whether it is money that was not put on its way yet."""
        return self.remedy != "redeliver" and self.refund_seq is None and self.amount_minor > 0

    def paid_with(self, refund_seq: int) -> Self:
        """The same, once another refund of it is on its way."""
        return self.model_copy(update={"paid_before": self.refund_seqs, "refund_seq": refund_seq})

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
    def grant_to_pay(self) -> int:
        """Which grant the next refund is for: the last, or an earlier one whose money failed or came back."""
        last = len(self.grants) - 1
        part = self.open_refund
        if part is None or self.grants[last].awaits_payment:
            return last
        return next((at for at, grant in enumerate(self.grants) if part.seq in grant.refund_seqs), last)

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
