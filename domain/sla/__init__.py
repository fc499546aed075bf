"""The clocks: what was promised, by when, and whether it was kept. Pure; usable without Temporal (contracts §1)."""

from domain.sla.spec import Calendar, ClockSpec, Metric, Rung

__all__ = ["Calendar", "ClockSpec", "Metric", "Rung"]
