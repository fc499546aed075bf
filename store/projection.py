"""What follows from a stream's events: the form in which the domain tells it to checks and rebuilds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.records import CaseSummary, Recorded, UnitRange


@dataclass(frozen=True)
class Projection:
    """The read-model row and what the case still holds of its order; `held` None leaves claims alone."""

    summary: CaseSummary
    held: Mapping[str, Sequence[UnitRange]] | None = None


Projector = Callable[[str, Sequence[Recorded]], Projection | None]
"""Stream id and live events to what follows from them; None for a stream that has no row (a refund).

Pure: what it needs beside the events (pinned terms) is loaded before.
"""
