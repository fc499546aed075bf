"""What a claim against a carrier is at a moment: folded from its events, changed in no other way."""

import hashlib
import re
from typing import Literal

from domain.base import UtcInstant
from domain.cases.state import CaseState
from domain.deliveries.messages import Evidence
from domain.policy.claim_rules import CarrierTerms, with_filing_window
from domain.policy.delivery_terms import ClaimTerms
from domain.sla import ClockSpec

Stage = Literal[
    "opening", "filing", "answer", "evidence", "denied", "payment", "booking", "withdrawal", "closed"
]
"""`filing`: something is to be sent to the carrier; `booking`: the income is to be written down."""

KEY_LENGTH_MAX = 40


def claim_key(merchant: str, number: str) -> str:
    """`cl-<merchant>-<number>`; with a digest where that is too long or could be another claim's."""
    plain = f"{merchant}-{number}"
    room = KEY_LENGTH_MAX - len("cl-")
    if len(plain) > room or "-" in merchant or not re.fullmatch(r"[A-Za-z0-9-]+", plain):
        digest = hashlib.sha256(f"{merchant}:{number}".encode()).hexdigest()[:12]
        plain = f"{re.sub('[^A-Za-z0-9-]', '-', plain)[: room - 13]}_{digest}"
    return f"cl-{plain}"


class ClaimState(CaseState[ClaimTerms, Stage]):
    """A claim. `terms` is the policy that was pinned at opening; everything else comes from events."""

    exception: str = ""
    carrier: str = ""
    tracking_no: str = ""
    reason: str | None = None
    lane: str | None = None
    claimed_minor: int = 0
    evidence: list[Evidence] = []
    shipped_at: UtcInstant | None = None
    file_by: UtcInstant | None = None
    revision: int = 1
    """What the carrier is to have: 1 is the claim, each further one brings evidence or an appeal."""
    filed_revision: int = 0
    carrier_ref: str | None = None
    evidence_until: UtcInstant | None = None
    appeal_by: UtcInstant | None = None
    appeal: str | None = None
    accepted_minor: int | None = None
    paid_minor: int | None = None
    paid_at: UtcInstant | None = None

    @property
    def carrier_terms(self) -> CarrierTerms:
        """The carrier's own terms."""
        return self.terms.carrier_claims.terms_of(self.carrier)

    @property
    def clock_spec(self) -> ClockSpec:
        """The policy's clocks, with the carrier's own time to claim."""
        return with_filing_window(self.terms.clocks, self.carrier_terms.file_within)

    @property
    def key(self) -> str:
        """The claim's name at the carrier and in our books, for ever."""
        return claim_key(self.merchant, self.number)
