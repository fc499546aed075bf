"""The answer of `policy simulate`: clocks side by side, and who would have been judged otherwise."""

from domain.base import Instant, Model
from domain.sla.verdicts import Outcome


class TermsOfCases(Model):
    """Terms that cases were judged under, and how many cases those were."""

    policy: str
    policy_hash: str
    calendar_revision: str
    cases: int


class SideFigures(Model):
    """A clock on one side: how often it ran, and what became of it.

    `attainment_percent` is met ÷ (met + breached), rounded down to hundredths; null before any verdict.
    """

    clocks: int
    met: int
    breached: int
    pending: int
    cancelled: int
    provisional: int
    attainment_percent: float | None


class ClockComparison(Model):
    """A clock on both sides; a side is null where no case's terms have such a clock.

    `worse` are breached only after, `better` only before.
    """

    kind: str
    metric: str
    cases: int
    before: SideFigures | None
    after: SideFigures | None
    difference_points: float | None
    worse: int
    better: int


class VerdictChange(Model):
    """An instance of a clock that is judged otherwise; null where that side has no such instance."""

    case_id: str
    kind: str
    metric: str
    instance: int
    before: Outcome | None
    after: Outcome | None
    due_before: Instant | None
    due_after: Instant | None
    moved_seconds: int | None


class LeftOut(Model):
    """Cases that could not be judged, and why; one of them by name."""

    reason: str
    cases: int
    example: str


class Under(Model):
    """What the cases were judged under: a policy (null: each case's own), and holidays by their revisions."""

    policy: str | None = None
    policy_hash: str | None = None
    calendars: dict[str, str]


class SimulationAnswer(Model):
    """Everything. `changes` may be cut short; `changed_clocks` and `changed_cases` count all of them."""

    under: Under
    as_of: Instant
    cases: int
    before: list[TermsOfCases]
    clocks: list[ClockComparison]
    changed_cases: int
    changed_clocks: int
    changes: list[VerdictChange]
    left_out: list[LeftOut]
