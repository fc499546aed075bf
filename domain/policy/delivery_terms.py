"""What delivery exceptions and claims against carriers carry of their policy."""

from domain.policy.claim_rules import CarrierClaimRules
from domain.policy.delivery_rules import DeliveryRules
from domain.policy.pinned import PinnedPolicy


class DeliveryTerms(PinnedPolicy):
    """What a delivery exception carries."""

    kind = "delivery"
    gives = True
    sections = ("deliveries",)

    deliveries: DeliveryRules


class ClaimTerms(PinnedPolicy):
    """What a claim against a carrier carries."""

    kind = "claim"
    sections = ("carrier_claims",)

    carrier_claims: CarrierClaimRules
