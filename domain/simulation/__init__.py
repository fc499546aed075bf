"""What if: past cases under another policy or calendar, compared with what they were under (design §4)."""

from domain.simulation.answer import ClockComparison, SideFigures, SimulationAnswer, Under, VerdictChange
from domain.simulation.candidates import (
    Candidate,
    ChosenBy,
    PastTerms,
    UnderCalendars,
    UnderPolicy,
    past_terms,
)
from domain.simulation.compare import PastCase, Simulation

__all__ = [
    "Candidate",
    "ChosenBy",
    "ClockComparison",
    "PastCase",
    "PastTerms",
    "SideFigures",
    "Simulation",
    "SimulationAnswer",
    "Under",
    "UnderCalendars",
    "UnderPolicy",
    "VerdictChange",
    "past_terms",
]
