"""The facts of a complaint's solution (sop C10, C11). Stored names and versions are for ever."""

from domain.cases.events import RefundReportedFact, RefundStartedFact
from domain.complaints.events import ComplaintEvent
from domain.complaints.record import Improvement, Measure


class Proposed(ComplaintEvent):
    """The solution: one or more measures (sop C10)."""

    name = "complaint.proposed"
    reasons: str
    measures: list[Measure]
    approved_by: str | None = None


class RefundStarted(ComplaintEvent, RefundStartedFact):
    """A measure's money was put on its way; the `Refund` workflow with this number pays it."""

    name = "complaint.refund_started"
    measure: int


class RefundReported(ComplaintEvent, RefundReportedFact):
    """What became of the money."""

    name = "complaint.refund_reported"


class MeasureRefused(ComplaintEvent):
    """The case that a measure needs could not be opened."""

    name = "complaint.measure_refused"
    measure: int
    code: str


class ImprovementAsked(ComplaintEvent):
    """A department is to change something (sop C16); an improvement of its own follows it."""

    name = "complaint.improvement_asked"
    measure: int
    improvement: Improvement


class MeasuresFailed(ComplaintEvent):
    """Measures came to nothing; the desk decides anew (sop C11)."""

    name = "complaint.measures_failed"
    measures: list[int]


OWN: tuple[type[ComplaintEvent], ...] = (
    Proposed,
    RefundStarted,
    RefundReported,
    MeasureRefused,
    ImprovementAsked,
    MeasuresFailed,
)
