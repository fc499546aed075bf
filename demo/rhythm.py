"""The real day in a few seconds: what lay hours apart lies seconds apart. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.base import Model

OPENED_WITHIN_SECONDS = 24.0
"""The five hours in which the returns were booked."""


class Rhythm(Model):
    """From the first return of the real day to its last."""

    first: datetime
    last: datetime

    @classmethod
    def of(cls, times: Sequence[datetime]) -> "Rhythm":
        """The rhythm of what was booked at these times."""
        return cls(first=min(times), last=max(times))

    def seconds(self, at: datetime) -> float:
        """How many seconds after the beginning of the demo a moment of the real day comes."""
        return (at - self.first) / (self.last - self.first) * OPENED_WITHIN_SECONDS

    def moved(self, at: datetime, begun: datetime) -> datetime:
        """That moment in a demo that was begun then."""
        return begun + timedelta(seconds=self.seconds(at))
