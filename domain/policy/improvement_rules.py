"""What a policy says about improvements: how long figures are watched, what is tolerated (sop C16)."""

from typing import Annotated

from pydantic import Field

from domain.base import Model, Quantity
from domain.grading import Severity
from domain.policy.periods import Period

Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


class SeverityRules(Model):
    """What holds for findings so grave."""

    observe: Period
    """How long the figures are watched after all is done; what was before is counted over the same span."""
    tolerates_percent: Percent
    """How much of what was counted before may come up again and the improvement still counts as effective."""


class ImprovementRules(Model):
    """All of it."""

    critical: SeverityRules
    major: SeverityRules
    minor: SeverityRules
    insist_within: Period
    """How long whoever asked may insist when the department declines; then silence agrees."""
    rounds_max: Quantity
    """After so many rounds that did not help, the head decides."""

    def of(self, severity: Severity) -> SeverityRules:
        """The rules of a severity."""
        return {"critical": self.critical, "major": self.major, "minor": self.minor}[severity]
