"""The clocks: what was promised, by when, and was it kept. Pure; usable without Temporal (contracts §1)."""

from domain.sla.book import (
    ClockBook,
    ClockChange,
    ClockRow,
    FiredRung,
    all_changes,
    changes,
    hear,
    next_clock,
    next_instant,
    observe,
    rows,
    told,
)
from domain.sla.clock import ChangeKind
from domain.sla.hours import next_working_day
from domain.sla.quantities import Duration, TargetText, parse_duration, parse_target
from domain.sla.replays import PolicySource, Replay, ReplayAnswer, ReplayCase, replay
from domain.sla.retargets import retargets, under_other_terms
from domain.sla.spec import Calendar, ClockSpec, Metric, Rung, Shifts, Weekday

__all__ = [
    "Calendar",
    "ChangeKind",
    "ClockBook",
    "ClockChange",
    "ClockRow",
    "ClockSpec",
    "Duration",
    "FiredRung",
    "Metric",
    "PolicySource",
    "Replay",
    "ReplayAnswer",
    "ReplayCase",
    "Rung",
    "Shifts",
    "TargetText",
    "Weekday",
    "all_changes",
    "changes",
    "hear",
    "next_clock",
    "next_instant",
    "next_working_day",
    "observe",
    "parse_duration",
    "parse_target",
    "replay",
    "retargets",
    "rows",
    "told",
    "under_other_terms",
]
