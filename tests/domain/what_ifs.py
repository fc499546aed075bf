"""Past cases and terms for what-ifs, and what comes of comparing them."""

from itertools import count
from typing import Any

from domain.simulation import (
    PastCase,
    PastTerms,
    Simulation,
    SimulationAnswer,
    Under,
)
from domain.simulation.candidates import Candidate
from domain.sla import ClockSpec, Metric
from domain.sla.running import Heard
from tests.domain.sla.stories import Events, spec_of, when

END = "12-31 00:00"
PLAIN: Events = [("11-02 09:00", "opened"), ("11-02 14:00", "replied")]
_numbers = count(1)


def terms(*metrics: Metric, name: str = "own") -> PastTerms:
    """Terms with these clocks."""
    return PastTerms(f"t-{name}", name, f"hash-of-{name}", "none", spec_of(*metrics))


def past(*events: tuple[str, str], **facts: Any) -> PastCase:
    """A case of some kind to which this has happened; it was opened with the first of it."""
    number = next(_numbers)
    heard = tuple(Heard(when(at), event_type) for at, event_type in events)
    usual: dict[str, Any] = {
        "case_id": f"return:m1:{number}",
        "kind": "return",
        "priority": "P3",
        "tier": "ordinary",
        "channel": "app",
        "category": None,
        "source": None,
        "carrier": None,
        "opened_at": heard[0].at,
        "pinned_at": None,
        "terms_hash": "t-own",
    }
    return PastCase(**{**usual, **facts}, events=heard)


def fixed(*metrics: Metric) -> Candidate:
    """The same clocks for everybody."""
    return lambda _case, _terms: spec_of(*metrics)


def compared(
    cases: list[PastCase], own: PastTerms, new: ClockSpec, as_of: str = END, keep: int | None = None
) -> SimulationAnswer:
    """The cases, all under their own terms, against the new clocks."""
    simulation = Simulation(lambda _case, _terms: new, when(as_of), keep)
    for each in cases:
        simulation.add(each, own)
    return simulation.answer(Under(calendars={}))


def turns(answer: SimulationAnswer) -> list[tuple[str, int, str | None, str | None]]:
    return [(change.metric, change.instance, change.before, change.after) for change in answer.changes]
