"""What a policy says about claims against carriers: until when to file, how often to ask (sop L6)."""

from functools import lru_cache

from domain.base import Model, Slug
from domain.policy.periods import Period
from domain.sla import ClockSpec
from domain.sla.quantities import Duration

FILING_WINDOW = "filing_window"
"""The clock whose target is the carrier's own, whatever the policy says of the others."""


class CarrierTerms(Model):
    """What a carrier's own terms give its customers; claims are barred afterwards."""

    file_within: Period
    """From shipping until the claim must be with the carrier."""
    appeal_within: Period | None = None
    """How long a denial may be appealed; None: not at all."""


class CarrierClaimRules(Model):
    """Terms by carrier, and how the answer is waited for."""

    carriers: dict[Slug, CarrierTerms] = {}
    others: CarrierTerms
    """The terms of a carrier that is not named."""
    evidence_within: Period
    """How long we have to answer when the carrier asks for more."""
    ask_every: Duration

    def terms_of(self, carrier: str) -> CarrierTerms:
        """The terms of a carrier."""
        return self.carriers.get(carrier, self.others)


@lru_cache(maxsize=256)
def with_filing_window(clocks: ClockSpec, file_within: Period) -> ClockSpec:
    """The policy's clocks, with the carrier's own time to claim."""
    metrics = tuple(
        metric.model_copy(update={"target": file_within}) if metric.name == FILING_WINDOW else metric
        for metric in clocks.metrics
    )
    return clocks.model_copy(update={"metrics": metrics})
