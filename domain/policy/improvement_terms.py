"""What an improvement carries of its policy."""

from datetime import datetime

from domain.policy.improvement_rules import ImprovementRules
from domain.policy.periods import period_end
from domain.policy.pinned import PinnedPolicy

WITHOUT_CALENDAR = "Asia/Shanghai"
"""Whose days count under a policy that gives improvements no clock, and so no calendar."""


class ImprovementTerms(PinnedPolicy):
    """What an improvement carries."""

    kind = "improvement"
    sections = ("improvements",)

    improvements: ImprovementRules

    @property
    def timezone(self) -> str:
        """The desk's, whose days count here."""
        calendars = self.clocks.calendars.values()
        return next((calendar.timezone for calendar in calendars), WITHOUT_CALENDAR)

    def end_of(self, period: str, start: datetime) -> datetime:
        """The first instant after a period, by the desk's days."""
        return period_end(period, start, self.timezone)
